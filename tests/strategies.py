"""Hypothesis strategies: random graphs and documents, and random edits of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from engine.document import Document, ExposedInput, ExposedOutput, LinkSource, Node, Subgraph
from engine.scheduler import Task

MAX_NODES = 12


@st.composite
def parents(draw: st.DrawFn, max_nodes: int = MAX_NODES) -> dict[str, set[str]]:
    """Draw a DAG: node -> the nodes it depends on; ids are in no particular order."""
    count = draw(st.integers(1, max_nodes))
    names = draw(st.permutations([f"n{index}" for index in range(count)]))
    return {
        name: draw(st.sets(st.sampled_from(names[:index]), max_size=3)) if index else set()
        for index, name in enumerate(names)
    }


@st.composite
def tasks(draw: st.DrawFn) -> dict[str, Task]:
    """Draw the tasks of a run, on several lanes and of several ranks."""
    return {
        name: Task(above, above, draw(st.sampled_from(["inline", "cpu"])), draw(st.integers(0, 3)))
        for name, above in draw(parents()).items()
    }


@st.composite
def sums(draw: st.DrawFn, max_nodes: int = MAX_NODES) -> Document:
    """Draw a document of Number and Add nodes, every node without a successor shown."""
    dag = draw(parents(max_nodes))
    nodes = {name: _sum_node(draw, sorted(above)) for name, above in dag.items()}
    used = {link.node for node in nodes.values() for link in node.links.values()}
    for name in sorted(dag.keys() - used):
        nodes[f"show-{name}"] = Node(type="Show", links={"value": LinkSource(name, 0)})
    return Document(nodes=nodes)


def _sum_node(draw: st.DrawFn, above: list[str]) -> Node:
    if not above:
        return Node(type="Number", values={"value": draw(st.integers(0, 9))})
    links = {socket: LinkSource(parent, 0) for socket, parent in zip("ab", above, strict=False)}
    values = {} if "b" in links else {"b": draw(st.integers(0, 9))}
    return Node(type="Add", values=values, links=links)


@dataclass(frozen=True)
class Edit:
    """A value that a node of a document takes instead of its own."""

    node_id: str
    socket: str
    value: int

    def applied(self, document: Document) -> Document:
        return document.with_value(self.node_id, self.socket, self.value)


@st.composite
def edited_sums(draw: st.DrawFn) -> tuple[Document, Edit]:
    """Draw a document and a change of one value in it."""
    document = draw(sums())
    places = [
        (node_id, socket) for node_id, node in document.nodes.items() for socket in node.values
    ]
    node_id, socket = draw(st.sampled_from(sorted(places)))
    value = draw(st.integers(10, 20))
    return document, Edit(node_id, socket, value)


names = st.text("abcdefg_", min_size=1, max_size=6)
scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)
#: Keys that no version of the document has.
unknown = st.dictionaries(st.text("xyz", min_size=1, max_size=3), values, max_size=2)
links = st.builds(LinkSource, names, st.integers(0, 5), names)
nodes = st.builds(
    Node,
    type=names,
    version=st.integers(1, 9),
    mode=st.sampled_from(["run", "mute", "bypass"]),
    title=names,
    place=st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    values=st.dictionaries(names, values, max_size=3),
    links=st.dictionaries(names, links, max_size=3),
    controls=st.dictionaries(names, st.sampled_from(["fixed", "randomize"]), max_size=2),
    foreign=values,
    unknown=unknown,
)
exposed_inputs = st.builds(
    ExposedInput,
    name=names,
    targets=st.lists(st.tuples(names, names), max_size=2),
    label=names,
    unknown=unknown,
)
exposed_outputs = st.builds(
    ExposedOutput, name=names, source=st.tuples(names, st.integers(0, 5)), unknown=unknown
)
subgraphs = st.builds(
    Subgraph,
    nodes=st.dictionaries(names, nodes, max_size=2),
    inputs=st.lists(exposed_inputs, max_size=2),
    outputs=st.lists(exposed_outputs, max_size=2),
    title=names,
    frames=st.lists(values, max_size=1),
    unknown=unknown,
)
documents = st.builds(
    Document,
    nodes=st.dictionaries(names, nodes, max_size=4),
    id=names,
    title=names,
    inputs=st.lists(exposed_inputs, max_size=2),
    outputs=st.lists(exposed_outputs, max_size=2),
    subgraphs=st.dictionaries(names, subgraphs, max_size=2),
    frames=st.lists(values, max_size=1),
    view=st.dictionaries(names, values, max_size=2),
    extra=st.dictionaries(names, values, max_size=2),
    unknown=unknown,
)
