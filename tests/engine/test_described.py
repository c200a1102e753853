"""The native form of node types."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from engine import Bool, Choice, FileChoice, Float, Image, Int, Mask, NodeSpec, Text, node
from engine.declaring.described import described, described_all
from engine.declaring.node_forms import NodeForm
from engine.paths import Folders
from engine.registry import BUILT_INS, Registry
from engine.spec import Growing, InputSpec, Variants
from engine.widgets import Anything as AnyWidget
from tests.fakes import linked, toy, whole
from tests.model_files import put


class Colour(str, Enum):  # noqa: UP042 its str() is "Colour.RED", a StrEnum's is not
    RED = "red"


def _broken() -> list[str]:
    raise OSError("no such drive")


@node(category="image/cut", title="Cut Picture", id="Cut", lazy={"mask"}, experimental=True)
def cut(
    image: Image,
    how: Annotated[str, Choice(choices=("box", "disk"))] = "disk",
    seed: Annotated[int, Int(min=0, max=2**64 - 1, control=True)] = 2**60,
    amount: Annotated[float, Float(min=0.0, step=0.1, round=0.01, display="slider")] = 0.5,
    text: Annotated[str, Text(multiline=True, placeholder="words")] = "",
    soft: Annotated[bool, Bool(label_on="soft", label_off="hard")] = True,
    mask: Mask | None = None,
) -> Image:
    """Cut a picture.

    Args:
        how: The shape.
    """
    raise NotImplementedError


SPEC: NodeSpec = cut.spec  # pyright: ignore[reportFunctionMemberAccess]
FORM = described(SPEC)


def form_of(*inputs: InputSpec, **facts: Any) -> dict[str, Any]:
    return described(replace(toy("Toy", lambda: None), inputs=inputs, **facts))


def widget_of(widget: Any, **facts: Any) -> dict[str, Any]:
    return form_of(InputSpec("x", widget.type, widget, **facts))["inputs"][0]["widget"]


def test_facts_of_the_node_are_told():
    facts = {key: value for key, value in FORM.items() if key not in ("inputs", "outputs")}

    assert facts == {
        "id": "Cut",
        "version": 1,
        "title": "Cut Picture",
        "category": "image/cut",
        "description": "Cut a picture.",
        "experimental": True,
    }


def test_inputs_are_in_their_order():
    names = [each["name"] for each in FORM["inputs"]]

    assert names == ["image", "how", "seed", "amount", "text", "soft", "mask"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("image", {"label": "image", "type": "IMAGE", "required": True}),
        (
            "how",
            {
                "tooltip": "The shape.",
                "widget": {"kind": "choice", "default": "disk", "choices": ["box", "disk"]},
            },
        ),
        (
            "seed",
            {
                "widget": {
                    "kind": "int",
                    "default": str(2**60),
                    "min": 0,
                    "max": "18446744073709551615",
                    "step": 1,
                    "control": True,
                }
            },
        ),
        (
            "amount",
            {
                "widget": {
                    "kind": "float",
                    "default": 0.5,
                    "min": 0.0,
                    "step": 0.1,
                    "round": 0.01,
                    "display": "slider",
                }
            },
        ),
        (
            "text",
            {
                "widget": {
                    "kind": "text",
                    "default": "",
                    "multiline": True,
                    "placeholder": "words",
                }
            },
        ),
        (
            "soft",
            {
                "widget": {
                    "kind": "bool",
                    "default": True,
                    "label_on": "soft",
                    "label_off": "hard",
                }
            },
        ),
        ("mask", {"type": "MASK", "required": False, "lazy": True}),
    ],
)
def test_input_has_its_widget_and_its_constraints(name: str, told: dict[str, Any]):
    form = next(each for each in FORM["inputs"] if each["name"] == name)

    assert told.items() <= form.items()


def test_bounds_of_the_number_format_are_no_bounds():
    assert widget_of(Int()) == {"kind": "int", "default": 0, "step": 1}


def test_outputs_are_told():
    assert FORM["outputs"] == [{"name": "IMAGE", "type": "IMAGE"}]


def test_files_of_a_folder_are_choices_that_may_change(tmp_path: Path):
    put(tmp_path, "input/b.png", "input/a.png")
    spec = InputSpec("image", "COMBO", FileChoice(kind="input", upload="image"))

    form = described(replace(SPEC, inputs=(spec,)), Folders.at(tmp_path))

    assert form["inputs"][0]["widget"] == {
        "kind": "file",
        "default": "a.png",
        "choices": ["a.png", "b.png"],
        "live": True,
        "folder": "input",
        "upload": "image",
    }


def test_live_choices_are_asked_each_time():
    present = ["one"]
    widget = Choice(choices=lambda: present)

    before = widget_of(widget)
    present.append("two")

    assert (before["choices"], before["live"]) == (["one"], True)
    assert widget_of(widget)["choices"] == ["one", "two"]


def test_default_that_is_no_choice_is_the_first_one():
    assert widget_of(Choice(default="gone", choices=("a", "b")))["default"] == "a"


def test_several_choices_may_be_the_value():
    told = widget_of(Choice(choices=("a", "b")), options={"multi_select": True})

    assert (told["many"], told["default"]) == (True, [])


def test_choices_that_are_no_json_are_told_as_text():
    odd = (Colour.RED, 2**70, float("inf"), Path("x"), ("a", 1))

    assert widget_of(Choice(choices=odd))["choices"] == ["red", str(2**70), None, "x", ["a", 1]]


def test_type_without_a_widget_of_its_own_takes_anything():
    assert widget_of(AnyWidget()) == {"kind": "any"}
    assert widget_of(AnyWidget({"a": 1})) == {"kind": "any", "default": {"a": 1}}


def test_growing_input_describes_its_item():
    growing = Growing(linked("image", "IMAGE"), "image", 2, 5)

    form = form_of(InputSpec("images", "IMAGE", dynamic=growing))

    assert form["inputs"][0]["dynamic"] == {
        "kind": "growing",
        "item": {"name": "image", "label": "image", "type": "IMAGE", "required": True},
        "prefix": "image",
        "min": 2,
        "max": 5,
        "names": [],
    }


def test_variants_describe_the_inputs_of_each_option():
    variants = Variants({"soft": (whole("radius", default=3),), "hard": ()})

    dynamic = form_of(InputSpec("edge", "COMBO", dynamic=variants))["inputs"][0]["dynamic"]

    assert dynamic["kind"] == "variants"
    assert {key: [each["name"] for each in it] for key, it in dynamic["options"].items()} == {
        "soft": ["radius"],
        "hard": [],
    }


def test_label_and_other_options_of_a_pack_are_told():
    form = form_of(linked("x", "IMAGE", options={"display_name": "Picture", "hue": {"a": 2**60}}))

    assert form["inputs"][0]["label"] == "Picture"
    assert form["inputs"][0]["options"] == {"hue": {"a": str(2**60)}}


def test_search_words_of_a_pack_are_told():
    assert form_of(facts={"search_aliases": ["blur", "soften"]})["search_words"] == [
        "blur",
        "soften",
    ]


def test_list_of_choices_that_fails_leaves_the_rest_described():
    form = form_of(InputSpec("drive", "COMBO", Choice(choices=_broken)), linked("image", "IMAGE"))

    assert [each["name"] for each in form["inputs"]] == ["drive", "image"]
    assert form["problem"] == 'The choices of "drive" can not be listed: no such drive.'


def test_node_that_can_not_be_described_is_listed_with_why():
    odd = replace(SPEC, id="Odd", inputs=(InputSpec("x", "\ud800"),))

    told = described_all([odd, SPEC])

    assert [each["id"] for each in told] == ["Odd", "Cut"]
    assert told[0]["problem"].startswith('Node type "Odd" can not be described: ')


def test_every_built_in_node_has_the_declared_form(tmp_path: Path):
    forms = described_all(Registry.of_packages(BUILT_INS), Folders.at(tmp_path))

    read = msgspec.json.decode(msgspec.json.encode(forms), type=list[NodeForm])

    assert [each.id for each in read if each.problem] == []
    assert msgspec.to_builtins(read) == forms
