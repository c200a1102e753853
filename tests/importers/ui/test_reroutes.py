"""Reroutes of ComfyUI's links are dots of ours, and come back as they were (COMPAT.md A5)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from engine.document import Document
from tests.saved import Json, Saved, out, read
from tests.written import read_again, usual, write, written

DOTS = {
    "d1": {"place": [300, 40]},
    "d2": {"place": [400, 60], "after": "d1"},
    "d4": {"place": [500, 80.5], "after": "d1"},
}


def two_ways() -> Saved:
    """Return a graph of which one output feeds two inputs."""
    g = Saved()
    g.node(1, "Source", [5, "x"], outputs=[{"name": "o", "type": "*", "links": [1, 2]}])
    g.node(2, "Sink", [0])
    g.link(1, 0, 2, "value")
    g.link(1, 0, 2, "other")
    return g


def reroutes(*more: Json) -> list[Json]:
    return [
        {"id": 1, "pos": [300, 40], "linkIds": [1, 2]},
        {"id": 2, "parentId": 1, "pos": [400, 60], "linkIds": [1]},
        {"id": 4, "parentId": 1, "pos": [500, 80.5], "linkIds": [2]},
        *more,
    ]


def in_rows(*more: Json) -> Json:
    """Return a file whose links are rows, which say in `extra` what they pass."""
    parents = [{"id": 1, "parentId": 2}, {"id": 2, "parentId": 4}]
    extra = {"reroutes": reroutes(*more), "linkExtensions": parents, "frontendVersion": "1.27"}
    return usual(two_ways().document(extra=extra))


def in_objects() -> Json:
    state = {"lastGroupId": 0, "lastNodeId": 2, "lastLinkId": 2, "lastRerouteId": 4}
    raw = usual(two_ways().document(version=1, state=state, reroutes=reroutes()))
    names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    links: list[Json] = [dict(zip(names, each, strict=True)) for each in raw["links"]]
    raw["links"] = [{**each, "parentId": last} for each, last in zip(links, (2, 4), strict=True)]
    return {key: each for key, each in raw.items() if not key.startswith("last_")}


def within() -> Json:
    """Return a file that has them in a definition."""
    inside = two_ways()
    out(inside, 1, 0, 0)
    inside.nodes[0]["outputs"][0]["links"].append(3)
    definition = inside.definition(
        "sub", [], [{"id": "o", "name": "result", "type": "*", "linkIds": [3]}], reroutes=reroutes()
    )
    for link, last in zip(definition["links"], (2, 4), strict=False):
        link["parentId"] = last
    g = Saved()
    g.node(12, "sub", outputs=[{"name": "result", "type": "*", "links": None}])
    return usual(g.document(definitions={"subgraphs": [definition]}))


def without_view(document: Document, *path: str) -> Document:
    """Return a document without something of its view."""
    view: dict[str, Any] = {**document.view}
    at = view
    for key in path[:-1]:
        at[key] = {**at[key]}
        at = at[key]
    del at[path[-1]]
    return replace(document, view=view)


def test_reroutes_are_dots_and_links_say_which_they_pass_last():
    document = read(in_rows())

    assert document.view["dots"] == DOTS
    assert document.view["routes"] == {"2": {"value": "d2", "other": "d4"}}
    assert document.extra["comfyui"]["extra"] == {"frontendVersion": "1.27"}


def test_links_that_are_objects_say_it_themselves():
    view = read(in_objects()).view

    assert view["dots"] == DOTS
    assert view["routes"] == {"2": {"value": "d2", "other": "d4"}}
    assert "links" not in view


def test_a_definition_has_dots_of_its_own():
    document = read(within())

    assert document.subgraphs["sub"].view["dots"] == DOTS
    assert "dots" not in document.view


def test_they_come_back_as_they_were():
    assert written(in_rows())["extra"] == in_rows()["extra"]
    assert written(in_objects()) == in_objects()
    before, after = (each["definitions"]["subgraphs"][0] for each in (within(), written(within())))
    assert (after["reroutes"], after["links"]) == (before["reroutes"], before["links"])


def test_what_no_link_passes_stays_as_it_was():
    floating = {"id": 9, "pos": [0, 0], "linkIds": [], "floating": {"slotType": "output"}}
    raw = in_rows(floating)
    document = read(raw)

    assert "d9" not in document.view["dots"]
    assert document.extra["comfyui"]["extra"]["reroutes"] == [floating]
    assert write(document)["extra"] == raw["extra"]


def test_a_link_of_a_drawn_reroute_node_keeps_its_way():
    g = Saved()
    g.node(1, "Source", [5, "x"], outputs=[{"name": "o", "type": "*", "links": [1]}])
    g.node(3, "Reroute", outputs=[{"name": "", "type": "*", "links": [2]}])
    g.node(2, "Sink", [0])
    g.link(1, 0, 3, "")
    g.link(3, 0, 2, "value")
    extra = {
        "reroutes": [{"id": 1, "pos": [1, 2], "linkIds": [2]}],
        "linkExtensions": [{"id": 2, "parentId": 1}],
    }
    raw = usual(g.document(extra=extra))

    assert "dots" not in read(raw).view
    assert written(raw)["extra"] == extra


def test_a_dot_that_was_moved_is_a_reroute_elsewhere():
    document = read(in_rows())
    dots = {**document.view["dots"], "d2": {"place": [1, 2], "after": "d1"}}
    raw = write(replace(document, view={**document.view, "dots": dots}))

    assert [each["pos"] for each in raw["extra"]["reroutes"]] == [[300, 40], [1, 2], [500, 80.5]]


def test_a_way_that_was_taken_away_is_no_reroute():
    document = without_view(read(in_rows()), "routes", "2", "other")
    extra = write(document)["extra"]

    assert [each["id"] for each in extra["reroutes"]] == [1, 2]
    assert extra["reroutes"][0]["linkIds"] == [1]
    assert extra["linkExtensions"] == [{"id": 1, "parentId": 2}]


def test_dots_that_were_made_here_are_reroutes_there():
    document = read(usual(two_ways().document()))
    view = {
        "dots": {"d1": {"place": [3, 4]}, "mine": {"place": [5, 6], "after": "d1"}},
        "routes": {"2": {"value": "mine"}},
    }
    drawn = replace(document, view=view)

    assert write(drawn)["extra"]["reroutes"] == [
        {"id": 1, "pos": [3, 4], "linkIds": [1]},
        {"id": 2, "parentId": 1, "pos": [5, 6], "linkIds": [1]},
    ]
    assert read_again(drawn).view["routes"] == {"2": {"value": "d2"}}
