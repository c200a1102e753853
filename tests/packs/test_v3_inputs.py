from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from engine.comfy.api import io
from engine.declaring.declarations import node_info
from engine.engine import Engine
from engine.packs.v3 import v3_spec
from tests.packs.v3_toys import PACK, declare, given_back, refused, run, spec_of


class Blend(Enum):
    NORMAL = "normal"
    SCREEN = "screen"


@pytest.mark.parametrize(
    ("declared", "value", "arrives"),
    [
        (io.Int.Input("a", default=1, min=0, max=9), "4", 4),
        (io.Int.Input("a", default=1, max=2**64 - 1), 2**64 - 1, 2**64 - 1),
        (io.Float.Input("a", min=0.0, max=1.0, step=0.1), 1, 1.0),
        (io.String.Input("a", multiline=True), "b", "b"),
        (io.Boolean.Input("a", label_on="yes"), True, True),
        (io.Combo.Input("a", options=["b", "c"]), "c", "c"),
        (io.Combo.Input("a", ["b", "c"]), "c", "c"),
        (io.Combo.Input("a", options=Blend), "screen", "screen"),
        (io.MultiCombo.Input("a", options=["b", "c", "d"]), ["b", "d"], ["b", "d"]),
        (io.Combo.Input("a", options=[], remote=io.RemoteOptions("/list")), "far", "far"),
        (io.Color.Input("a", default="#ffffff"), "#00ff00", "#00ff00"),
        (io.BoundingBox.Input("a"), {"x": 1}, {"x": 1}),
        (io.Custom("POINTS").Input("a"), {"x": 1}, {"x": 1}),
        (io.AnyType.Input("a"), "text", "text"),
        (io.MultiType.Input(io.Float.Input("a"), [io.Image]), "2.5", 2.5),
    ],
)
def test_a_value_arrives_as_its_widget_has_it(
    engine: Engine, declared: io.Input, value: Any, arrives: Any
):
    assert run(engine, spec_of(given_back, [declared]), a=value) == {"a": arrives}


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        (io.Int.Input("a", min=0, max=9), 10, "from 0 to 9"),
        (io.Float.Input("a", min=0.5), 0.1, "from 0.5 upward"),
        (io.Combo.Input("a", options=["b", "c"]), "d", 'one of "b", "c"'),
        (io.Combo.Input("a", options=Blend), "NORMAL", 'one of "normal", "screen"'),
        (io.MultiCombo.Input("a", options=["b", "c"]), ["b", "d"], 'some of "b", "c"'),
        (io.Image.Input("a"), 3, "a link"),
        (io.MultiType.Input("a", [io.Image, io.Mask]), 3, "a link"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    engine: Engine, declared: io.Input, value: Any, expected: str
):
    assert expected in refused(engine, spec_of(given_back, [declared]), a=value)


@pytest.mark.parametrize(
    ("declared", "arrives"),
    [
        (io.Int.Input("a", default=7), 7),
        (io.String.Input("a", default="b"), "b"),
        (io.Combo.Input("a", options=Blend, default=Blend.SCREEN), "screen"),
        (io.MultiCombo.Input("a", options=["b", "c"], default=["c"]), ["c"]),
    ],
)
def test_a_missing_value_is_the_default(engine: Engine, declared: io.Input, arrives: Any):
    assert run(engine, spec_of(given_back, [declared])) == {"a": arrives}


def test_an_optional_input_is_left_out_where_nothing_is_given(engine: Engine):
    inputs = [io.Image.Input("a", optional=True), io.Int.Input("b", default=1, optional=True)]

    assert run(engine, spec_of(given_back, inputs)) == {}


def test_a_required_link_is_asked_for(engine: Engine):
    assert '"a"' in refused(engine, spec_of(given_back, [io.Image.Input("a")]))


def test_the_list_of_a_choice_is_asked_anew(engine: Engine):
    files = ["a.png"]
    node = declare(given_back)

    def define_schema(cls: Any) -> io.Schema:
        return io.Schema("Toy", inputs=[io.Combo.Input("file", files)], outputs=[io.Int.Output()])

    node.define_schema = classmethod(define_schema)  # pyright: ignore[reportAttributeAccessIssue]
    spec = v3_spec(node, PACK)
    files[:] = ["b.png"]

    assert node_info(spec)["input"]["required"]["file"][0] == ["b.png"]
    assert run(engine, spec, file="b.png") == {"file": "b.png"}


@pytest.mark.parametrize(
    ("declared", "form"),
    [
        (
            io.Int.Input("a", default=2, min=1, max=9, control_after_generate=True, tooltip="How."),
            [
                "INT",
                {
                    "default": 2,
                    "min": 1,
                    "max": 9,
                    "step": 1,
                    "control_after_generate": True,
                    "tooltip": "How.",
                },
            ],
        ),
        (io.Int.Input("a"), ["INT", {"default": 0, "step": 1}]),
        (
            io.Float.Input("a", display_mode=io.NumberDisplay.gradient_slider, round=False),
            ["FLOAT", {"default": 0.0, "step": 0.01, "display": "gradientslider", "round": False}],
        ),
        (
            io.String.Input("a", multiline=True, dynamic_prompts=True, placeholder="b"),
            [
                "STRING",
                {"default": "", "multiline": True, "dynamicPrompts": True, "placeholder": "b"},
            ],
        ),
        (
            io.Combo.Input(
                "a", ["b"], upload=io.UploadType.image, image_folder=io.FolderType.output
            ),
            [["b"], {"default": "b", "image_upload": True, "image_folder": "output"}],
        ),
        (
            io.MultiCombo.Input("a", options=["b", "c"], placeholder="Pick", chip=True),
            [
                "COMBO",
                {"options": ["b", "c"], "multi_select": {"placeholder": "Pick", "chip": True}},
            ],
        ),
        (
            io.Combo.Input("a", options=[], remote=io.RemoteOptions("/list", refresh=5)),
            [
                "COMBO",
                {
                    "remote": {
                        "route": "/list",
                        "refresh_button": False,
                        "control_after_refresh": "first",
                        "refresh": 5,
                    }
                },
            ],
        ),
        (
            io.Image.Input("a", "Picture", lazy=True, advanced=True, extra_dict={"own": 1}),
            ["IMAGE", {"display_name": "Picture", "advanced": True, "own": 1, "lazy": True}],
        ),
        (
            io.Float.Input("a", force_input=True, raw_link=True),
            ["FLOAT", {"default": 0.0, "step": 0.01, "rawLink": True, "forceInput": True}],
        ),
        (io.String.Input("a", socketless=True), ["STRING", {"default": "", "socketless": True}]),
        (io.MultiType.Input("a", [io.Image, io.Mask]), ["IMAGE,MASK", {}]),
        (
            io.MultiType.Input(io.String.Input("a", default="b"), [io.File3DGLB]),
            ["STRING,FILE_3D_GLB", {"default": "b", "widgetType": "STRING"}],
        ),
    ],
)
def test_clients_are_told_the_options_in_their_names(declared: io.Input, form: list[Any]):
    assert node_info(spec_of(given_back, [declared]))["input"]["required"]["a"] == form


def test_types_of_a_union_fit(engine: Engine):
    spec = spec_of(given_back, [io.MultiType.Input("a", [io.Int, io.Mask])])

    assert spec.inputs[0].type == "INT,MASK"


def test_a_type_of_a_pack_is_made_by_a_class_or_by_name():
    @io.comfytype(io_type="POINTS")
    class Points:
        class Input(io.Input):
            def __init__(self, id: str, **more: Any) -> None:  # noqa: A002 their word
                super().__init__(id, **more)

    spec = spec_of(given_back, [Points.Input("a"), io.Custom("POINTS").Input("b")], [])

    assert [each.type for each in spec.inputs] == ["POINTS", "POINTS"]


@pytest.mark.parametrize(
    "name",
    [
        *("AnyType", "Image", "Mask", "Latent", "Conditioning", "Model", "Clip", "Vae", "CLIP"),
        *("VAE", "ControlNet", "Sampler", "Sigmas", "Noise", "Guider", "ClipVision"),
        *("ClipVisionOutput", "StyleModel", "Gligen", "UpscaleModel", "Audio", "Video", "SVG"),
        *("LoraModel", "Hooks", "HookKeyframes", "TimestepsRange", "Mesh", "Voxel", "Webcam"),
        *("Load3D", "Load3DAnimation", "Load3DCamera"),
    ],
)
def test_a_type_is_an_input_an_output_and_a_hint(name: str):
    kind = getattr(io, name)
    spec = spec_of(given_back, [kind.Input("a")], [kind.Output(display_name="b")])

    assert spec.inputs[0].type == spec.outputs[0].type == kind.io_type
    assert kind.Type is not None
