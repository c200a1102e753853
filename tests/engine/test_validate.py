from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.document import Document, LinkSource, Node
from engine.document.flatten import flatten
from engine.errors import (
    BadLink,
    BadValue,
    CycleFound,
    GraphError,
    InvalidGraph,
    MissingInput,
    NoOutputs,
    PathError,
    TypeMismatch,
    UnknownNode,
    ValueOutOfRange,
)
from engine.graph import Graph
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec, Variants
from engine.validate import check, validate
from engine.widgets import Choice, FileChoice, Float, Int, Unfit
from tests.fakes import linked, toy, whole
from tests.graphs import Graphs, chain


def spec(kind: str, inputs: list[InputSpec], gives: tuple[str, ...] = (), **facts: Any) -> NodeSpec:
    outputs = tuple(OutputSpec(each, each) for each in gives)
    return NodeSpec(kind, lambda **given: None, tuple(inputs), outputs, title=kind, **facts)


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """Return the toy nodes and some with picture types."""
    registry.add(
        spec("LoadImage", [], ("IMAGE", "MASK")),
        spec("Convert", [linked("image", "IMAGE")], ("MASK",)),
        spec("ApplyMask", [linked("mask", "MASK")], is_output=True),
        spec("Sampler", [whole("steps", min=1, max=100)], is_output=True),
    )
    return registry


def problems(document: Document, registry: Registry, folders: Folders | None = None) -> Any:
    return validate(flatten(document, registry.specs), registry, folders)[1]


def only(document: Document, registry: Registry, folders: Folders | None = None) -> GraphError:
    (problem,) = problems(document, registry, folders)
    return problem


def graph_of(document: Document, registry: Registry) -> Graph:
    return check(flatten(document, registry.specs), registry, None)


def sampler(steps: Any) -> Document:
    g = Graphs()
    g.node("Sampler", at="5", steps=steps)
    return g.document()


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


# types


def test_types_that_do_not_fit_name_both_ends_and_a_bridge(registry: Registry):
    g = Graphs()
    g.node("ApplyMask", at="12", mask=g.node("LoadImage", at="7"))

    problem = only(g.document(), registry)

    assert isinstance(problem, TypeMismatch)
    assert (problem.node_id, problem.socket) == ("12", "mask")
    assert problem.details == {"expected": "MASK", "got": "IMAGE", "source": ["7", 0]}
    assert problem.message == (
        'Input "mask" of node 12 "ApplyMask" takes MASK, but output "IMAGE" of node 7 "LoadImage" '
        'gives IMAGE. Put a "Convert" node between them.'
    )


def test_types_that_nothing_bridges_name_what_to_link(registry: Registry):
    g = Graphs()
    g.node("ApplyMask", mask=g.node("Number"))

    assert only(g.document(), registry).message.endswith("Link an output of type MASK.")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("MASK", "*"),
        ("*", "MASK"),
        ("MASK", "IMAGE,MASK"),
        ("IMAGE,MASK", "MASK"),
        ("mask", "MASK"),
    ],
)
def test_types_that_fit(registry: Registry, given: str, wanted: str):
    registry.add(spec("Give", [], (given,)), spec("Take", [linked("x", wanted)], is_output=True))
    g = Graphs()
    g.node("Take", x=g.node("Give"))

    assert problems(g.document(), registry) == []


def test_node_that_asks_for_the_types_checks_them_itself(registry: Registry):
    seen: list[Any] = []

    def own(input_types: dict[str, str]) -> Any:
        seen.append(input_types)
        return True

    registry.add(
        spec(
            "Loose",
            [linked("x", "MASK")],
            is_output=True,
            validate=own,
            validates=frozenset({"input_types"}),
        )
    )
    g = Graphs()
    g.node("Loose", x=g.node("Number"))

    assert problems(g.document(), registry) == []
    assert seen == [{"x": "INT"}]


def matched(registry: Registry) -> None:
    registry.add(
        NodeSpec(
            "Either",
            lambda **given: None,
            (linked("a", "*", match="T"), linked("b", "*", match="T")),
            (OutputSpec("out", "*", match="T"),),
            title="Either",
        )
    )


def test_matched_inputs_take_one_common_type(registry: Registry):
    matched(registry)
    g = Graphs()
    either = g.node("Either", at="e", a=g.node("LoadImage")[0], b=g.node("LoadImage")[1])
    g.node("Show", value=either)

    problem = only(g.document(), registry)

    assert isinstance(problem, TypeMismatch)
    assert problem.socket == "b"
    assert problem.details["expected"] == "IMAGE"


def test_matched_output_has_the_type_of_its_inputs(registry: Registry):
    matched(registry)
    g = Graphs()
    image = g.node("LoadImage")
    g.node("ApplyMask", mask=g.node("Either", a=image[0], b=image[0]))

    problem = only(g.document(), registry)

    assert problem.details["got"] == "IMAGE"


def test_matched_type_goes_through_several_nodes(registry: Registry):
    matched(registry)
    g = Graphs()
    image = g.node("LoadImage")
    first = g.node("Either", a=image[1], b=image[1])
    g.node("ApplyMask", mask=g.node("Either", a=first, b=first))

    assert problems(g.document(), registry) == []


# values


def test_missing_value_says_to_type_one(registry: Registry):
    g = Graphs()
    g.node("Sampler", at="5")

    problem = only(g.document(), registry)

    assert isinstance(problem, MissingInput)
    assert problem.message == 'Input "steps" of node 5 "Sampler" is missing. Type a value.'


def test_missing_link_says_what_to_link(registry: Registry):
    g = Graphs()
    g.node("ApplyMask", at="5")

    problem = only(g.document(), registry)

    assert isinstance(problem, MissingInput)
    assert problem.message == (
        'Input "mask" of node 5 "ApplyMask" is missing. Link an output of type MASK.'
    )


def test_value_where_only_a_link_fits(registry: Registry):
    g = Graphs()
    g.node("ApplyMask", at="5", mask="white")

    problem = only(g.document(), registry)

    assert isinstance(problem, BadValue)
    assert problem.message == (
        'Input "mask" of node 5 "ApplyMask" takes a link, but is "white". '
        "Link an output of type MASK."
    )


def test_value_out_of_range_says_the_range(registry: Registry):
    problem = only(sampler(0), registry)

    assert isinstance(problem, ValueOutOfRange)
    assert problem.message == (
        'Input "steps" of node 5 "Sampler" takes a whole number from 1 to 100, but is 0.'
    )


@pytest.mark.parametrize("value", ["ten", 2.5, True, None, [1], {"a": 1}, float("nan"), "1e3"])
def test_value_of_the_wrong_kind(registry: Registry, value: Any):
    problem = only(sampler(value), registry)

    assert type(problem) is BadValue
    assert problem.details["expected"] == "a whole number"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "nan"])
def test_number_that_is_not_finite(registry: Registry, value: Any):
    registry.add(spec("Scale", [InputSpec("by", "FLOAT", Float())], is_output=True))
    g = Graphs()
    g.node("Scale", by=value)

    assert only(g.document(), registry).details["expected"] == "a finite number"


def test_long_value_is_shortened_in_the_message(registry: Registry):
    assert len(only(sampler("x" * 10_000), registry).message) < 300


def test_choice_that_is_not_there_lists_what_is(registry: Registry):
    combo = InputSpec("mode", "COMBO", Choice(choices=("nearest", "area")))
    registry.add(spec("Resize", [combo], is_output=True))
    g = Graphs()
    g.node("Resize", at="3", mode="linear")

    problem = only(g.document(), registry)

    assert isinstance(problem, ValueOutOfRange)
    assert problem.message == (
        'Input "mode" of node 3 "Resize" takes one of "nearest", "area", but is "linear".'
    )


def test_file_that_is_not_there_names_the_nearest(registry: Registry, tmp_path: Path):
    picture = InputSpec("image", "COMBO", FileChoice(kind="input"), reads_files=True)
    registry.add(spec("Open", [picture], is_output=True))
    folders = Folders.at(tmp_path)
    folders.input.mkdir()
    (folders.input / "cat.png").touch()
    g = Graphs()
    g.node("Open", at="3", image="car.png")

    problem = only(g.document(), registry, folders)

    assert isinstance(problem, ValueOutOfRange)
    assert problem.message.startswith('Input "image" of node 3 "Open": There is no "car.png"')
    assert 'Nearest names: "cat.png".' in problem.message


def test_file_name_that_leaves_its_folder(registry: Registry, tmp_path: Path):
    picture = InputSpec("image", "COMBO", FileChoice(kind="input"), reads_files=True)
    registry.add(spec("Open", [picture], is_output=True))
    g = Graphs()
    g.node("Open", image="../secret.png")

    assert "leads out of the folder" in only(g.document(), registry, Folders.at(tmp_path)).message


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


# the node's own check


def own_check(answer: Any, *, validates: tuple[str, ...] = ("steps",)) -> NodeSpec:
    return spec(
        "Own",
        [whole("steps", min=1, max=100)],
        is_output=True,
        validate=answer,
        validates=frozenset(validates),
    )


def own(registry: Registry, steps: Any) -> Any:
    g = Graphs()
    g.node("Own", at="8", steps=steps)
    return problems(g.document(), registry)


def test_own_check_may_say_what_is_wrong(registry: Registry):
    registry.add(own_check(lambda steps: f"{steps} is too odd."))

    (problem,) = own(registry, 7)

    assert problem.message == 'Node 8 "Own" does not accept its inputs: 7 is too odd.'


def test_own_check_that_raises_is_a_problem(registry: Registry):
    registry.add(own_check(lambda steps: 1 / 0))

    (problem,) = own(registry, 7)

    assert "its check failed: ZeroDivisionError" in problem.message


def test_own_check_may_raise_an_error_of_the_engine(registry: Registry):
    def refuse(steps: int) -> Any:
        raise PathError("There is no such file.")

    registry.add(own_check(refuse))

    (problem,) = own(registry, 7)

    assert problem.message.endswith("does not accept its inputs: There is no such file.")


def test_own_check_takes_the_place_of_the_range_of_what_it_names(registry: Registry):
    registry.add(own_check(lambda steps: True))

    assert own(registry, 1000) == []


def test_own_check_leaves_the_range_of_other_inputs(registry: Registry):
    registry.add(own_check(lambda: True, validates=()))

    (problem,) = own(registry, 1000)

    assert isinstance(problem, ValueOutOfRange)


def test_own_check_does_not_excuse_the_wrong_kind(registry: Registry):
    registry.add(own_check(lambda steps: True))

    (problem,) = own(registry, "many")

    assert type(problem) is BadValue


def test_own_check_is_not_asked_about_a_node_with_other_problems(registry: Registry):
    registry.add(own_check(lambda steps: True))
    g = Graphs()
    g.node("Own")

    assert [type(problem) for problem in problems(g.document(), registry)] == [MissingInput]


def test_own_check_gets_nothing_for_a_link(registry: Registry):
    seen: list[Any] = []
    registry.add(own_check(lambda steps: seen.append(steps) or True))
    g = Graphs()
    g.node("Own", steps=g.node("Number"))

    assert problems(g.document(), registry) == []
    assert seen == [None]


# growing inputs, choices with inputs of their own


def growing(registry: Registry, **facts: Any) -> None:
    item = InputSpec("", "IMAGE")
    images = InputSpec("images", "IMAGE", dynamic=Growing(item, prefix="image", **facts))
    registry.add(NodeSpec("Batch", lambda **given: None, (images,), is_output=True, title="Batch"))


def batch(*names: str) -> Document:
    g = Graphs()
    image = g.node("LoadImage")
    g.node("Batch", at="9", **dict.fromkeys(names, image))
    return g.document()


def test_growing_input_takes_as_many_items_as_are_linked(registry: Registry):
    growing(registry, min=1, max=5)

    graph = graph_of(batch("images.image0", "images.image1", "images.image2"), registry)

    assert list(graph.nodes["9"].links) == ["images.image0", "images.image1", "images.image2"]


def test_growing_input_needs_its_least_number(registry: Registry):
    growing(registry, min=2, max=5)

    problem = only(batch("images.image0"), registry)

    assert isinstance(problem, MissingInput)
    assert problem.socket == "images.image1"


def test_growing_input_takes_no_more_than_its_largest_number(registry: Registry):
    growing(registry, min=1, max=2)

    problem = only(batch("images.image0", "images.image1", "images.image7"), registry)

    assert isinstance(problem, BadLink)
    assert problem.message == (
        'Node 9 "Batch" has no input "images.image7": "images" grows to at most 2. '
        "Remove the surplus ones."
    )


def test_items_of_a_growing_input_are_checked_by_type(registry: Registry):
    growing(registry)
    g = Graphs()
    g.node("Batch", **{"images.image0": g.node("Number")})

    assert only(g.document(), registry).socket == "images.image0"


def chooser(registry: Registry) -> None:
    strength = InputSpec(
        "strength", "FLOAT", Float(default=1.0, min=0.0, max=1.0), has_default=True
    )
    mode = InputSpec("mode", "COMBO", dynamic=Variants({"off": (), "on": (strength,)}))
    registry.add(NodeSpec("Mode", lambda **given: None, (mode,), is_output=True, title="Mode"))


def test_choice_brings_its_own_inputs(registry: Registry):
    chooser(registry)
    g = Graphs()
    g.node("Mode", at="1", mode="on")

    assert graph_of(g.document(), registry).nodes["1"].values == {
        "mode": "on",
        "mode.strength": 1.0,
    }


def test_inputs_of_another_choice_are_ignored(registry: Registry):
    chooser(registry)
    g = Graphs()
    g.node("Mode", at="1", **{"mode": "off", "mode.strength": 0.5})

    assert graph_of(g.document(), registry).nodes["1"].values == {"mode": "off"}


def test_inputs_of_a_choice_are_checked(registry: Registry):
    chooser(registry)
    g = Graphs()
    g.node("Mode", **{"mode": "on", "mode.strength": 3})

    assert only(g.document(), registry).socket == "mode.strength"


def test_choice_that_is_not_there_is_a_problem(registry: Registry):
    chooser(registry)
    g = Graphs()
    g.node("Mode", mode="half")

    assert 'takes one of "off", "on"' in only(g.document(), registry).message


# versions of a definition


def test_values_of_an_older_version_are_migrated(registry: Registry):
    def rename(values: dict[str, Any]) -> dict[str, Any]:
        return {"steps": values["count"] * 2}

    registry.add(spec("Moved", [whole("steps")], is_output=True, version=2, migrations={1: rename}))
    g = Graphs()
    g.node("Moved", at="1", version=1, count=4)

    assert graph_of(g.document(), registry).nodes["1"].values == {"steps": 8}


def test_migration_leaves_the_document_alone(registry: Registry):
    def mark(values: dict[str, Any]) -> dict[str, Any]:
        values["steps"] = 9
        return values

    registry.add(spec("Moved", [whole("steps")], is_output=True, version=2, migrations={1: mark}))
    g = Graphs()
    g.node("Moved", at="1", version=1, steps=4)
    document = g.document()

    graph_of(document, registry)

    assert document.nodes["1"].values == {"steps": 4}


def test_node_of_a_newer_version_is_a_problem(registry: Registry):
    g = Graphs()
    g.node("Sampler", at="1", version=3, steps=4)

    problem = only(g.document(), registry)

    assert problem.message == (
        'Node 1 "Sampler" is of version 3; the definition here is of version 1. '
        "Update the pack that has it."
    )


def test_title_of_the_node_stands_in_messages(registry: Registry):
    document = sampler(0)
    titled = {"5": replace_title(document.nodes["5"], "My sampler")}

    assert 'of node 5 "My sampler" takes' in only(Document(nodes=titled), registry).message


def replace_title(node: Node, title: str) -> Node:
    return Node(type=node.type, title=title, values=node.values)


def test_lazy_and_required_input_must_be_linked(registry: Registry):
    registry.add(replace(toy("Late", lambda a: a, lazy=("a",)), is_output=True))
    g = Graphs()
    g.node("Late")

    assert isinstance(only(g.document(), registry), MissingInput)


def test_optional_input_may_be_left_out(registry: Registry):
    registry.add(spec("Maybe", [linked("mask", "MASK", required=False)], is_output=True))
    g = Graphs()
    g.node("Maybe", at="1")

    assert graph_of(g.document(), registry).nodes["1"].values == {}


def test_range_of_a_whole_number_may_be_open_to_one_side():
    with pytest.raises(Unfit, match="a whole number from 1 upward"):
        Int(min=1).check(0)
