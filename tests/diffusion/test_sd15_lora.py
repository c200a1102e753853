"""LoRA on a full-size SD 1.5: every tensor of the file has its place, one forward pass is right."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.diffusion.model_files.stored import shapes_of
from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.diffusion.patches.lora_file import LoraFile, Side, fitted, read_lora
from engine.diffusion.patches.patching import with_lora
from engine.runtime import Runtime
from engine.types import ClipHandle, ModelHandle
from tests.diffusion.lora_files import adapted_modules, make, noise, write_into
from tests.diffusion.test_sd15_forward import NO_WEIGHTS, drawn, sd15_shapes
from tests.tiny_models import checkpoint_path, cpu_runtime

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_grad")]

NAME = "sd15.safetensors"
#: LoRAs are on these parts of the U-Net: each kind of layer, at real widths
PARTS = ("mid_block.", "down_blocks.1.", "up_blocks.3.attentions.2.", "time_embedding.")
LAYERS = ("encoder.layers.0.", "encoder.layers.11.")
CLOSE = 1e-4


@pytest.fixture
def no_grad() -> Generator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Generator[Runtime]:
    base = tmp_path_factory.mktemp("sd15")
    path = checkpoint_path(base, NAME)
    shapes = {n: s for n, s in sd15_shapes().items() if not any(w in n for w in NO_WEIGHTS)}
    save_file({name: drawn(name, shape) for name, shape in shapes.items()}, path)
    (base / "models" / "loras").mkdir()
    yield cpu_runtime(base, budget_bytes=12 * 2**30)
    path.unlink()  # 2.1 GB


@pytest.fixture(scope="module")
def handles(runtime: Runtime) -> tuple[ModelHandle, ClipHandle]:
    return read_checkpoint("checkpoints", NAME, runtime)[:2]


def of_unet(module: str) -> str:
    return f"lora_unet_{module.replace('.', '_')}"


def of_text(module: str) -> str:
    return f"lora_te_text_model_{module.replace('.', '_')}"


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


def distance(mine: tuple[Tensor, ...], theirs: tuple[Tensor, ...]) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(mine, theirs, strict=True))


@pytest.mark.parametrize("layout", ["kohya", "kohya DoRA", "PEFT DoRA", "LoHa", "LoKr"])
def test_a_layout_answers_as_its_formula_at_full_size(
    runtime: Runtime, handles: tuple[ModelHandle, ClipHandle], layout: str
):
    unet = load_model(handles[0], runtime).unet
    encoder = load_text_encoder(handles[1], runtime)
    plain = asked(unet, encoder)
    first, of_it = make(unet, of_unet, layout, on(unet, PARTS))
    second, of_text_encoder = make(encoder, of_text, layout, on(encoder, LAYERS))
    file = read_lora(write(runtime, first | second))
    assert used_by(handles, file, runtime) == file.tensors.keys()
    handle = with_lora(handles[0], "x.safetensors", 0.1, runtime)
    clip = with_lora(handles[1], "x.safetensors", 0.1, runtime)
    mine = asked(load_model(handle, runtime).unet, load_text_encoder(clip, runtime))

    before = {n: unet.get_parameter(f"{n}.weight").clone() for n in of_it}
    before_text = {n: encoder.get_parameter(f"{n}.weight").clone() for n in of_text_encoder}
    write_into(unet, of_it, 0.1)
    write_into(encoder, of_text_encoder, 0.1)
    theirs = asked(unet, encoder)
    for network, weights in ((unet, before), (encoder, before_text)):
        for name, weight in weights.items():
            network.get_parameter(f"{name}.weight").copy_(weight)

    assert distance(mine, theirs) < CLOSE * max(1, float(theirs[1].abs().max()))
    assert distance(theirs, plain) > 100 * CLOSE


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
        for adapter in fitted(file, side_of(handle, runtime)).values()
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
