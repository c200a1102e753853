from typing import Any

import pytest

from engine.document import Document, Node, Subgraph
from engine.document.flatten import Flat, flatten, node_at
from engine.errors import WorkflowError
from tests.graphs import Graphs


def source(flat: Flat, node_id: str, socket: str) -> tuple[str, int]:
    link = flat.nodes[node_id].links[socket]
    return link.node, link.output


# subgraphs


def adder() -> Subgraph:
    """Add `amount` to `number`; gives the sum."""
    g = Graphs()
    total = g.node("Add", at="7", b=1)
    return g.subgraph(inputs={"number": [("7", "a")], "amount": [("7", "b")]}, sum=total)


def with_adder(**given: Any) -> Graphs:
    g = Graphs(subgraphs={"adder": adder()})
    number = g.node("Number", at="1", value=4)
    inner = g.node("subgraph:adder", at="12", number=number, **given)
    g.node("Show", at="3", value=inner)
    return g


def test_document_without_structure_stays_as_it_is():
    g = Graphs()
    g.node("Show", value=g.node("Number"))
    document = g.document()

    assert flatten(document).nodes == document.nodes


def test_nodes_of_an_instance_have_colon_paths():
    assert set(flatten(with_adder().document()).nodes) == {"1", "12:7", "3"}


def test_link_into_an_instance_goes_to_the_exposed_target():
    assert source(flatten(with_adder().document()), "12:7", "a") == ("1", 0)


def test_link_from_an_instance_comes_from_the_exposed_source():
    assert source(flatten(with_adder().document()), "3", "value") == ("12:7", 0)


def test_value_on_an_instance_goes_to_the_exposed_target():
    flat = flatten(with_adder(amount=50).document())

    assert flat.nodes["12:7"].values == {"b": 50}


def test_value_that_an_instance_does_not_set_is_the_definitions():
    assert flatten(with_adder().document()).nodes["12:7"].values == {"b": 1}


def test_value_on_an_instance_takes_the_place_of_a_link_inside():
    g = Graphs()
    inner = g.node("Add", at="b", a=g.node("Number", at="a"))
    definition = g.subgraph(inputs={"number": [("b", "a")]}, sum=inner)
    outer = Graphs(subgraphs={"s": definition})
    outer.node("subgraph:s", at="1", number=9)

    node = flatten(outer.document()).nodes["1:b"]

    assert node.values == {"a": 9}
    assert node.links == {}


def test_exposed_input_of_a_definition_sets_every_target():
    g = Graphs()
    g.node("Add", at="x")
    g.node("Add", at="y")
    definition = g.subgraph(inputs={"number": [("x", "a"), ("y", "b")]})
    outer = Graphs(subgraphs={"s": definition})
    outer.node("subgraph:s", at="1", number=9)

    nodes = flatten(outer.document()).nodes

    assert (nodes["1:x"].values, nodes["1:y"].values) == ({"a": 9}, {"b": 9})


def test_two_instances_of_a_definition_are_apart():
    g = with_adder(amount=2)
    g.node("subgraph:adder", at="13", amount=3)

    nodes = flatten(g.document()).nodes

    assert (nodes["12:7"].values["b"], nodes["13:7"].values["b"]) == (2, 3)


def test_links_inside_a_definition_stay_inside():
    g = Graphs()
    g.node("Add", at="b", a=g.node("Number", at="a"))
    outer = Graphs(subgraphs={"s": g.subgraph()})
    outer.node("subgraph:s", at="1")

    assert source(flatten(outer.document()), "1:b", "a") == ("1:a", 0)


def nested() -> Document:
    """An instance of "outer" at 5 holds an instance of "adder" at 6."""
    g = Graphs()
    inner = g.node("subgraph:adder", at="6")
    outer = g.subgraph(inputs={"x": [("6", "number")], "by": [("6", "amount")]}, y=inner)
    top = Graphs(subgraphs={"adder": adder(), "outer": outer})
    result = top.node("subgraph:outer", at="5", x=top.node("Number", at="1"), by=8)
    top.node("Show", at="3", value=result)
    return top.document(result=result)


def test_instances_inside_instances_are_unfolded():
    assert set(flatten(nested()).nodes) == {"1", "3", "5:6:7"}


def test_links_and_values_go_through_both_levels():
    flat = flatten(nested())

    assert source(flat, "5:6:7", "a") == ("1", 0)
    assert flat.nodes["5:6:7"].values == {"b": 8}
    assert source(flat, "3", "value") == ("5:6:7", 0)


def test_exposed_output_of_the_document_leads_to_the_inner_node():
    assert flatten(nested()).outputs == {"result": ("5:6:7", 0)}


def test_instance_may_feed_an_instance():
    g = Graphs(subgraphs={"adder": adder()})
    first = g.node("subgraph:adder", at="1", number=1)
    g.node("subgraph:adder", at="2", number=first)

    assert source(flatten(g.document()), "2:7", "a") == ("1:7", 0)


def test_definition_that_contains_itself_is_refused():
    g = Graphs()
    g.node("subgraph:s", at="2")
    outer = Graphs(subgraphs={"s": g.subgraph()})
    outer.node("subgraph:s", at="1")

    with pytest.raises(WorkflowError, match=r'contains itself at node "1:2". Take the inner'):
        flatten(outer.document())


def test_definitions_that_contain_each_other_are_refused():
    a, b = Graphs(), Graphs()
    a.node("subgraph:b", at="1")
    b.node("subgraph:a", at="1")
    outer = Graphs(subgraphs={"a": a.subgraph(), "b": b.subgraph()})
    outer.node("subgraph:a", at="1")

    with pytest.raises(WorkflowError, match="contains itself"):
        flatten(outer.document())


def test_definition_that_is_nowhere_is_named():
    g = Graphs()
    g.node("subgraph:gone", at="4")

    with pytest.raises(WorkflowError, match='Node "4" is an instance of the subgraph "gone"'):
        flatten(g.document())


def test_document_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.document.flatten.MOST", 1000)
    levels = {
        f"s{level}": Subgraph(
            nodes={str(key): Node(type=f"subgraph:s{level + 1}") for key in range(10)}
        )
        for level in range(20)
    }
    document = Document(
        nodes={"1": Node(type="subgraph:s0")}, subgraphs={**levels, "s20": Subgraph()}
    )

    with pytest.raises(WorkflowError, match="unfold to more than 1,000 nodes"):
        flatten(document)


def test_node_is_found_by_its_colon_path():
    node = node_at(nested(), "5:6:7")

    assert node is not None
    assert node.type == "Add"


def test_id_with_a_colon_is_an_id_first():
    document = Document(nodes={"12:7": Node(type="Number")})

    assert node_at(document, "12:7") == document.nodes["12:7"]
    assert document.with_value("12:7", "value", 5).nodes["12:7"].values == {"value": 5}


def test_path_that_leads_nowhere_finds_nothing():
    assert node_at(nested(), "5:9:7") is None
    assert node_at(nested(), "1:9") is None
