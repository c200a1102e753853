"""LoRA files against the published formulas: one forward pass of each network."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.diffusion.patches.lora_file import read_lora
from engine.diffusion.patches.lora_fit import Side, fitted
from engine.diffusion.patches.patching import with_lora
from engine.runtime import Runtime
from tests.diffusion.lora_files import (
    LAYOUTS,
    adapted_modules,
    asked,
    distance,
    make,
    underscored,
    write_into,
)
from tests.tiny_models import (
    TinyModel,
    checkpoint_path,
    cpu_runtime,
    original_state,
    original_unet_name,
    write_single_file,
)

LORA = "x.safetensors"
NAME = "tiny.safetensors"
#: what two answers that should be equal may differ by
CLOSE = 1e-4
#: Does in place what a LoRA does at a strength.
Change = Callable[[TinyModel, float], None]


def original_module(name: str) -> str:
    return original_unet_name(f"{name}.weight").removesuffix(".weight")


def processor(name: str) -> str:
    if ".attn" not in name:
        return name
    head, _, leaf = name.removesuffix(".0").rpartition(".")
    return f"{head}.processor.{leaf}"


def text_processor(name: str) -> str:
    return re.sub(r"self_attn\.(q|k|v|out)_proj", r"self_attn.to_\1", name)


#: how modules of U-Net and text encoder are spelled
SPELLINGS: Mapping[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "kohya": (
        lambda n: f"lora_unet_{underscored(n)}",
        lambda n: f"lora_te_text_model_{underscored(n)}",
    ),
    "original": (
        lambda n: f"lora_unet_{underscored(original_module(n))}",
        lambda n: f"lora_te1_text_model_{underscored(n)}",
    ),
    "diffusers": (lambda n: f"unet.{n}", lambda n: f"text_encoder.text_model.{n}"),
    "transformers 5": (lambda n: f"unet.{n}", lambda n: f"text_encoder.{n}"),
    "PEFT": (lambda n: f"base_model.model.{n}", lambda n: f"base_model.model.text_model.{n}"),
    "processors": (
        lambda n: f"unet.{processor(n)}",
        lambda n: f"text_encoder.text_model.{text_processor(n)}",
    ),
    "old diffusers": (
        lambda n: f"unet.{processor(n).replace('.processor', '')}",
        lambda n: f"text_encoder.text_model.{text_processor(n)}",
    ),
    "extracted": (
        lambda n: f"diffusion_model.{original_module(n)}",
        lambda n: f"text_encoders.clip_l.transformer.text_model.{n}",
    ),
}


@pytest.fixture
def base(tmp_path: Path, model: TinyModel) -> Path:
    write_single_file(model, checkpoint_path(tmp_path, NAME))
    (tmp_path / "models" / "loras").mkdir()
    return tmp_path


def write_lora(base: Path, tensors: Mapping[str, Tensor], name: str = LORA) -> None:
    save_file(dict(tensors), base / "models" / "loras" / name)


def ours(runtime: Runtime, *loras: tuple[str, float]) -> tuple[Tensor, Tensor]:
    handle, clip, _ = read_checkpoint("checkpoints", NAME, runtime)
    for name, strength in loras:
        handle = with_lora(handle, name, strength, runtime)
        clip = with_lora(clip, name, strength, runtime)
    return asked(load_model(handle, runtime).unet, load_text_encoder(clip, runtime))


def write_made(
    base: Path, model: TinyModel, layout: str, spelling: str = "kohya", name: str = LORA
) -> tuple[dict[str, Tensor], Change]:
    """Write a LoRA on all projections and convolutions; return what it does to a model."""
    of_unet, of_text = SPELLINGS[spelling]
    first, unet = make(model.unet, of_unet, layout, adapted_modules(model.unet))
    second, text = make(model.text_encoder, of_text, layout, adapted_modules(model.text_encoder))
    write_lora(base, first | second, name)

    def change(changed: TinyModel, strength: float) -> None:
        write_into(changed.unet, unet, strength)
        write_into(changed.text_encoder, text, strength)

    return first | second, change


def expected(model: TinyModel, *changes: tuple[Change, float]) -> tuple[Tensor, Tensor]:
    changed = copy.deepcopy(model)
    for change, strength in changes:
        change(changed, strength)
    return asked(changed.unet, changed.text_encoder)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_answers_as_its_formula(base: Path, model: TinyModel, layout: str):
    _, change = write_made(base, model, layout)
    theirs = expected(model, (change, 0.7))

    mine = ours(cpu_runtime(base), (LORA, 0.7))

    assert distance(mine, theirs) < CLOSE
    assert distance(theirs, expected(model)) > 100 * CLOSE


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_names_of_every_origin_are_understood(base: Path, model: TinyModel, spelling: str):
    _, change = write_made(base, model, "PEFT", spelling)

    mine = ours(cpu_runtime(base), (LORA, 1.0))

    assert distance(mine, expected(model, (change, 1.0))) < CLOSE


@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_tensors_of_one_shape_that_are_swapped_are_noticed(
    base: Path, model: TinyModel, layout: str
):
    tensors, change = write_made(base, model, layout)
    theirs = expected(model, (change, 1.0))
    one = next(name for name in tensors if "attn1_to_q" in name and not name.endswith("alpha"))
    other = one.replace("_to_q", "_to_k")
    write_lora(base, tensors | {one: tensors[other], other: tensors[one]})

    assert distance(ours(cpu_runtime(base), (LORA, 1.0)), theirs) > CLOSE


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_tensor_of_a_file_has_its_place(base: Path, model: TinyModel, layout: str):
    tensors, _ = write_made(base, model, layout)
    file = read_lora(base / "models" / "loras" / LORA)

    placed = [
        info.key
        for part, network in (("model", model.unet), ("text_encoder", model.text_encoder))
        for adapter in fitted(file, Side(NAME, part, "sd1", shapes(network))).placed.values()
        for info in adapter.roles.values()
    ]

    assert sorted(placed) == sorted(tensors)


def shapes(network: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def test_several_loras_add_up_in_any_number(base: Path, model: TinyModel):
    _, first = write_made(base, model, "kohya", name="a.safetensors")
    _, second = write_made(base, model, "LoHa", name="b.safetensors")

    mine = ours(
        cpu_runtime(base), ("a.safetensors", 0.5), ("b.safetensors", -1.5), ("a.safetensors", 2.0)
    )

    theirs = expected(
        model,
        (first, 0.5),
        (second, -1.5),
        (first, 2.0),
    )
    assert distance(mine, theirs) < CLOSE


def test_a_pickled_lora_is_read_as_well(base: Path, model: TinyModel):
    tensors, change = write_made(base, model, "kohya")
    torch.save(tensors, base / "models" / "loras" / "x.pt")

    mine = ours(cpu_runtime(base), ("x.pt", 1.0))

    assert distance(mine, expected(model, (change, 1.0))) < CLOSE


def test_a_bias_is_changed_by_its_difference(base: Path, model: TinyModel):
    bias = model.unet.get_parameter("mid_block.resnets.0.conv1.bias")
    write_lora(base, {"lora_unet_mid_block_resnets_0_conv1.diff_b": torch.ones_like(bias)})
    runtime = cpu_runtime(base)
    handle = read_checkpoint("checkpoints", NAME, runtime)[0]

    unet = load_model(with_lora(handle, LORA, 0.5, runtime), runtime).unet

    changed = unet.get_parameter("mid_block.resnets.0.conv1.bias")
    torch.testing.assert_close(changed, bias + 0.5)


def test_magnitudes_of_an_output_of_nothing_leave_it_nothing(base: Path, model: TinyModel):
    module = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    state = original_state(model)
    state[f"model.diffusion_model.{original_unet_name(f'{module}.weight')}"][0] = 0
    save_file(state, checkpoint_path(base, NAME))
    tensors, _ = make(model.unet, lambda n: f"unet.{n}", "kohya DoRA", [module])
    tensors[f"unet.{module}.lora_up.weight"][0] = 0
    write_lora(base, tensors)
    runtime = cpu_runtime(base)
    handle = read_checkpoint("checkpoints", NAME, runtime)[0]

    unet = load_model(with_lora(handle, LORA, 0.5, runtime), runtime).unet

    weight = unet.get_parameter(f"{module}.weight")
    assert not weight[0].any()
    assert weight[1:].all()


def test_a_strength_of_nothing_is_the_model_itself(base: Path):
    runtime = cpu_runtime(base)
    handle = read_checkpoint("checkpoints", NAME, runtime)[0]

    assert with_lora(handle, "not there.safetensors", 0.0, runtime) is handle
