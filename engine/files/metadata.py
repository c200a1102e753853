"""What a saved picture says about how it was made, in the form that ComfyUI's tools read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from engine.document import Document, write_document

if TYPE_CHECKING:
    from engine.document.flatten import Flat
    from engine.graph import Graph

logger = logging.getLogger(__name__)


#: Where ComfyUI's editor keeps the name under which texts such as file names mention a node.
HANDLE = "Node name for S&R"
#: Where `Document.extra` has what ComfyUI's editor sends along with a prompt, for pictures.
SENT = "extra_pnginfo"


def api_prompt(
    graph: Graph, titles: Mapping[str, str], handles: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the graph as an API prompt: `{id: {class_type, inputs, _meta}}`.

    `titles` are those that people gave to nodes, by node id; so are `handles`, under which texts
    mention them.

    A list value is wrapped as `{"__value__": …}`, because a bare pair means a link.
    """
    prompt: dict[str, Any] = {}
    for node_id, node in graph.nodes.items():
        values = {
            name: {"__value__": value} if isinstance(value, list) else value
            for name, value in node.values.items()
        }
        links = {name: [link.node, link.output] for name, link in node.links.items()}
        handle = (handles or {}).get(node_id, "")
        prompt[node_id] = {
            "class_type": node.spec.id,
            "inputs": {**values, **links},
            "_meta": {"title": titles.get(node_id) or node.spec.title}
            | ({"handle": handle} if handle else {}),
        }
    return prompt


def titles_of(flat: Flat) -> dict[str, str]:
    """Return the titles that people gave to nodes."""
    return {node_id: node.title for node_id, node in flat.nodes.items() if node.title}


def handles_of(flat: Flat) -> dict[str, str]:
    """Return the names for mentions that people gave to nodes of imported documents."""
    found: dict[str, str] = {}
    for node_id, node in flat.nodes.items():
        source = node.foreign.get("node") if isinstance(node.foreign, dict) else None
        properties = source.get("properties") if isinstance(source, dict) else None
        handle = properties.get(HANDLE) if isinstance(properties, dict) else None
        if isinstance(handle, str) and handle != node.type:
            found[node_id] = handle
    return found


class Deferred(Mapping[str, Any]):
    """A mapping that is made when somebody looks into it; most runs save nothing."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make

    @cached_property
    def _values(self) -> dict[str, Any]:
        return self._make()

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def picture_info(
    document: Document, as_workflow: Callable[[Document], dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return what goes into a picture beside the prompt: the document itself.

    With `as_workflow` also as ComfyUI's editor opens it, which its packs look into, too; what that
    editor sent along with the prompt is taken as it is.
    """
    kept = {key: value for key, value in document.extra.items() if key != SENT}
    own = msgspec.json.decode(write_document(replace(document, extra=kept)))
    sent = document.extra.get(SENT)
    info: dict[str, Any] = {**(sent if isinstance(sent, dict) else {}), "sfumato": own}
    if as_workflow is None or "workflow" in info:
        return info
    try:
        return {**info, "workflow": as_workflow(document)}
    except Exception:  # a picture is saved whatever is wrong with its metadata
        logger.exception("The workflow could not be written for ComfyUI")
        return info
