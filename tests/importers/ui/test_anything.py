"""Whatever has the shape of a workflow is read, or refused with a reason, and can be saved."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document import read_document, write_document
from engine.document.flatten import flatten
from engine.errors import EngineError
from engine.importers.ui import read_ui, resolve_foreign
from engine.registry import Registry
from tests.saved import PLAIN, Saved

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda below: (
        st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=6), below, max_size=4)
    ),
    max_leaves=8,
)
IDS = st.sampled_from([1, 2, 3, "4", "12:7", 5.0, -10, -20, None])
SLOTS = st.sampled_from([0, 1, 2, "0", -1, 99, None])
KNOWN = ["Source", "Pass", "Sink", "Odd", "a", "b"]
DRAWN = ["Reroute", "PrimitiveNode", "Note", "SetNode", "GetNode"]
TYPES = st.sampled_from([*KNOWN, *DRAWN])
NAMES = st.sampled_from(
    ["value", "text", "count", "a", "b", "", "7: text", "control_after_generate"]
)


def some(**fields: Any) -> Any:
    """Return an object with any of these keys, each now and then of another kind."""
    mixed = {key: st.one_of(good, good, good, JUNK) for key, good in fields.items()}
    return st.fixed_dictionaries({}, optional=mixed)


SOCKETS = st.lists(
    some(name=NAMES, type=TYPES, link=st.integers(0, 5), widget=some(name=NAMES), label=st.text()),
    max_size=3,
)
VALUES = st.lists(JUNK, max_size=4) | st.dictionaries(NAMES, JUNK, max_size=3)
NODES = some(
    id=IDS,
    type=TYPES,
    pos=st.lists(st.integers(0, 9), min_size=2, max_size=2),
    size=st.just({"0": 1, "1": 2}),
    mode=st.sampled_from([0, 2, 4]),
    inputs=SOCKETS,
    outputs=SOCKETS,
    title=st.text(max_size=3),
    widgets_values=VALUES,
    widgets_values_named=st.dictionaries(NAMES, JUNK, max_size=3),
    properties=some(
        proxyWidgets=st.lists(st.tuples(IDS, NAMES).map(list), max_size=3),
        models=st.lists(some(name=NAMES, url=NAMES), max_size=2),
    ),
)
LINKS = st.tuples(st.integers(0, 5), IDS, SLOTS, IDS, SLOTS, TYPES).map(list) | some(
    id=st.integers(0, 5), origin_id=IDS, origin_slot=SLOTS, target_id=IDS, target_slot=SLOTS
)
GRAPH: dict[str, Any] = {
    "nodes": st.lists(NODES, max_size=5),
    "links": st.lists(LINKS, max_size=6),
    "groups": st.lists(some(title=NAMES, bounding=JUNK), max_size=2),
    "extra": some(
        ds=some(scale=st.just(1), offset=st.just([0, 0])),
        ue_links=st.lists(
            some(downstream=IDS, downstream_slot=SLOTS, upstream=IDS, upstream_slot=SLOTS),
            max_size=2,
        ),
    ),
}
DEFINITIONS = some(**GRAPH, id=st.sampled_from(["a", "b"]), inputs=SOCKETS, outputs=SOCKETS)
WORKFLOWS = some(
    **GRAPH, id=NAMES, definitions=some(subgraphs=st.lists(DEFINITIONS, max_size=3)), models=JUNK
)
REGISTRY = Registry(PLAIN)


@settings(max_examples=150)
@given(WORKFLOWS)
def test_any_workflow_is_read_or_refused_with_a_reason(raw: dict[str, Any]):
    try:
        document, _ = read_ui(raw, REGISTRY, "any")
        again = read_document(write_document(document))
        flatten(resolve_foreign(again, REGISTRY), REGISTRY.specs)
    except EngineError:
        return

    assert set(again.nodes) == set(document.nodes)


def test_definitions_in_each_other_many_levels_deep_are_read():
    definitions: list[Any] = []
    for level in range(3000):
        g = Saved()
        g.node(1, f"d{level + 1}")
        g.links.append([1, 1, 0, -20, 0, "*"])
        definitions.append(g.definition(f"d{level}", [], ["out"]))

    document, _ = read_ui({"nodes": [], "definitions": {"subgraphs": definitions}}, REGISTRY)

    assert len(document.subgraphs) == 3000


def test_a_long_chain_of_reroutes_is_walked_once():
    g = Saved()
    g.node(0, "Source", [1, ""])
    for key in range(1, 20_000):
        g.nodes.append({"id": key, "type": "Reroute", "inputs": [{"name": "", "type": "*"}]})
        g.links.append([key, key - 1, 0, key, 0, "*"])
    for key in range(20_000, 22_000):
        g.nodes.append({"id": key, "type": "Sink", "inputs": [{"name": "value", "type": "*"}]})
        g.links.append([key, 39_999 - key, 0, key, 0, "*"])

    document, _ = read_ui(g.document(), REGISTRY)

    assert document.nodes["20000"].links["value"].node == "0"
