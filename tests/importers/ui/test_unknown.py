"""Nodes of unknown types: kept verbatim, and resolved when a definition appears."""

from engine.document import LinkSource, read_document, write_document
from engine.importers.ui import read_ui, resolve_foreign
from engine.registry import Registry
from tests.saved import PLAIN, Saved, made, out, read, socket, whole, words

LATER = made("Later", socket("image"), whole("seed"), words("text"), version=3)


def saved() -> Saved:
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, "Later", [7, "randomize", "cat"], mode=4, title="Mine", color="#123")
    g.link(1, 0, 2, "image")
    return g


def test_an_unknown_node_is_kept_verbatim():
    raw = saved().document()

    node = read(raw).nodes["2"]

    assert node.foreign == {"format": "comfyui-ui", "node": raw["nodes"][1]}
    assert node.links == {"image": LinkSource("1", 0, "*")}
    assert node.values == {}
    assert node.mode == "bypass"


def test_an_unknown_nodes_named_values_are_its_values():
    g = Saved()
    named = {"seed": 7, "control_after_generate": "fixed", "upload": "image", "text": "cat"}
    g.node(1, "Later", [7, "fixed", "cat"], widgets_values_named=named)

    assert read(g.document()).nodes["1"].values == {"seed": 7, "text": "cat"}


def test_a_resolved_node_is_what_it_would_have_been():
    raw = saved().document()
    registry = Registry([*PLAIN, LATER])

    resolved = resolve_foreign(read(raw), registry)

    assert resolved == read_ui(raw, registry, "saved")[0]


def test_it_resolves_after_a_round_trip_through_a_file():
    written = read_document(write_document(read(saved().document())))

    node = resolve_foreign(written, Registry([*PLAIN, LATER])).nodes["2"]

    assert node.values == {"seed": 7, "text": "cat"}
    assert node.controls == {"seed": "randomize"}
    assert node.version == 3


def test_nodes_inside_definitions_are_resolved_too():
    g = Saved()
    g.node(1, "Later", [7, "fixed", "cat"])
    out(g, 1, 0, 0)
    root = Saved()
    root.node(5, "sub")
    raw = root.document(definitions={"subgraphs": [g.definition("sub", [], ["image"])]})

    resolved = resolve_foreign(read(raw), Registry([*PLAIN, LATER]))

    assert resolved.subgraphs["sub"].nodes["1"].values == {"seed": 7, "text": "cat"}


def test_what_was_set_meanwhile_wins():
    document = read(saved().document()).with_value("2", "seed", 99)

    node = resolve_foreign(document, Registry([*PLAIN, LATER])).nodes["2"]

    assert node.values == {"seed": 99, "text": "cat"}


def test_without_a_definition_nothing_changes():
    document = read(saved().document())

    assert resolve_foreign(document, Registry(PLAIN)) is document


def test_a_known_document_does_not_change():
    registry = Registry([*PLAIN, LATER])
    document = read_ui(saved().document(), registry)[0]

    assert resolve_foreign(document, registry) is document
