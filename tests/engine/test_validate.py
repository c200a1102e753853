from typing import Any

import pytest

from engine.document import Document, LinkSource, Node
from engine.document.flatten import flatten
from engine.errors import (
    BadLink,
    BadValue,
    CycleFound,
    InvalidGraph,
    MissingInput,
    NoOutputs,
    TypeMismatch,
    UnknownNode,
    ValueOutOfRange,
)
from engine.registry import Registry
from engine.validate import validate
from tests.checks import PICTURES, graph_of, only, problems, sampler, spec
from tests.fakes import whole
from tests.graphs import Graphs, chain


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """Return the toy nodes and some with pictures."""
    registry.add(*PICTURES)
    return registry


# what is right


def test_sound_document_has_no_problems(registry: Registry):
    assert problems(chain(3), registry) == []


def test_every_node_comes_after_those_it_depends_on(registry: Registry):
    g = Graphs()
    g.nodes["show"] = Node(type="Show", links={"value": LinkSource("late", 0)})
    g.node("Add", at="late", a=g.node("Number", at="early"))

    assert list(graph_of(g.document(), registry)) == ["early", "late", "show"]


def test_missing_value_takes_its_default(registry: Registry):
    g = Graphs()
    g.node("Show", value=g.node("Add", at="add", a=1))

    assert graph_of(g.document(), registry).nodes["add"].values == {"a": 1, "b": 0}


@pytest.mark.parametrize("written", [20, 20.0, "20", " 20 "])
def test_value_is_brought_into_its_canonical_form(registry: Registry, written: Any):
    assert graph_of(sampler(written), registry).nodes["5"].values == {"steps": 20}


def test_largest_seed_may_be_written_as_text(registry: Registry):
    registry.add(spec("Seeded", [whole("seed", min=0, max=2**64 - 1)], is_output=True))
    g = Graphs()
    g.node("Seeded", at="1", seed="18446744073709551615")

    assert graph_of(g.document(), registry).nodes["1"].values == {"seed": 2**64 - 1}


def test_nodes_that_no_target_needs_are_not_checked(registry: Registry):
    g = Graphs()
    g.node("Show", value=g.node("Number"))
    g.node("Nothing like this")

    assert problems(g.document(), registry) == []


def test_links_keep_their_graph(registry: Registry):
    graph = graph_of(chain(2), registry)

    assert graph.ancestors("3") == {"1", "2"}
    assert graph.descendants("1") == {"2", "3", "show"}
    assert graph.outputs() == ["show"]


def test_input_that_the_definition_lacks_is_ignored(registry: Registry):
    g = Graphs()
    g.node("Show", value=g.node("Number", at="n", value=1, color="red"))

    assert graph_of(g.document(), registry).nodes["n"].values == {"value": 1}


# unknown nodes and bad links


def test_unknown_type_is_named_with_similar_ones(registry: Registry):
    g = Graphs()
    g.node("Show", value=g.node("Numbr", at="4"))

    problem = only(g.document(), registry)

    assert isinstance(problem, UnknownNode)
    assert problem.node_id == "4"
    assert problem.message == (
        'Node 4 has the type "Numbr", which nothing defines. Similar: Number. '
        "Install the pack that has it."
    )


def test_link_from_a_node_that_is_not_there(registry: Registry):
    g = Graphs()
    g.nodes["2"] = Node(type="Show", links={"value": LinkSource("77", 0)})

    problem = only(g.document(), registry)

    assert isinstance(problem, BadLink)
    assert (problem.node_id, problem.socket) == ("2", "value")
    assert problem.message == (
        'Input "value" of node 2 "Show" is linked to node "77", which is not there. Link it anew.'
    )


@pytest.mark.parametrize("output", [2, -1])
def test_link_from_an_output_that_is_not_there(registry: Registry, output: int):
    g = Graphs()
    g.node("Show", at="2", value=g.node("Halve", at="1", value=3)[output])

    problem = only(g.document(), registry)

    assert isinstance(problem, BadLink)
    assert problem.message == (
        f'Input "value" of node 2 "Show" is linked to output {output} of node 1 "Halve", '
        "which has 2. Link it anew."
    )


def test_exposed_output_that_is_not_there(registry: Registry):
    g = Graphs()

    problem = only(g.document(picture=g.node("Number", at="1")[3]), registry)

    assert isinstance(problem, BadLink)
    assert problem.message == (
        'The workflow\'s output "picture" is linked to output 3 of node 1 "Number", which has 1. '
        "Link it anew."
    )


def test_exposed_output_of_a_node_that_is_not_there(registry: Registry):
    document = chain(1)
    g = Graphs(nodes=dict(document.nodes))
    gone = g.node("Number", at="gone")
    del g.nodes["gone"]

    assert isinstance(only(g.document(x=gone), registry), BadLink)


def test_target_that_is_not_there(registry: Registry):
    _, found = validate(flatten(chain(1)), registry, None, ["99"])

    assert [problem.message for problem in found] == [
        'There is no node "99" to run. Choose one of the workflow\'s nodes.'
    ]


def test_document_without_outputs(registry: Registry):
    g = Graphs()
    g.node("Number")

    problem = only(g.document(), registry)

    assert isinstance(problem, NoOutputs)
    assert "Add a Save Image node." in problem.message


def test_document_without_outputs_names_its_unknown_types(registry: Registry):
    g = Graphs()
    g.node("SaveImge")

    kinds = [type(problem) for problem in problems(g.document(), registry)]

    assert kinds == [UnknownNode, NoOutputs]


# all at once, and cycles


def test_all_problems_are_found_at_once(registry: Registry):
    g = Graphs()
    g.node("Sampler", at="1", steps=1000)
    g.node("Sampler", at="2", steps="many")
    g.node("ApplyMask", at="3")
    g.node("ApplyMask", at="4", mask=g.node("Number", at="n"))
    g.node("Show", at="5", value=g.node("Unheard of", at="6"))

    kinds = {type(problem) for problem in problems(g.document(), registry)}

    assert kinds == {ValueOutOfRange, BadValue, MissingInput, TypeMismatch, UnknownNode}


def test_several_problems_of_one_node_are_found(registry: Registry):
    registry.add(spec("Two", [whole("a"), whole("b")], is_output=True))
    g = Graphs()
    g.node("Two", a="x", b="y")

    assert [problem.socket for problem in problems(g.document(), registry)] == ["a", "b"]


def test_all_problems_are_raised_together(registry: Registry):
    g = Graphs()
    g.node("Sampler", steps=0)
    g.node("Sampler", steps=-1)

    with pytest.raises(InvalidGraph) as caught:
        graph_of(g.document(), registry)
    assert len(caught.value.problems) == 2
    assert len(caught.value.as_json()["details"]["problems"]) == 2


def test_cycle_names_its_nodes_in_order(registry: Registry):
    nodes = {
        "1": Node(type="Add", values={"b": 1}, links={"a": LinkSource("2", 0)}),
        "2": Node(type="Add", values={"b": 1}, links={"a": LinkSource("1", 0)}),
        "3": Node(type="Show", links={"value": LinkSource("2", 0)}),
    }

    problem = only(Document(nodes=nodes), registry)

    assert isinstance(problem, CycleFound)
    assert set(problem.details["nodes"]) == {"1", "2"}
    assert '1 "Add"' in problem.message
    assert problem.message.endswith("Remove one of these links.")


def test_node_that_waits_for_itself_is_a_cycle(registry: Registry):
    nodes = {
        "1": Node(type="Add", links={"a": LinkSource("1", 0)}),
        "3": Node(type="Show", links={"value": LinkSource("1", 0)}),
    }

    assert isinstance(only(Document(nodes=nodes), registry), CycleFound)


def test_other_problems_are_found_beside_a_cycle(registry: Registry):
    nodes = {
        "1": Node(type="Add", values={"b": "x"}, links={"a": LinkSource("1", 0)}),
        "3": Node(type="Show", links={"value": LinkSource("1", 0)}),
    }

    kinds = [type(problem) for problem in problems(Document(nodes=nodes), registry)]

    assert kinds == [CycleFound, BadValue]
