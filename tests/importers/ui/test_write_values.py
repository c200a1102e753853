"""COMPAT.md A6 backwards: values come back to the places that the list had for them."""

import pytest

from engine.document import Document, Node
from engine.spec import Growing, InputSpec, NodeSpec, Variants
from engine.widgets import Anything, FileChoice
from tests.saved import Json, Saved, choice, made, read, socket, whole, words
from tests.written import essence, node_of, read_again, usual, write, written

SEED = made("T", whole("seed"), whole("steps"))
IMAGE = made(
    "T",
    InputSpec("image", "COMBO", FileChoice(upload="image")),
    choice("channel", "alpha", "red"),
    whole("late", required=False),
)
COMBO = made(
    "T", choice("file", "a", "b", options={"control_after_generate": True}), whole("steps")
)
AUDIO = made(
    "T", choice("audio", "a", options={"audio_upload": True}), whole("late", required=False)
)
FORCED = made("T", whole("forced", options={"forceInput": True}), words("text"))
MODES = Variants({"none": (), "some": (whole("strength"), words("name"))})
CHOOSER = made("T", InputSpec("mode", "COMFY_DYNAMICCOMBO_V3", dynamic=MODES), whole("steps"))
GROWING = made(
    "T",
    InputSpec("n", "COMFY_AUTOGROW_V3", dynamic=Growing(whole("item"), "i", min=1)),
    words("text"),
)
TWO = made("T", whole("first"), words("second"))


def one(held: object, **more: object) -> Json:
    g = Saved()
    g.node(1, "T", held, **more)
    return usual(g.document())


CASES = [
    (SEED, [7, "randomize", 20]),
    (SEED, [7, True, 20]),
    (SEED, [7, 20]),
    (SEED, [7, "fixed", 20, "surplus", None]),
    (SEED, [7]),
    (SEED, [None, "fixed", 20]),
    (IMAGE, ["a.png", "red", "image", 3]),
    (IMAGE, ["a.png", "red", "image"]),
    (IMAGE, ["a.png", "red"]),
    (COMBO, ["b", "increment-wrap", "x.*", 20]),
    (COMBO, ["b", "randomize", "", 20]),
    (COMBO, ["b", 20]),
    (AUDIO, ["a", 3]),
    (AUDIO, ["a", "", 3]),
    (AUDIO, ["a", "", "", 3]),
    (FORCED, [0, "cat"]),
    (FORCED, ["cat"]),
    (CHOOSER, ["none", 20]),
    (CHOOSER, ["some", 3, "x", 20]),
    (GROWING, [5, "cat"]),
    (TWO, {"first": 1, "second": "x", "videopreview": {"a": 1}}),
    (TWO, "not a list"),
    (TWO, [1, ["a", "list"]]),
]


@pytest.mark.parametrize(("spec", "held"), CASES)
def test_a6_the_list_comes_back_as_it_was(spec: NodeSpec, held: object):
    raw = one(held)

    assert node_of(written(raw, spec), 1)["widgets_values"] == held


@pytest.mark.parametrize(("spec", "held"), CASES)
def test_a6_what_is_read_again_is_the_same(spec: NodeSpec, held: object):
    document = read(one(held), spec)

    assert read_again(document, spec) == document


def test_a6_rule10_named_values_come_back():
    named = {"seed": 7, "control_after_generate": "increment", "steps": 20, "upload": "image"}
    raw = one([7, "increment", 20], widgets_values_named=named)

    assert node_of(written(raw, SEED), 1)["widgets_values_named"] == named


def test_a6_rule10_list_and_names_that_differ_stay_so():
    raw = one([1, "x"], widgets_values_named={"first": 2, "second": "x"})

    assert essence(written(raw, TWO)) == essence(raw)


def test_a6_rule10_a_changed_value_is_in_both_forms():
    raw = one([1, "x"], widgets_values_named={"first": 2, "second": "x"})

    node = node_of(write(read(raw, TWO).with_value("1", "first", 9), TWO), 1)

    assert node["widgets_values"] == [9, "x"]
    assert node["widgets_values_named"] == {"first": 9, "second": "x"}


def test_a_changed_value_is_in_its_place():
    document = read(one(["some", 3, "x", 20]), CHOOSER).with_value("1", "steps", 30)

    assert node_of(write(document, CHOOSER), 1)["widgets_values"] == ["some", 3, "x", 30]


def test_a_changed_choice_brings_its_own_widgets():
    document = read(one(["none", 20]), CHOOSER).with_value("1", "mode", "some")

    assert node_of(write(document, CHOOSER), 1)["widgets_values"] == ["some", 0, "", 20]


def test_a_value_beyond_a_short_list_makes_it_longer():
    spec = made("T", whole("a"), whole("b"), whole("c"))
    document = read(one([1]), spec).with_value("1", "c", 3)

    assert node_of(write(document, spec), 1)["widgets_values"] == [1, 0, 3]


def test_a_seed_that_the_document_holds_as_text_is_a_number():
    document = read(one([7, "fixed", 20]), SEED).with_value("1", "seed", str(2**64 - 1))

    assert node_of(write(document, SEED), 1)["widgets_values"] == [2**64 - 1, "fixed", 20]


def test_custom_widgets_have_their_place():
    spec = made("T", InputSpec("colour", "COLOR", Anything()), socket("a"), whole("steps"))

    assert node_of(written(one(["#fff", 20]), spec), 1)["widgets_values"] == ["#fff", 20]


def test_a_node_that_became_known_is_written_by_its_definition():
    document = read(one([1, "x"])).with_value("1", "first", 5)

    node = node_of(write(document, TWO), 1)

    assert node["widgets_values"] == [5, "x"]


def test_a_value_of_an_unknown_type_is_written_by_name():
    document = read(one([1, "x"])).with_value("1", "first", 5)

    node = node_of(write(document), 1)

    assert node["widgets_values"] == [1, "x"]
    assert node["widgets_values_named"] == {"first": 5}


def test_a_type_that_is_known_no_longer_keeps_its_values():
    document = read(one([1, "x"]), TWO)

    node = node_of(write(document), 1)

    assert (node["type"], node["widgets_values"]) == ("T", [1, "x"])
    assert node["widgets_values_named"] == {"first": 1, "second": "x"}


def test_a_new_node_has_its_defaults_and_an_upload_button():
    fresh = Document(nodes={"1": Node("T", values={"image": "b.png"}, place=(0, 0, 1, 1))})

    assert node_of(write(fresh, IMAGE), 1)["widgets_values"] == ["b.png", "alpha", "image", 0]


def test_a_new_node_has_its_control():
    fresh = Document(nodes={"1": Node("T", values={"seed": "8"}, controls={"seed": "increment"})})

    assert node_of(write(fresh, SEED), 1)["widgets_values"] == [8, "increment", 0]
