from typing import Any

import pytest

from engine.document import Document
from engine.errors import (
    BadLink,
    MissingInput,
    TypeMismatch,
)
from engine.registry import Registry
from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec, Variants
from engine.widgets import Float
from tests.checks import PICTURES, graph_of, only, problems, spec
from tests.fakes import linked
from tests.graphs import Graphs


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """Return the toy nodes and some with pictures."""
    registry.add(*PICTURES)
    return registry


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
