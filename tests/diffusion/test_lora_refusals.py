"""LoRA files that can not be used are refused before anything is computed, naming both sides."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.diffusion.networks.weights import load_model, read_checkpoint
from engine.diffusion.patches.patching import with_lora
from engine.errors import ModelError, PathError
from engine.runtime import Runtime
from tests.diffusion.lora_files import make
from tests.tiny_models import (
    TinyModel,
)

NAME = "tiny.safetensors"
ATTENTION = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
SPELLED = f"lora_unet_{ATTENTION.replace('.', '_')}"


@pytest.fixture
def runtime(tiny_runtime: Runtime) -> Runtime:
    return tiny_runtime


@pytest.fixture
def tensors(model: TinyModel) -> dict[str, Tensor]:
    """Return those of a whole LoRA on one module."""
    return make(model.unet, lambda _: SPELLED, "kohya", [ATTENTION])[0]


def write(runtime: Runtime, tensors: dict[str, Tensor], name: str = "x.safetensors") -> Path:
    path = runtime.folders.base / "models" / "loras" / name
    save_file(tensors, path)
    return path


def choose(runtime: Runtime, name: str = "x.safetensors") -> Any:
    handle = read_checkpoint("checkpoints", NAME, runtime)[0]
    return with_lora(handle, name, 1.0, runtime)


def test_one_for_another_family_names_both_and_their_shapes(runtime: Runtime):
    wide = {
        f"{SPELLED}.lora_down.weight": torch.ones(4, 2048),
        f"{SPELLED}.lora_up.weight": torch.ones(32, 4),
        "lora_unet_down_blocks_7_attentions_9_proj_in.lora_down.weight": torch.ones(4, 640),
        "lora_unet_down_blocks_7_attentions_9_proj_in.lora_up.weight": torch.ones(640, 4),
    }
    write(runtime, wide)

    with pytest.raises(ModelError) as refused:
        choose(runtime)

    message = refused.value.message
    assert '"x.safetensors" does not fit the diffusion model of "tiny.safetensors"' in message
    assert (
        'it has 2 modules for it, 1 with no place in it ("lora_unet_down_blocks_7_attentions_9_proj'
        in message
    )
    assert f'1 of another shape ("{SPELLED}" [32, 2048] for [32, 64])' in message
    assert "It looks made for sdxl; the model is of the family sd1" in message


@pytest.mark.parametrize(
    ("layout", "lost"),
    [("kohya", ".lora_down.weight"), ("LoHa", ".hada_w2_a"), ("LoKr", ".lokr_w2_b")],
)
def test_half_of_one_names_what_is_missing(
    runtime: Runtime, model: TinyModel, layout: str, lost: str
):
    whole, _ = make(model.unet, lambda _: SPELLED, layout, [ATTENTION])
    del whole[SPELLED + lost]
    write(runtime, whole)

    with pytest.raises(ModelError, match=rf"1 of \d tensors missing \({SPELLED}{lost}\)"):
        choose(runtime)


def test_an_alpha_alone_is_half_a_lora(runtime: Runtime):
    write(runtime, {f"{SPELLED}.alpha": torch.tensor(1.0)})

    with pytest.raises(ModelError, match="is incomplete"):
        choose(runtime)


def test_factors_that_do_not_fit_each_other_are_refused(
    runtime: Runtime, tensors: dict[str, Tensor]
):
    tensors[f"{SPELLED}.lora_up.weight"] = torch.ones(32, 7)
    write(runtime, tensors)

    with pytest.raises(ModelError, match=r"of no shape for \[32, 64\]"):
        choose(runtime)


@pytest.mark.parametrize("shape", [(5, 1), (1, 32), ()])
def test_magnitudes_of_another_count_are_refused(
    runtime: Runtime, tensors: dict[str, Tensor], shape: tuple[int, ...]
):
    write(runtime, tensors | {f"{SPELLED}.dora_scale": torch.ones(shape)})

    with pytest.raises(ModelError, match=r" for \[32, 64\]"):
        choose(runtime)


def test_a_layout_that_is_not_known_is_named(runtime: Runtime, tensors: dict[str, Tensor]):
    write(runtime, tensors | {f"{SPELLED}.oft_diag": torch.ones(2, 2, 2)})

    with pytest.raises(ModelError, match=r"1 tensors in a layout that is not known .*oft_diag"):
        choose(runtime)


@pytest.mark.parametrize(
    "tensors",
    [
        {f"{SPELLED}.on_input": torch.ones(1), f"{SPELLED}.alpha": torch.ones(1)},
        {f"{SPELLED}.lora_A.mine.on_input": torch.ones(1)},
    ],
    ids=len,
)
def test_a_file_of_a_layout_that_is_not_known_alone_is_refused(
    runtime: Runtime, tensors: dict[str, Tensor]
):
    write(runtime, tensors)

    with pytest.raises(ModelError, match=r"1 tensors in a layout that is not known .*on_input"):
        choose(runtime)


def test_matrices_for_a_norm_are_refused(runtime: Runtime):
    start = "lora_unet_mid_block_resnets_0_norm1"
    factors = {
        f"{start}.lora_up.weight": torch.ones(64, 2),
        f"{start}.lora_down.weight": torch.ones(2, 1),
    }
    write(runtime, factors)

    with pytest.raises(ModelError, match=r"\[64, 1\] for \[64\]"):
        choose(runtime)


def test_a_module_that_is_there_twice_is_added_once(runtime: Runtime, tensors: dict[str, Tensor]):
    again = {name.replace(SPELLED, f"unet.{ATTENTION}"): t + 1 for name, t in tensors.items()}
    write(runtime, tensors | again)
    told: list[str] = []

    choose(replace(runtime, warn=told.append))

    assert [
        f"1 modules without a place in the diffusion model (unet.{ATTENTION})" in each
        for each in told
    ] == [True]


def test_what_has_no_place_is_left_out_with_a_warning(runtime: Runtime, tensors: dict[str, Tensor]):
    more = {
        "lora_unet_extra.lora_down.weight": torch.ones(2, 8),
        "lora_unet_extra.lora_up.weight": torch.ones(8, 2),
        "lora_te_text_model_extra.lora_down.weight": torch.ones(2, 8),
        "lora_te_text_model_extra.lora_up.weight": torch.ones(8, 2),
        "bundle_emb.cat.string_to_param": torch.ones(1, 64),
    }
    write(runtime, tensors | more)
    told: list[str] = []

    runtime = replace(runtime, warn=told.append)
    handle = read_checkpoint("checkpoints", NAME, runtime)[0]
    changed = with_lora(handle, "x.safetensors", 1.0, runtime)

    assert told == [
        'Of LoRA "x.safetensors" is left out for "tiny.safetensors": 1 modules without a place in '
        "the diffusion model (lora_unet_extra), 1 tensors in a layout that is not known "
        "(bundle_emb.cat.string_to_param)."
    ]
    write(runtime, tensors, "plain.safetensors")
    plain = with_lora(handle, "plain.safetensors", 1.0, runtime)
    name = f"{ATTENTION}.weight"
    mine, theirs = (load_model(h, runtime).unet.get_parameter(name) for h in (changed, plain))
    assert torch.equal(mine, theirs)
    assert len(told) == 1


def test_modules_without_a_place_are_refused_where_all_of_them_are(runtime: Runtime):
    write(
        runtime,
        {
            "lora_unet_extra.lora_down.weight": torch.ones(2, 8),
            "lora_unet_extra.lora_up.weight": torch.ones(8, 2),
        },
    )

    with pytest.raises(ModelError, match="does not fit"):
        choose(runtime)


def test_modules_without_a_place_are_refused_in_a_file_for_another_family(
    runtime: Runtime, tensors: dict[str, Tensor]
):
    write(
        runtime,
        tensors
        | {
            "lora_unet_double_blocks_0_img_mod.lora_down.weight": torch.ones(2, 8),
            "lora_unet_double_blocks_0_img_mod.lora_up.weight": torch.ones(8, 2),
        },
    )

    with pytest.raises(ModelError, match="It looks made for flux"):
        choose(runtime)


def test_one_with_other_inputs_than_the_model_has_goes_without_them(
    runtime: Runtime, model: TinyModel, tensors: dict[str, Tensor]
):
    of_input = {
        "lora_unet_conv_in.lora_down.weight": torch.ones(2, 9, 3, 3),
        "lora_unet_conv_in.lora_up.weight": torch.ones(model.unet.conv_in.out_channels, 2, 1, 1),
    }
    write(runtime, tensors | of_input)
    told: list[str] = []

    choose(replace(runtime, warn=told.append))

    assert "(lora_unet_conv_in)" in told[0]


@pytest.mark.parametrize(
    "changed",
    [
        {".alpha": torch.ones(3)},
        {".lora_down.weight": torch.ones(0, 64), ".lora_up.weight": torch.ones(32, 0)},
    ],
)
def test_an_alpha_of_several_numbers_and_a_rank_of_nothing_are_refused(
    runtime: Runtime, tensors: dict[str, Tensor], changed: dict[str, Tensor]
):
    write(runtime, tensors | {SPELLED + ending: tensor for ending, tensor in changed.items()})

    with pytest.raises(ModelError, match="of another shape"):
        choose(runtime)


@pytest.mark.parametrize(
    "settings", ["{", "3", '{"unet.lora_alpha": "much"}', '{"unet.lora_alpha": NaN}']
)
def test_settings_that_cannot_be_read_are_refused(
    runtime: Runtime, tensors: dict[str, Tensor], settings: str
):
    path = runtime.folders.base / "models" / "loras" / "x.safetensors"
    save_file(tensors, path, {"lora_adapter_metadata": settings})

    with pytest.raises(ModelError, match="does not say how strong it is"):
        choose(runtime)


def test_a_module_in_two_layouts_is_refused(runtime: Runtime, tensors: dict[str, Tensor]):
    write(runtime, tensors | {f"{SPELLED}.hada_w1_a": torch.ones(2, 2)})

    with pytest.raises(ModelError, match="in two layouts at once"):
        choose(runtime)


def test_a_file_that_is_no_lora_says_what_it_is(runtime: Runtime):
    write(runtime, {"emb_params": torch.ones(2, 64)})

    with pytest.raises(ModelError, match="is no LoRA: it looks like a textual inversion"):
        choose(runtime)


def test_a_truncated_file_is_refused(runtime: Runtime, tensors: dict[str, Tensor]):
    path = write(runtime, tensors)
    os.truncate(path, path.stat().st_size - 8)

    with pytest.raises(ModelError, match="is truncated"):
        choose(runtime)


def test_a_missing_file_is_named(runtime: Runtime):
    with pytest.raises(PathError, match=r"gone.safetensors"):
        choose(runtime, "gone.safetensors")


class Calls:
    """Calls a function when it is read."""

    def __init__(self, function: Callable[..., Any], argument: str) -> None:
        self._call = function, (argument,)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return self._call


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (Path("/"), r"pathlib\.PosixPath"),
        (Calls(eval, "1"), "eval"),
        (Calls(os.rmdir, "x"), r"\w+\.rmdir"),
    ],
)
def test_a_pickle_that_wants_code_is_refused(runtime: Runtime, value: Any, named: str):
    path = runtime.folders.base / "models" / "loras" / "x.pt"
    torch.save({"a": value}, path)

    with pytest.raises(ModelError, match=f'holds "{named}", and reading that could run code'):
        choose(runtime, "x.pt")


def test_one_that_changed_after_it_was_chosen_is_not_used(
    runtime: Runtime, tensors: dict[str, Tensor]
):
    write(runtime, tensors)
    handle = choose(runtime)
    write(runtime, {name: tensor + 1 for name, tensor in tensors.items()})

    with pytest.raises(ModelError, match="changed after it was chosen"):
        load_model(handle, runtime)


def test_one_for_the_text_encoder_alone_leaves_the_diffusion_model(
    runtime: Runtime, model: TinyModel
):
    module = "encoder.layers.0.mlp.fc1"
    text, _ = make(model.text_encoder, lambda n: f"text_encoder.{n}", "PEFT", [module])
    write(runtime, text)

    assert choose(runtime).patches == ()
