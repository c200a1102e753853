"""Frames, the viewport and places as a file has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.importers.layout import laid_out
from engine.importers.ui.plain import mapping, sequence, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.document.model import Node
    from engine.spec import NodeSpec

#: Space above nodes that get their place below the others.
_GAP = 100


def written_groups(frames: list[Any], unread: Mapping[str, Any]) -> list[Any]:
    """Return frames as groups, and those that could not be read."""
    groups = [_group(mapping(frame)) for frame in frames]
    return [*groups, *sequence(unread.get("groups"))]


def _group(frame: Mapping[str, Any]) -> dict[str, Any]:
    group = {"title": text(frame.get("title")), "bounding": list(frame.get("place", ()))}
    color = {"color": frame["color"]} if "color" in frame else {}
    return {**group, **color, **mapping(frame.get("foreign"))}


def written_extra(kept: Any, view: Mapping[str, Any]) -> Any:
    """Return `extra` with the viewport back."""
    if "offset" not in view or not isinstance(kept, dict):
        return kept
    left = mapping(kept)
    seen = {"scale": view.get("zoom", 1), "offset": view["offset"]}
    return {**left, "ds": {**seen, **mapping(left.get("ds"))}}


def placed(nodes: Mapping[str, Node], spec_of: Callable[[str], NodeSpec | None]) -> dict[str, Node]:
    """Return the nodes with places: those without one below the others, by what feeds them."""
    if all(node.place for node in nodes.values()):
        return dict(nodes)
    below = max(
        (each.place[1] + each.place[3] + _GAP for each in nodes.values() if each.place), default=0
    )
    missing = {key: node for key, node in nodes.items() if not node.place}
    return {
        **nodes,
        **{key: _lowered(node, below) for key, node in laid_out(missing, spec_of).items()},
    }


def _lowered(node: Node, by: float) -> Node:
    x, y, *size = node.place
    return replace(node, place=(x, y + by, *size))
