from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec, Variants, nested
from engine.widgets import Float, Int
from tests.fakes import linked, whole

IMAGES = Growing(linked("image", "IMAGE"), prefix="image", min=2, max=4)


def spec_of(*inputs: InputSpec, **facts: Any) -> NodeSpec:
    return NodeSpec("Toy", print, inputs, **facts)


def growing(name: str, growth: Growing = IMAGES, **facts: Any) -> InputSpec:
    return InputSpec(name, growth.item.type, dynamic=growth, **facts)


def choice(name: str, **options: tuple[InputSpec, ...]) -> InputSpec:
    return InputSpec(name, "COMBO", dynamic=Variants(options))


def unfolded(spec: NodeSpec, *links: str, **values: Any) -> list[tuple[str, bool]]:
    """Return name and need of every input that a node with these links and values has."""
    return [(each.name, each.required) for each in spec.inputs_for(values, links)]


BLUR = choice(
    "mode",
    none=(),
    gauss=(InputSpec("radius", "FLOAT", Float(default=1.0), has_default=True),),
    tile=(choice("edge", wrap=(), fill=(whole("color"),)), growing("masks")),
)


def test_a_node_without_dynamic_inputs_has_those_it_declares():
    spec = spec_of(whole("a"), whole("b"))

    assert spec.inputs_for({"a": 1, "c": 2}, ["d"]) is spec.inputs


def test_a_growing_input_shows_its_required_items():
    assert unfolded(spec_of(growing("images"))) == [
        ("images.image0", True),
        ("images.image1", True),
    ]


def test_a_growing_input_grows_by_links_and_values():
    spec = spec_of(growing("images"))

    names = unfolded(spec, "images.image3", **{"images.image2": 1})

    assert names[2:] == [("images.image2", False), ("images.image3", False)]


def test_a_growing_input_ends_at_its_largest():
    assert len(unfolded(spec_of(growing("images")), "images.image3", "images.image4")) == 3


def test_an_optional_growing_input_needs_no_item():
    assert unfolded(spec_of(growing("images", required=False))) == []


def test_a_growing_input_may_name_its_items():
    named = Growing(linked("mask", "MASK"), names=("left", "right"), min=1)
    spec = spec_of(growing("masks", named))

    assert unfolded(spec, "masks.right") == [("masks.left", True), ("masks.right", False)]


def test_items_have_the_type_and_widget_of_the_template():
    counts = Growing(whole("count", default=3, max=9), prefix="n", min=1)

    item = spec_of(growing("counts", counts)).inputs_for({}, ())[0]

    assert (item.type, item.widget) == ("INT", Int(default=3, max=9))


@pytest.mark.parametrize(("outer", "inner", "match"), [("T", "", "T"), ("", "T", "T")])
def test_items_match_as_the_input_or_their_template_says(outer: str, inner: str, match: str):
    growth = Growing(linked("any", "*", match=inner), prefix="any", min=1)
    spec = spec_of(growing("anys", growth, match=outer))

    assert spec.inputs_for({}, ())[0].match == match


def test_a_choice_brings_the_inputs_of_what_is_chosen():
    assert unfolded(spec_of(BLUR), mode="gauss") == [("mode", True), ("mode.radius", True)]


def test_a_choice_without_a_value_is_its_first_option():
    chooser = spec_of(BLUR).inputs_for({}, ())[0]

    assert chooser.widget is not None
    assert chooser.widget.default == "none"
    assert chooser.has_default


@pytest.mark.parametrize("chosen", ["blend", 7, None, ["gauss"], {}])
def test_a_choice_that_is_not_offered_still_shows_the_chooser(chosen: Any):
    assert unfolded(spec_of(BLUR), mode=chosen)[0] == ("mode", True)


def test_choices_inside_choices_unfold():
    names = unfolded(spec_of(BLUR), **{"mode": "tile", "mode.edge": "fill"})

    assert [name for name, _ in names] == [
        "mode",
        "mode.edge",
        "mode.edge.color",
        "mode.masks.image0",
        "mode.masks.image1",
    ]


def test_plain_inputs_stay_as_they_are():
    assert nested(spec_of(whole("a"), BLUR), {"a": 1, "a.b": 2, "mode": "none"}) == {
        "a": 1,
        "a.b": 2,
        "mode": {"mode": "none"},
    }


def test_items_of_a_growing_input_become_one_dict():
    flat = {"images.image0": "x", "images.image1": "y", "n": 3}

    assert nested(spec_of(growing("images"), whole("n")), flat) == {
        "images": {"image0": "x", "image1": "y"},
        "n": 3,
    }


def test_a_growing_input_without_items_is_an_empty_dict():
    assert nested(spec_of(growing("images", required=False)), {}) == {"images": {}}


def test_a_choice_becomes_a_dict_that_names_itself():
    assert nested(spec_of(BLUR), {"mode": "gauss", "mode.radius": 2.0}) == {
        "mode": {"mode": "gauss", "radius": 2.0}
    }


@pytest.mark.parametrize(
    ("flat", "edge"),
    [
        ({"mode.edge": "wrap"}, {"edge": "wrap"}),
        ({"mode.edge": "fill", "mode.edge.color": 7}, {"edge": "fill", "color": 7}),
        ({"mode.edge.color": 7, "mode.edge": "fill"}, {"edge": "fill", "color": 7}),
    ],
)
def test_a_choice_inside_a_choice_is_a_dict_whatever_it_brings(
    flat: dict[str, Any], edge: dict[str, Any]
):
    made = nested(spec_of(BLUR), {"mode": "tile", **flat})

    assert made == {"mode": {"mode": "tile", "edge": edge, "masks": {}}}


def test_values_that_are_dicts_are_not_looked_into():
    latent = {"samples": 1, "image1": 2}

    made = nested(spec_of(growing("images")), {"images.image0": latent, "images.image1": latent})

    assert made == {"images": {"image0": latent, "image1": latent}}


def test_a_choice_in_a_node_that_takes_lists_is_in_a_list():
    flat = {"mode": ["tile"], "mode.edge": ["wrap"]}

    assert nested(spec_of(BLUR), flat) == {
        "mode": {"mode": ["tile"], "edge": {"edge": ["wrap"]}, "masks": {}}
    }


def dynamic_inputs(names: st.SearchStrategy[str]) -> st.SearchStrategy[InputSpec]:
    """Return inputs of any shape, choices inside choices among them."""
    leaves = st.builds(whole, names) | st.builds(growing, names, required=st.booleans())

    def choices(below: st.SearchStrategy[InputSpec]) -> st.SearchStrategy[InputSpec]:
        fields = st.lists(below, max_size=3, unique_by=lambda each: each.name).map(tuple)
        made = st.builds(lambda name, a, b: choice(name, a=a, b=b), names, fields, fields)
        return made.filter(lambda each: not has_own_name_inside(each))

    return st.recursive(leaves, choices, max_leaves=8)


def has_own_name_inside(spec: InputSpec) -> bool:
    """Say whether a field has the name of its choice, which has the place in the dict."""
    assert isinstance(spec.dynamic, Variants)
    return any(
        each.name == spec.name for fields in spec.dynamic.options.values() for each in fields
    )


@st.composite
def chosen(draw: st.DrawFn) -> tuple[NodeSpec, dict[str, Any]]:
    """Return a node with dynamic inputs and a value for each input that its choices unfold to."""
    names = st.sampled_from(["a", "b", "images", "mode"])
    inputs = draw(st.lists(dynamic_inputs(names), max_size=4, unique_by=lambda each: each.name))
    spec = spec_of(*inputs)
    flat: dict[str, Any] = {}
    while chooser := next((i for i in open_inputs(spec, flat) if i.type == "COMBO"), None):
        flat[chooser.name] = draw(st.sampled_from(["a", "b"]))
    return spec, flat | {each.name: object() for each in open_inputs(spec, flat)}


def open_inputs(spec: NodeSpec, flat: dict[str, Any]) -> list[InputSpec]:
    """Return the inputs without a value, those of a choice after the choice."""
    return [each for each in spec.inputs_for(flat, ()) if each.name not in flat]


@settings(max_examples=60)
@given(chosen())
def test_nested_keeps_every_value_of_unfolded_names(given_values: tuple[NodeSpec, dict[str, Any]]):
    spec, flat = given_values

    kept = leaves_of(nested(spec, flat))

    assert sorted(map(id, kept)) == sorted(map(id, flat.values()))


def leaves_of(tree: dict[str, Any]) -> list[Any]:
    """Return everything in a tree of dicts that is no dict."""
    found: list[Any] = []
    for each in tree.values():
        found += leaves_of(each) if isinstance(each, dict) else [each]
    return found


def test_facts_are_gathered_from_the_inputs():
    spec = spec_of(
        whole("a", default=1),
        InputSpec("b", "*", lazy=True),
        InputSpec("c", "COMBO", reads_files=True),
        InputSpec("d", "*", match="T"),
    )

    assert list(spec.by_name) == ["a", "b", "c", "d"]
    assert {each.name for each in spec.inputs if each.lazy} == {"b"}
    assert [each.name for each in spec.file_inputs] == ["c"]
    assert spec.has_matched_types
    assert not spec.is_dynamic


def test_outputs_may_match_too():
    spec = NodeSpec("Toy", print, outputs=(OutputSpec("any", "*", match="T"),))

    assert spec.has_matched_types


@pytest.mark.parametrize(
    ("facts", "needed"),
    [
        ({}, False),
        ({"is_idempotent": False}, True),
        ({"hidden": {"me": "unique_id"}}, True),
        ({"hidden": {"ctx": "context"}}, False),
    ],
)
def test_nodes_that_know_themselves_share_no_results(facts: dict[str, Any], needed: bool):
    assert spec_of(**facts).needs_id_in_key is needed
