"""COMPAT.md A6: which value belongs to which input."""

import pytest

from engine.registry import Registry
from engine.spec import Growing, InputSpec, NodeSpec, Variants
from engine.widgets import Anything, FileChoice, Int
from tests.saved import Json, Saved, choice, made, notes, read, socket, whole, words


def values(spec: NodeSpec, held: object, **more: object) -> Json:
    """Return the values of one node of a type, by name."""
    g = Saved()
    g.node(1, spec.id, held, **more)
    return read(g.document(), spec).nodes["1"].values


def controls(spec: NodeSpec, held: object, **more: object) -> dict[str, str]:
    g = Saved()
    g.node(1, spec.id, held, **more)
    return read(g.document(), spec).nodes["1"].controls


def kept(spec: NodeSpec, held: object, **more: object) -> Json:
    g = Saved()
    g.node(1, spec.id, held, **more)
    return read(g.document(), spec).nodes["1"].foreign.get("widgets", {})


def test_a6_rule1_required_inputs_come_before_optional_ones():
    spec = made("T", whole("late", required=False), whole("early"))

    assert values(spec, [1, 2]) == {"early": 1, "late": 2}


def test_a6_rule2_sockets_have_no_slot():
    spec = made(
        "T", socket("model", "MODEL"), whole("steps"), socket("clip", "CLIP"), words("text")
    )

    assert values(spec, [20, "cat"]) == {"steps": 20, "text": "cat"}


def test_a6_rule2_custom_widget_types_have_a_slot():
    spec = made("T", InputSpec("colour", "COLOR", Anything()), whole("steps"))

    assert values(spec, ["#fff", 20]) == {"colour": "#fff", "steps": 20}


def test_a6_rule2_a_type_without_a_widget_has_none_even_if_ours_takes_anything():
    spec = made("T", InputSpec("any", "*", Anything()), whole("steps"))

    assert values(spec, [20]) == {"steps": 20}


def test_a6_rule2_widget_type_overrides_the_type():
    union = InputSpec("size", "INT,FLOAT", Anything(), options={"widgetType": "FLOAT"})

    assert values(made("T", union, whole("steps")), [1.5, 20]) == {"size": 1.5, "steps": 20}


def test_a6_rule2_a_forced_input_has_no_slot():
    spec = made("T", whole("steps", options={"forceInput": True}), words("text"))

    assert values(spec, ["cat"]) == {"text": "cat"}


def test_a6_rule3_a_declared_control_takes_a_value():
    seed = InputSpec("value", "INT", Int(default=0, control=True))

    assert controls(made("T", seed, whole("n")), [7, "randomize", 3]) == {"value": "randomize"}


def test_a6_rule3_seed_named_input_has_a_control_value():
    spec = made("T", whole("noise_seed"), whole("steps"))

    assert values(spec, [7, "increment", 20]) == {"noise_seed": 7, "steps": 20}
    assert controls(spec, [7, "increment", 20]) == {"noise_seed": "increment"}


def test_a6_rule3_an_explicit_no_takes_none():
    spec = made("T", whole("seed", options={"control_after_generate": False}), whole("steps"))

    assert values(spec, [7, 20]) == {"seed": 7, "steps": 20}


@pytest.mark.parametrize(("old", "mode"), [(True, "randomize"), (False, "fixed")])
def test_a6_rule3_old_files_hold_true_or_false(old: bool, mode: str):
    spec = made("T", whole("seed"), whole("steps"))

    assert controls(spec, [7, old, 20]) == {"seed": mode}


def test_a6_rule3_a_list_without_the_control_is_not_shifted():
    spec = made("T", whole("seed"), whole("steps"))

    assert values(spec, [7, 20]) == {"seed": 7, "steps": 20}


def test_a6_rule4_a_controlled_combo_has_two_more_values():
    combo = choice("file", "a", "b", options={"control_after_generate": True})
    spec = made("T", combo, whole("steps"))

    assert values(spec, ["b", "increment-wrap", "x.*", 20]) == {"file": "b", "steps": 20}
    assert controls(spec, ["b", "increment-wrap", "x.*", 20]) == {"file": "increment"}
    assert kept(spec, ["b", "increment-wrap", "x.*", 20])["list"] == {
        "1": "increment-wrap",
        "2": "x.*",
    }


def test_a6_rule5_the_upload_button_comes_after_the_required_inputs():
    image = InputSpec("image", "COMBO", FileChoice(upload="image"))
    spec = made("T", image, choice("channel", "alpha", "red"), whole("late", required=False))

    assert values(spec, ["a.png", "red", "image", 3]) == {
        "image": "a.png",
        "channel": "red",
        "late": 3,
    }
    assert kept(spec, ["a.png", "red", "image", 3])["list"] == {"2": "image"}


def test_a6_rule5_a_pack_declares_the_upload_in_its_options():
    video = choice("file", "a.mp4", options={"video_upload": True})

    assert values(made("T", video, whole("late", required=False)), ["a.mp4", "image", 3]) == {
        "file": "a.mp4",
        "late": 3,
    }


@pytest.mark.parametrize("held", [["a", 3], ["a", "", 3], ["a", "", "", 3]])
def test_a6_rule5_an_audio_loader_may_have_a_player_and_an_upload_value(held: list[object]):
    audio = choice("audio", "a", options={"audio_upload": True})

    found = values(made("T", audio, whole("late", required=False)), held)

    assert found == {"audio": "a", "late": 3}


def test_a6_rule6_a_converted_widget_keeps_its_slot_and_the_link_wins():
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, "T", [1, 2])
    g.link(1, 0, 2, "first")

    node = read(g.document(), made("T", whole("first"), whole("second"))).nodes["2"]

    assert node.values == {"first": 1, "second": 2}
    assert node.links["first"].node == "1"


@pytest.mark.parametrize(
    ("held", "mode"), [([9], None), ([9, "increment"], "increment"), ([9, "fixed", ""], "fixed")]
)
def test_a6_rule7_a_primitive_holds_one_to_three_values(held: list[object], mode: str | None):
    g = Saved()
    g.node(1, "PrimitiveNode", held)
    g.node(2, "T", [1, 2])
    g.link(1, 0, 2, "first")

    node = read(g.document(), made("T", whole("first"), whole("second"))).nodes["2"]

    assert node.values == {"first": 9, "second": 2}
    assert node.controls.get("first") == mode


def test_a6_rule8_surplus_values_are_kept_apart_and_noted():
    g = Saved()
    g.node(1, "T", [1, "more", None])
    spec = made("T", whole("n"))

    assert read(g.document(), spec).nodes["1"].values == {"n": 1}
    assert kept(spec, [1, "more", None])["list"] == {"1": "more", "2": None}
    assert "2 more values" in notes(g.document(), spec)[0]


def test_a6_rule8_widgets_of_the_frontend_alone_are_not_noted():
    g = Saved()
    g.node(1, "PreviewAny", [None, None, None])

    assert notes(g.document(), made("PreviewAny", socket("source"))) == []


def test_a6_rule9_old_dummies_of_forced_inputs_are_dropped():
    forced = whole("steps", options={"forceInput": True})
    spec = made("T", forced, words("text"))

    assert values(spec, [0, "cat"]) == {"text": "cat"}
    assert kept(spec, [0, "cat"])["list"] == {"0": 0}


def test_a6_rule10_values_may_be_an_object():
    spec = made("T", whole("rate"), words("name"))
    held = {"rate": 8, "name": "x", "videopreview": {"hidden": False}}

    assert values(spec, held) == {"rate": 8, "name": "x"}
    assert kept(spec, held) == {"object": {"videopreview": {"hidden": False}}}


def test_a6_rule10_named_values_win_over_the_list():
    spec = made("T", whole("first"), whole("second"))
    named = {"second": 2, "first": 1}

    assert values(spec, [2, 1], widgets_values_named=named) == {"first": 1, "second": 2}
    assert kept(spec, [2, 1], widgets_values_named=named)["differing"] == {"first": 2, "second": 1}


@pytest.mark.parametrize("name", ["control_after_generate", "fixed"])
def test_a6_rule10_the_control_is_named_too(name: str):
    spec = made("T", InputSpec("value", "INT", Int(default=0, control=True)))
    named = {"value": 3, name: "increment"}

    assert controls(spec, None, widgets_values_named=named) == {"value": "increment"}


def test_a6_rule10_the_upload_button_is_no_value():
    spec = made("T", InputSpec("image", "COMBO", FileChoice(upload="image")))
    named = {"image": "a.png", "upload": "image"}

    assert values(spec, ["a.png", "image"], widgets_values_named=named) == {"image": "a.png"}


DYNAMIC = InputSpec(
    "mode",
    "COMFY_DYNAMICCOMBO_V3",
    dynamic=Variants({"plain": (), "scaled": (whole("width"), whole("height"))}),
)


def test_a6_rule11_a_chosen_option_brings_its_widgets():
    spec = made("T", DYNAMIC, words("text"))

    assert values(spec, ["scaled", 64, 32, "x"]) == {
        "mode": "scaled",
        "mode.width": 64,
        "mode.height": 32,
        "text": "x",
    }
    assert values(spec, ["plain", "x"]) == {"mode": "plain", "text": "x"}


def test_a6_rule11_by_name_too():
    named = {"mode": "scaled", "mode.width": 64, "mode.height": 32}

    assert values(made("T", DYNAMIC), None, widgets_values_named=named) == named


def test_a6_growing_inputs_have_the_slots_that_were_saved():
    growing = InputSpec("n", "INT", dynamic=Growing(whole("n"), prefix="n", min=1))
    saved = [{"name": "n.n0", "type": "INT"}, {"name": "n.n1", "type": "INT"}]

    assert values(made("T", growing, words("text")), [1, 2, "x"], inputs=saved) == {
        "n.n0": 1,
        "n.n1": 2,
        "text": "x",
    }


def test_missing_values_without_a_default_are_to_be_set():
    g = Saved()
    g.node(1, "T", [1])
    spec = made("T", whole("first"), InputSpec("second", "INT", Int()))

    assert notes(g.document(), spec) == [
        "The file holds no value for it, and it has no default. Set it."
    ]


def test_missing_values_take_their_default_and_are_noted():
    g = Saved()
    g.node(1, "T", [1])
    spec = made("T", whole("first"), whole("second"))

    assert read(g.document(), spec).nodes["1"].values == {"first": 1}
    assert notes(g.document(), spec) == ["The file holds no value for it; the default is used."]


def test_null_is_no_value_but_kept():
    spec = made("T", whole("first"), whole("second"))

    assert values(spec, [None, 2]) == {"second": 2}
    assert kept(spec, [None, 2])["list"] == {"0": None}


def test_built_in_nodes_take_what_the_editor_writes():
    g = Saved()
    g.node(3, "KSampler", [156680208700286, "randomize", 20, 8, "euler", "normal", 1])
    g.node(10, "LoadImage", ["example.png", "image"])
    from engine.importers.ui import read_ui

    document, found = read_ui(g.document(), Registry.of_packages("nodes"))

    assert found == []
    assert document.nodes["10"].values == {"image": "example.png"}
    assert document.nodes["3"].values == {
        "seed": 156680208700286,
        "steps": 20,
        "cfg": 8,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1,
    }
