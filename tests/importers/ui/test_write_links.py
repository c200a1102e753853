"""COMPAT.md A5 and A7 backwards: the table of links, and what is drawn but does not run."""

import pytest
from msgspec.structs import replace

from engine.document import Document, LinkSource
from tests.saved import Json, Saved, read
from tests.written import (
    ends,
    essence,
    named_at_both_ends,
    node_of,
    read_again,
    usual,
    write,
    written,
)


def outputs(g: Saved) -> Saved:
    """Give every node the outputs that links begin at."""
    for link in g.links:
        node = next(each for each in g.nodes if each["id"] == link[1])
        while len(node["outputs"]) <= link[2]:
            node["outputs"].append({"name": "out", "type": "*", "links": []})
        node["outputs"][link[2]]["links"].append(link[0])
    return g


def saved(g: Saved, **more: object) -> Json:
    return usual(outputs(g).document(**more))


def through(*kinds: str, held: object = None, name: str = "", **more: object) -> Saved:
    """Return a source and a sink with nodes of these types between them, ids 2, 3, …

    `name` is that of the input of each of these.
    """
    g = Saved()
    g.node(1, "Source", [5, "x"])
    for key, kind in enumerate(kinds, 2):
        g.node(key, kind, held, **more)
        g.link(key - 1, 0, key, name)
    g.node(9, "Sink", [0])
    g.link(1 + len(kinds), 0, 9, "value")
    return g


def primitive() -> Saved:
    """Return a primitive, 4, that holds the count of a sink, 9, whose own widget has 7."""
    g = Saved()
    g.node(4, "PrimitiveNode", [33, "fixed"])
    g.node(9, "Sink", [7])
    g.link(4, 0, 9, "count")
    g.nodes[1]["inputs"][0]["widget"] = {"name": "count"}
    return g


def set_and_get() -> Saved:
    g = through("SetNode", held=["shared"])
    g.links.pop()
    g.nodes[-1]["inputs"].clear()
    g.node(3, "GetNode", ["shared"])
    g.link(3, 0, 9, "value")
    return g


def with_note() -> Saved:
    g = through()
    g.node(20, "Note", ["remember"], title="Why", color="#432")
    g.node(21, "MarkdownNote", ["# remember"])
    return g


def unknown() -> Saved:
    g = through("Odd", held=[1, "x"], name="in", color="#111", title="An odd one")
    g.nodes[1]["widgets_values_named"] = {"n": 1}
    return g


FILES = {
    name: saved(graph)
    for name, graph in {
        "direct": through(),
        "a reroute": through("Reroute"),
        "two reroutes": through("Reroute", "Reroute (rgthree)"),
        "a muted reroute": through("Reroute", mode=2),
        "a primitive": primitive(),
        "set and get": set_and_get(),
        "a bypassed node": through("Pass", name="a", mode=4),
        "notes": with_note(),
        "an unknown node": unknown(),
        "a pack's drawing": through("Label (rgthree)"),
    }.items()
}
NAMES = sorted(FILES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_read_and_written_says_the_same(name: str):
    assert essence(written(FILES[name])) == essence(FILES[name])


@pytest.mark.parametrize("name", NAMES)
def test_a_document_written_and_read_is_the_same(name: str):
    document = read(FILES[name])

    assert read_again(document) == document


@pytest.mark.parametrize("name", NAMES)
def test_every_link_is_named_at_both_ends(name: str):
    assert named_at_both_ends(written(FILES[name]))


def linked(document: Document, key: str, name: str, source: LinkSource) -> Document:
    """Return the document with another link into an input."""
    node = document.nodes[key]
    changed = replace(node, links={**node.links, name: source})
    return replace(document, nodes={**document.nodes, key: changed})


def test_a_link_that_changed_is_drawn_straight():
    g = through("Reroute")
    g.node(30, "Source", [1, ""])
    document = linked(read(saved(g)), "9", "value", LinkSource("30", 1, "out"))

    raw = write(document)

    assert ends(raw) == {(1, 0, 2, 0), (30, 1, 9, 0)}
    assert named_at_both_ends(raw)


def test_a_link_that_is_gone_is_not_drawn():
    document = read(saved(through("Reroute"))).with_value("9", "value", 3)

    assert ends(write(document)) == {(1, 0, 2, 0)}


def test_a_value_that_a_primitive_does_not_hold_is_typed():
    raw = write(read(saved(primitive())).with_value("9", "count", 34))

    assert ends(raw) == set()
    assert node_of(raw, 9)["widgets_values"] == [34]


def test_a_primitives_target_that_is_linked_is_drawn_straight():
    g = primitive()
    g.node(1, "Source", [5, "x"])
    document = linked(read(saved(g)), "9", "count", LinkSource("1", 0, "*"))

    raw = write(document)

    assert ends(raw) == {(1, 0, 9, 0)}
    assert node_of(raw, 9)["inputs"][0]["widget"] == {"name": "count"}


def test_a_link_into_a_widget_names_the_widget():
    g = through()
    document = linked(read(saved(g)), "9", "count", LinkSource("1", 0, "*"))

    sockets = node_of(write(document), 9)["inputs"]

    assert sockets[1]["name"] == "count"
    assert sockets[1]["type"] == "INT"
    assert sockets[1]["widget"] == {"name": "count"}


def test_a_primitive_that_fills_in_texts_stays():
    g = Saved()
    g.node(
        4, "PrimitiveNode", ["%Source.value%_x"], properties={"Run widget replace on values": True}
    )
    g.node(1, "Source", [5, "x"], title="Source")
    g.node(2, "Source", [6, ""])
    g.link(4, 0, 2, "text")
    raw = saved(g)

    assert read(raw).nodes["2"].values["text"] == "5_x"
    assert essence(written(raw)) == essence(raw)


def test_ids_of_links_stay_and_reroutes_with_them():
    g = through()
    g.links[0][0] = g.nodes[1]["inputs"][0]["link"] = 77
    extra = {
        "linkExtensions": [{"id": 77, "parentId": 1}],
        "reroutes": [{"id": 1, "linkIds": [77]}],
    }

    raw = written(saved(g, extra=extra, last_link_id=77))

    assert raw["links"] == [[77, 1, 0, 9, 0, "*"]]
    assert raw["extra"] == extra


def test_a_new_link_has_an_id_of_its_own():
    g = through()
    document = linked(read(saved(g, last_link_id=50)), "9", "other", LinkSource("1", 0, "*"))

    raw = write(document)

    assert [link[0] for link in raw["links"]] == [1, 51]
    assert raw["last_link_id"] == 51


def test_links_that_cannot_be_used_stay_in_the_table():
    g = through()
    g.links.append([8, 99, 0, 9, 0, "*"])

    assert [8, 99, 0, 9, 0, "*"] in written(usual(g.document()))["links"]


def test_links_that_use_everywhere_makes_are_not_drawn():
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(9, "Sink", [0], inputs=[{"name": "value", "type": "*", "link": None}])
    entry = {"downstream": 9, "downstream_slot": 0, "upstream": 1, "upstream_slot": 0, "type": "*"}
    raw = usual(g.document(extra={"ue_links": [entry]}))

    assert read(raw).nodes["9"].links["value"].node == "1"
    assert written(raw)["links"] == []
    assert written(raw)["extra"] == raw["extra"]


def test_version_1_keeps_its_form():
    g = through()
    names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    link = {**dict(zip(names, g.links[0], strict=True)), "parentId": 4}
    reroutes = [{"id": 4, "pos": [1, 2], "linkIds": [1]}]
    raw = usual(saved(g) | {"version": 1, "links": [link], "reroutes": reroutes})
    raw["state"] = {"lastNodeId": 9, "lastLinkId": 1, "lastGroupId": 0, "lastRerouteId": 4}

    found = written(raw)

    assert (found["version"], found["links"], found["reroutes"]) == (1, [link], reroutes)
    assert found["state"] == raw["state"]


def test_groups_viewport_and_what_else_the_file_says_come_back():
    group = {"id": 1, "title": "G", "bounding": [1, 2, 3, 4], "color": "#fff", "flags": {}}
    more = {
        "id": "0d5c2d34-4bd4-4e1c-9cd8-0d6c44f2c6d0",
        "revision": 3,
        "groups": [group],
        "config": {"links_ontop": True},
        "extra": {"ds": {"scale": 0.5, "offset": [1, 2]}, "frontendVersion": "1.2"},
        "models": [{"name": "m.safetensors", "url": "u", "directory": "loras"}],
        "floatingLinks": [{"id": 4}],
    }

    found = written(saved(through(), **more))

    assert {key: found[key] for key in more} == more


def test_a_node_that_moved_is_written_where_it_is():
    g = Saved()
    g.node(1, "Odd", [], pos={"0": 1, "1": 2}, size=[3, 4])
    document = read(usual(g.document()))
    moved = replace(document.nodes["1"], place=(5, 6, 7, 8))

    found = node_of(write(replace(document, nodes={"1": moved})), 1)

    assert (found["pos"], found["size"]) == ([5, 6], [7, 8])
