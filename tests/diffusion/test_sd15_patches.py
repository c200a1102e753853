"""Patches on a full-size SD 1.5: each tensor of a file has its place, one forward pass is right."""

from __future__ import annotations

import gc
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.diffusion.model_files.stored import shapes_of
from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.diffusion.patches.lora_file import LoraFile, read_lora
from engine.diffusion.patches.lora_fit import Side, fitted
from engine.diffusion.patches.patching import with_hypernetwork, with_lora
from engine.runtime import Runtime
from engine.types import ClipHandle, ModelHandle
from tests.diffusion.lora_files import (
    adapted_modules,
    distance,
    make,
    noise,
    underscored,
    write_into,
)
from tests.diffusion.test_hypernetwork import attach
from tests.diffusion.test_hypernetwork import write as write_hypernetwork
from tests.diffusion.test_patch_formulas import CASES, first_places
from tests.diffusion.test_patch_formulas import distance as from_formula
from tests.full_size import UNET, sd15_shapes, swap
from tests.full_size import write as write_file
from tests.tiny_models import checkpoint_path, cpu_runtime

__all__ = ["first_places"]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_grad")]

NAME = "sd15.safetensors"
#: LoRAs are on these parts of the U-Net: each kind of layer, at real widths
PARTS = (
    *("mid_block.attentions.0.", "down_blocks.1.resnets.0.", "down_blocks.0.downsamplers."),
    *("up_blocks.3.attentions.2.", "time_embedding."),
)
LAYERS = ("encoder.layers.0.", "encoder.layers.11.")
WIDTHS = (320, 640, 768, 1280)
CLOSE = 1e-4
AT_OTHER_BLOCKS = ("Downscale after block 5", "Downscale after block 8", "Downscale of block 2")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Generator[Runtime]:
    base = tmp_path_factory.mktemp("sd15")
    path = checkpoint_path(base, NAME)
    write_file(path, sd15_shapes(UNET, "cond_stage_model."))
    for kind in ("loras", "hypernetworks"):
        (base / "models" / kind).mkdir()
    yield cpu_runtime(base, budget_bytes=6 * 2**30)
    path.unlink()  # 2 GB
    gc.collect()  # what holds networks goes round in circles


@pytest.fixture(scope="module")
def handles(runtime: Runtime) -> tuple[ModelHandle, ClipHandle]:
    return read_checkpoint("checkpoints", NAME, runtime)[:2]


def of_unet(module: str) -> str:
    return f"lora_unet_{underscored(module)}"


def of_text(module: str) -> str:
    return f"lora_te_text_model_{underscored(module)}"


def on(network: nn.Module, starts: tuple[str, ...]) -> list[str]:
    return [name for name in adapted_modules(network) if name.startswith(starts)]


def write(runtime: Runtime, tensors: Mapping[str, Tensor]) -> Path:
    path = runtime.folders.base / "models" / "loras" / "x.safetensors"
    save_file(dict(tensors), path)
    return path


def asked(unet: nn.Module, encoder: nn.Module) -> tuple[Tensor, Tensor]:
    encoding = encoder(torch.tensor([[49406, 320, 736, 3055, 49407]])).last_hidden_state
    x = noise("x", 1, 4, 8, 8) * 5
    return encoding, unet(x, torch.tensor([500]), encoder_hidden_states=encoding).sample


@pytest.mark.parametrize("layout", ["kohya", "kohya DoRA", "PEFT DoRA", "LoHa", "LoKr"])
def test_a_layout_answers_as_its_formula_at_full_size(
    runtime: Runtime, handles: tuple[ModelHandle, ClipHandle], layout: str
):
    unet = load_model(handles[0], runtime).unet
    encoder = load_text_encoder(handles[1], runtime)
    plain = asked(unet, encoder)
    first, of_it = make(unet, of_unet, layout, on(unet, PARTS))
    second, of_text_encoder = make(encoder, of_text, layout, on(encoder, LAYERS))
    path = write(runtime, first | second)
    file = read_lora(path)
    assert used_by(handles, file, runtime) == file.tensors.keys()
    mine = changed(runtime, handles)

    before = {n: unet.get_parameter(f"{n}.weight").clone() for n in of_it}
    before_text = {n: encoder.get_parameter(f"{n}.weight").clone() for n in of_text_encoder}
    write_into(unet, of_it, 0.1)
    write_into(encoder, of_text_encoder, 0.1)
    theirs = asked(unet, encoder)
    for network, weights in ((unet, before), (encoder, before_text)):
        for name, weight in weights.items():
            network.get_parameter(f"{name}.weight").copy_(weight)

    limit = CLOSE * max(1, float(theirs[1].abs().max()))
    assert distance(mine, theirs) < limit
    assert distance(theirs, plain) > 100 * CLOSE
    swap(path, *alike(first))
    assert distance(changed(runtime, handles), theirs) > limit


def changed(runtime: Runtime, handles: tuple[ModelHandle, ClipHandle]) -> tuple[Tensor, Tensor]:
    """Return what both networks answer with the LoRA."""
    model = with_lora(handles[0], "x.safetensors", 0.1, runtime)
    clip = with_lora(handles[1], "x.safetensors", 0.1, runtime)
    return asked(load_model(model, runtime).unet, load_text_encoder(clip, runtime))


def alike(tensors: Mapping[str, Tensor]) -> tuple[str, str]:
    """Return two tensors of one shape that belong to two modules of the middle block."""
    names = [name for name, t in tensors.items() if "mid_block" in name and t.numel() > 1]
    first = names[0]
    module, ending = first.split(".", 1)
    other = next(
        name
        for name in names
        if name.split(".", 1)[1] == ending
        and not name.startswith(f"{module}.")
        and tensors[name].shape == tensors[first].shape
    )
    return first, other


def test_a_hypernetwork_answers_as_its_formula_at_full_size(
    runtime: Runtime, handles: tuple[ModelHandle, ClipHandle]
):
    content = write_hypernetwork(runtime, "x.pt", WIDTHS, activation_func="mish")
    unet = load_model(handles[0], runtime).unet
    encoder = load_text_encoder(handles[1], runtime)
    plain = asked(unet, encoder)
    handle = with_hypernetwork(handles[0], "x.pt", 0.01, runtime)
    mine = asked(load_model(handle, runtime).unet, encoder)

    theirs, swapped = (
        hooked(unet, encoder, content | {width: content[width][::way] for width in WIDTHS})
        for way in (1, -1)
    )

    limit = CLOSE * max(1, float(theirs[1].abs().max()))
    assert distance(mine, theirs) < limit
    assert distance(mine, swapped) > limit
    assert distance(theirs, plain) > 10 * limit


@pytest.mark.parametrize("case", [case for case in CASES if case not in AT_OTHER_BLOCKS])
def test_a_patched_network_of_full_size_answers_as_the_pass_that_is_written_out(
    runtime: Runtime, handles: tuple[ModelHandle, ClipHandle], case: str
):
    unet = load_model(handles[0], runtime).unet
    patch, joints = CASES[case]
    text = noise("text", 2, 7, 768) * 5

    assert from_formula(unet, text, patch, joints(unet)) < CLOSE


def hooked(unet: nn.Module, encoder: nn.Module, content: Any) -> tuple[Tensor, Tensor]:
    hooks = attach(unet, content, 0.01)
    answer = asked(unet, encoder)
    for hook in hooks:
        hook.remove()
    return answer


@pytest.mark.parametrize("layout", ["kohya", "PEFT"])
def test_every_tensor_of_a_file_on_all_layers_has_its_place(
    runtime: Runtime, handles: tuple[ModelHandle, ClipHandle], layout: str
):
    networks = meta_networks()
    first, _ = make(networks[0], of_unet, layout, adapted_modules(networks[0]))
    second, _ = make(networks[1], of_text, layout, adapted_modules(networks[1]))
    file = read_lora(write(runtime, first | second))

    used = used_by(handles, file, runtime)

    assert used == (first | second).keys()


def used_by(handles: tuple[ModelHandle, ClipHandle], file: LoraFile, runtime: Runtime) -> set[str]:
    """Return the tensors of a file that have a place in the two networks."""
    return {
        info.key
        for handle in handles
        for adapter in fitted(file, side_of(handle, runtime)).placed.values()
        for info in adapter.roles.values()
    }


def side_of(handle: ModelHandle | ClipHandle, runtime: Runtime) -> Side:
    weights = handle.weights
    return Side(weights.name, weights.part, weights.family, shapes_of(weights, runtime))


def meta_networks() -> tuple[nn.Module, nn.Module]:
    """Return the networks of SD 1.5 without values, as diffusers and transformers build them."""
    from diffusers import UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
        text = CLIPTextModel(
            CLIPTextConfig(
                hidden_size=768,
                intermediate_size=3072,
                num_hidden_layers=12,
                num_attention_heads=12,
            )
        )
    return unet, text
