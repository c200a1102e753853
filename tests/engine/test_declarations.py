from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest

from engine import (
    Anything,
    Bool,
    Choice,
    Context,
    FileChoice,
    Float,
    Hidden,
    Image,
    InputSpec,
    Int,
    Mask,
    NodeResult,
    NodeSpec,
    Text,
    node,
)
from engine.declaring.declarations import node_info, object_info
from engine.paths import Folders
from engine.registry import BUILT_INS, Registry
from engine.spec import Growing, OutputSpec, Variants


class Parts(NamedTuple):
    picture: Image
    masks: list[Mask]


@node(category="image/cut", title="Cut Picture", id="Cut", lazy={"mask"}, experimental=True)
def cut(
    image: Image,
    how: Annotated[str, Choice(default="disk", choices=("box", "disk"))],
    count: Annotated[int, Int(default=3, min=1, max=9)],
    me: Annotated[str, Hidden("unique_id")],
    info: Annotated[Any, Hidden("extra_pnginfo")],
    ctx: Context,
    mask: Mask | None = None,
    soft: bool = True,
) -> Parts:
    """Cut a picture.

    Args:
        count: How many pieces.
    """
    raise NotImplementedError


INFO = node_info(cut.spec)  # pyright: ignore[reportFunctionMemberAccess]


def test_inputs_are_split_by_need_in_their_order():
    assert INFO["input_order"] == {
        "required": ["image", "how", "count", "soft"],
        "optional": ["mask"],
    }
    assert {need: list(them) for need, them in INFO["input"].items() if need != "hidden"} == (
        INFO["input_order"]
    )


@pytest.mark.parametrize(
    ("need", "name", "form"),
    [
        ("required", "image", ["IMAGE", {}]),
        ("required", "how", [["box", "disk"], {"default": "disk"}]),
        (
            *("required", "count"),
            ["INT", {"default": 3, "min": 1, "max": 9, "step": 1, "tooltip": "How many pieces."}],
        ),
        ("required", "soft", ["BOOLEAN", {"default": True}]),
        ("optional", "mask", ["MASK", {"lazy": True}]),
    ],
)
def test_an_input_is_its_type_and_its_options(need: str, name: str, form: list[Any]):
    assert INFO["input"][need][name] == form


def test_hidden_inputs_have_comfyuis_names_and_the_context_is_ours():
    assert INFO["input"]["hidden"] == {"me": "UNIQUE_ID", "info": "EXTRA_PNGINFO"}


def test_outputs_have_types_names_and_list_marks():
    assert INFO["output"] == ["IMAGE", "MASK"]
    assert INFO["output_name"] == ["picture", "masks"]
    assert INFO["output_is_list"] == [False, True]


def test_facts_about_the_node_are_told():
    facts = {key: value for key, value in INFO.items() if "put" not in key or key == "output_node"}

    assert facts == {
        "name": "Cut",
        "display_name": "Cut Picture",
        "description": "Cut a picture.",
        "python_module": "nodes",
        "category": "image/cut",
        "output_node": False,
        "deprecated": False,
        "experimental": True,
    }


def form_of(spec: InputSpec, folders: Folders | None = None) -> list[Any]:
    return node_info(NodeSpec("Toy", print, (spec,)), folders)["input"]["required"][spec.name]


@pytest.mark.parametrize(
    ("spec", "form"),
    [
        (InputSpec("a", "*"), ["*", {}]),
        (InputSpec("a", "INT,FLOAT"), ["INT,FLOAT", {}]),
        (InputSpec("a", "FLOAT", Float(default=0.5)), ["FLOAT", {"default": 0.5, "step": 0.01}]),
        (InputSpec("a", "STRING", Text(default="b")), ["STRING", {"default": "b"}]),
        (InputSpec("a", "BOOLEAN", Bool()), ["BOOLEAN", {"default": False}]),
        (InputSpec("a", "COMBO", Choice()), [[], {}]),
        (InputSpec("a", "COMBO"), ["COMBO", {}]),
        (InputSpec("a", "MASK", socket_only=True), ["MASK", {"forceInput": True}]),
        (InputSpec("a", "*", raw_link=True), ["*", {"rawLink": True}]),
        (InputSpec("a", "*", tooltip="What it is."), ["*", {"tooltip": "What it is."}]),
    ],
)
def test_an_input_is_in_the_old_form(spec: InputSpec, form: list[Any]):
    assert form_of(spec) == form


def test_a_file_choice_lists_the_files_there_are(tmp_path: Path):
    folders = Folders.at(tmp_path)
    folders.input.mkdir()
    (folders.input / "cat.png").touch()
    spec = InputSpec("image", "COMBO", FileChoice(upload="image"))

    assert form_of(spec, folders) == [["cat.png"], {"image_upload": True}]


@node(category="toy", output=True, deprecated=True)
def show(value: Anything) -> NodeResult:
    raise NotImplementedError


def test_an_output_node_without_outputs_is_told_so():
    info = node_info(show.spec)  # pyright: ignore[reportFunctionMemberAccess]

    assert info["output"] == info["output_name"] == info["output_is_list"] == []
    assert (info["output_node"], info["deprecated"], info["description"]) == (True, True, "")


def test_a_pack_is_named_as_the_source():
    told = node_info(NodeSpec("Toy", print, source="pack"))

    assert told["python_module"] == "custom_nodes.pack"


def test_what_a_pack_declared_more_wins():
    spec = InputSpec("a", "INT", Int(), options={"default": 4, "own": [1]})

    assert form_of(spec) == ["INT", {"default": 4, "step": 1, "own": [1]}]


def test_facts_of_a_pack_are_told():
    facts = {"search_aliases": ["plaything"], "api_node": True}

    told = node_info(NodeSpec("Toy", print, facts=facts))

    assert told["search_aliases"] == ["plaything"]
    assert told["api_node"] is True


def test_tooltips_of_outputs_are_told_where_there_are_any():
    outputs = (OutputSpec("a", "INT"), OutputSpec("b", "INT", tooltip="What."))

    assert node_info(NodeSpec("Toy", print, (), outputs))["output_tooltips"] == ["", "What."]
    assert "output_tooltips" not in node_info(NodeSpec("Toy", print, (), outputs[:1]))


GROWING = Growing(InputSpec("image", "IMAGE"), prefix="image", min=2, max=4)
NAMED = Growing(InputSpec("x", "FLOAT", Float()), names=("r", "g"), min=1)
VARIANTS = Variants({"off": (), "on": (InputSpec("n", "INT", Int(min=1), required=False),)})


@pytest.mark.parametrize(
    ("spec", "form"),
    [
        (
            InputSpec("a", "IMAGE", dynamic=GROWING),
            [
                "COMFY_AUTOGROW_V3",
                {
                    "template": {
                        "input": {"required": {"image": ["IMAGE", {}]}, "optional": {}},
                        "prefix": "image",
                        "min": 2,
                        "max": 4,
                    }
                },
            ],
        ),
        (
            InputSpec("a", "FLOAT", dynamic=NAMED),
            [
                "COMFY_AUTOGROW_V3",
                {
                    "template": {
                        "input": {
                            "required": {"x": ["FLOAT", {"default": 0.0, "step": 0.01}]},
                            "optional": {},
                        },
                        "names": ["r", "g"],
                        "min": 1,
                    }
                },
            ],
        ),
        (
            InputSpec("a", "COMBO", dynamic=VARIANTS, tooltip="How."),
            [
                "COMFY_DYNAMICCOMBO_V3",
                {
                    "options": [
                        {"key": "off", "inputs": {"required": {}, "optional": {}}},
                        {
                            "key": "on",
                            "inputs": {
                                "required": {},
                                "optional": {"n": ["INT", {"default": 0, "min": 1, "step": 1}]},
                            },
                        },
                    ],
                    "tooltip": "How.",
                },
            ],
        ),
        (
            InputSpec("a", "IMAGE,MASK", match="T"),
            [
                "COMFY_MATCHTYPE_V3",
                {"template": {"template_id": "T", "allowed_types": "IMAGE,MASK"}},
            ],
        ),
    ],
)
def test_an_input_that_depends_on_others_is_told_in_the_new_form(spec: InputSpec, form: list[Any]):
    assert form_of(spec) == form


def test_a_matched_output_names_what_it_matches():
    outputs = (OutputSpec("a", "*", match="T"), OutputSpec("b", "INT"))
    told = node_info(NodeSpec("Toy", print, (), outputs))

    assert told["output"] == ["COMFY_MATCHTYPE_V3", "INT"]
    assert told["output_matchtypes"] == ["T", None]


def test_a_node_whose_declaration_fails_is_left_out(caplog: pytest.LogCaptureFixture):
    def choices() -> list[str]:
        raise OSError("no disk")

    broken = NodeSpec("Broken", print, (InputSpec("a", "COMBO", Choice(choices=choices)),))
    odd = NodeSpec("Odd", print, source="pack", facts={"own": object()})

    assert list(object_info([broken, NodeSpec("Toy", print), odd])) == ["Toy"]
    assert 'Node type "Broken" can not be listed: no disk' in caplog.text
    assert 'Node type "Odd" of pack "pack"' in caplog.text


@pytest.mark.parametrize("spec", list(Registry.of_packages(BUILT_INS)), ids=lambda spec: spec.id)
def test_every_built_in_node_is_told_in_plain_json(spec: NodeSpec):
    info = node_info(spec)

    assert json.loads(json.dumps(info, allow_nan=False)) == info
