"""Reroutes of ComfyUI's links as dots of ours, and back (COMPAT.md A5).

A reroute knows the one before it, and a link its last one: `parentId` of the link where links are
objects, `extra.linkExtensions` where they are rows. A dot and a way of ours know the same. A
reroute that no link between two nodes of the document passes is left as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engine.importers.ui.plain import mapping, numbers, sequence, whole, without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.importers.ui.nodes import Wiring
    from engine.importers.ui.source import SourceGraph
    from engine.importers.ui.write_graph import Written

_SAID = frozenset({"id", "parentId", "pos", "linkIds"})
_NUMBERED = re.compile(r"d([1-9]\d{0,8})")


def read_reroutes(graph: SourceGraph, wiring: Wiring) -> None:
    """Say in the view where links pass dots; the graph remembers what is said there in full."""
    known = _known(graph.raw)
    if not known:
        return
    view, parents = wiring.view, _extended(graph.raw)
    for key, name, link in wiring.direct:
        last = whole(link.left.get("parentId", parents.get(link.id)))
        chain = _chain(known, last)
        if last is None or not chain:
            continue
        view.setdefault("routes", {}).setdefault(key, {})[name] = f"d{last}"
        link.left = without(link.left, frozenset({"parentId"}))
        graph.routed.add(link.id)
        graph.dots |= chain
    for number in (each for each in known if each in graph.dots):
        view.setdefault("dots", {})[f"d{number}"] = _dot(known, number)


def without_dots(graph: SourceGraph, left: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of a graph's object without the reroutes that the view says."""
    if not graph.dots:
        return left
    kept = _but(left, "reroutes", graph.dots)
    if isinstance(left.get("extra"), dict):
        extra = _but(mapping(left["extra"]), "reroutes", graph.dots)
        kept["extra"] = _but(extra, "linkExtensions", graph.routed)
    return kept


def written_reroutes(graph: Written, kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the dots of a graph as reroutes, and tell its links which they pass last."""
    view = graph.level.view
    dots = {key: mapping(each) for key, each in mapping(view.get("dots")).items()}
    wires = mapping(view.get("wires"))
    ways = {
        (key, name): last
        for key, its in mapping(view.get("routes")).items()
        for name, last in mapping(its).items()
        if last in dots and name not in mapping(wires.get(key))
    }
    ids, extended = _numbers(dots, _listed(kept)), _extended(kept)
    passing: dict[str, list[Any]] = {key: [] for key in dots}
    for link in graph.links:
        last = ways.get(graph.input_of(link))
        if last is not None:
            graph.parents[link.id] = ids[last]
        before = graph.facts(link).get("parentId", extended.get(link.id))
        for key in _before(dots, last or _key_of(ids, before)):
            passing[key].append(link.id)
    return [_reroute(dots[key], ids, key, its) for key, its in passing.items() if its]


def with_reroutes(extra: Any, reroutes: list[dict[str, Any]], graph: Written) -> Any:
    """Return `extra` where links are rows, with the reroutes and which link has which."""
    if not reroutes:
        return extra
    kept = mapping(extra)
    parents = [{"id": key, "parentId": last} for key, last in graph.parents.items()]
    return {
        **kept,
        "reroutes": [*reroutes, *sequence(kept.get("reroutes"))],
        "linkExtensions": [*parents, *sequence(kept.get("linkExtensions"))],
    }


def _known(raw: dict[str, Any]) -> dict[int, dict[str, Any]]:
    found = {whole(each.get("id")): each for each in map(mapping, _listed(raw))}
    return {
        key: each
        for key, each in found.items()
        if key is not None and key > 0 and numbers(each.get("pos"), 2)
    }


def _listed(raw: Mapping[str, Any]) -> list[Any]:
    return [*sequence(raw.get("reroutes")), *sequence(mapping(raw.get("extra")).get("reroutes"))]


def _extended(raw: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the last reroute of links by their ids, where links are rows."""
    listed = sequence(mapping(raw.get("extra")).get("linkExtensions"))
    return {_id(each): each.get("parentId") for each in map(mapping, listed)}


def _id(raw: dict[str, Any]) -> Any:
    found = raw.get("id")
    return found if isinstance(found, (int, str)) else None


def _chain(known: Mapping[int, dict[str, Any]], last: int | None) -> set[int]:
    found: set[int] = set()
    while last is not None and last in known and last not in found:
        found.add(last)
        last = whole(known[last].get("parentId"))
    return found


def _dot(known: Mapping[int, dict[str, Any]], number: int) -> dict[str, Any]:
    raw = known[number]
    dot: dict[str, Any] = {"place": list(numbers(raw.get("pos"), 2) or ())}
    if (before := whole(raw.get("parentId"))) in known:
        dot["after"] = f"d{before}"
    if left := without(raw, _SAID):
        dot["foreign"] = left
    return dot


def _but(raw: dict[str, Any], key: str, gone: set[Any]) -> dict[str, Any]:
    """Return an object without those of a list of it, and without the list when none is left."""
    left = [each for each in sequence(raw.get(key)) if _number(each) not in gone]
    return {**without(raw, frozenset({key})), **({key: left} if left else {})}


def _number(raw: Any) -> Any:
    found = _id(mapping(raw))
    return found if whole(found) is None else whole(found)


def _numbers(dots: Mapping[str, Any], taken: list[Any]) -> dict[str, int]:
    """Return a number for each dot: its own, or one that nothing else has."""
    found = {key: int(own[1]) for key in dots if (own := _NUMBERED.fullmatch(key))}
    last = max([0, *found.values(), *(whole(mapping(each).get("id")) or 0 for each in taken)])
    others = (key for key in dots if key not in found)
    return {**found, **{key: last + count for count, key in enumerate(others, 1)}}


def _key_of(ids: Mapping[str, int], number: Any) -> str | None:
    return next((key for key, each in ids.items() if each == number), None)


def _before(dots: Mapping[str, Any], last: str | None) -> list[str]:
    """Return a dot and those before it."""
    found: list[str] = []
    while last is not None and last in dots and last not in found:
        found.append(last)
        last = dots[last].get("after")
    return found


def _reroute(
    dot: dict[str, Any], ids: Mapping[str, int], key: str, links: list[Any]
) -> dict[str, Any]:
    before = ids.get(dot.get("after", ""))
    return {
        "id": ids[key],
        **({} if before is None else {"parentId": before}),
        "pos": list(dot.get("place", ())),
        "linkIds": links,
        **mapping(dot.get("foreign")),
    }
