"""LoRA files against what diffusers, PEFT and LyCORIS make of them by their own route.

PEFT and LyCORIS are no dependencies: where they are not installed, their tests are skipped.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from diffusers.loaders import StableDiffusionLoraLoaderMixin
from diffusers.utils import convert_state_dict_to_peft, convert_unet_state_dict_to_peft
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.diffusion.patches.patching import with_lora
from engine.runtime import Runtime
from tests.diffusion.lora_files import (
    RANK,
    adapted_modules,
    asked,
    distance,
    make,
    noise,
    underscored,
)
from tests.tiny_models import (
    TinyModel,
)

NAME = "tiny.safetensors"
CLOSE = 1e-4


@pytest.fixture
def runtime(tiny_runtime: Runtime) -> Runtime:
    return tiny_runtime


def ours(runtime: Runtime, name: str, strength: float) -> tuple[Tensor, Tensor]:
    handle, clip, _ = read_checkpoint("checkpoints", NAME, runtime)
    handle = with_lora(handle, name, strength, runtime)
    clip = with_lora(clip, name, strength, runtime)
    return asked(load_model(handle, runtime).unet, load_text_encoder(clip, runtime))


def projections(network: nn.Module) -> list[str]:
    """Return what kohya's trainer changes by default."""
    marks = (".attn", ".ff.", "proj_in", "proj_out", "self_attn", "mlp")
    return [name for name in adapted_modules(network) if any(mark in name for mark in marks)]


@torch.no_grad()
def add(network: nn.Module, state: Mapping[str, Tensor], alphas: Mapping[str, float]) -> int:
    """Add a LoRA in PEFT's names to a network in place; return on how many modules it is."""
    modules = [name.removesuffix(".lora_A.weight") for name in state if "lora_A" in name]
    for module in modules:
        a, b = (state[f"{module}.lora_{side}.weight"] for side in "AB")
        weight = network.get_parameter(f"{module}.weight")
        delta = torch.einsum("or,ri->oi", b.flatten(1).double(), a.flatten(1).double())
        weight += delta.view_as(weight) * alphas[module] / a.shape[0]
    return len(modules)


def test_a_kohya_file_answers_as_diffusers_names_its_tensors(runtime: Runtime, model: TinyModel):
    of_unet, _ = make(
        model.unet, lambda n: f"lora_unet_{underscored(n)}", "kohya", projections(model.unet)
    )
    of_text, _ = make(
        model.text_encoder,
        lambda n: f"lora_te_text_model_{underscored(n)}",
        "kohya",
        projections(model.text_encoder),
    )
    tensors = of_unet | of_text
    path = runtime.folders.base / "models" / "loras" / "x.safetensors"
    save_file(tensors, path)

    state, alphas = by_diffusers(load_file(path))
    changed = copy.deepcopy(model)
    count = add(changed.unet, convert_unet_state_dict_to_peft(state["unet"]), alphas["unet"])
    text = {n.replace("text_model.", "", 1): t for n, t in state["text_encoder"].items()}
    count += add(changed.text_encoder, convert_state_dict_to_peft(text), alphas["text_encoder"])

    assert 3 * count == len(tensors)
    theirs = asked(changed.unet, changed.text_encoder)
    assert distance(ours(runtime, "x.safetensors", 1.0), theirs) < CLOSE


def by_diffusers(tensors: dict[str, Tensor]) -> tuple[Any, Any]:
    """Return tensors and alphas by part, as diffusers converts a kohya file."""
    converter: Any = StableDiffusionLoraLoaderMixin.lora_state_dict
    converted, found = converter(tensors)
    state: dict[str, dict[str, Tensor]] = {"unet": {}, "text_encoder": {}}
    alphas: dict[str, dict[str, float]] = {"unet": {}, "text_encoder": {}}
    for name, tensor in converted.items():
        part, _, rest = name.partition(".")
        state[part][rest] = tensor
    for name, alpha in found.items():
        part, _, rest = name.partition(".")
        for ending in (".alpha", ".down.weight", "_lora", ".lora_linear_layer", ".lora"):
            rest = rest.removesuffix(ending)
        rest = rest.replace(".processor", "").removeprefix("text_model.")
        for old, new in SELF_ATTENTION.items():
            rest = rest.replace(old, new) if part == "text_encoder" else rest
        rest = f"{rest}.0" if rest.endswith(("attn1.to_out", "attn2.to_out")) else rest
        alphas[part][rest] = alpha
    return state, alphas


#: as old attention processors of diffusers call them -> as transformers does
SELF_ATTENTION = {
    "self_attn.to_q": "self_attn.q_proj",
    "self_attn.to_k": "self_attn.k_proj",
    "self_attn.to_v": "self_attn.v_proj",
    "self_attn.to_out": "self_attn.out_proj",
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("with_magnitudes", [False, True])
def test_a_peft_adapter_answers_as_peft(runtime: Runtime, model: TinyModel, with_magnitudes: bool):
    peft: Any = pytest.importorskip("peft")
    targets = r".*(attn\d\.(to_q|to_k|to_v|to_out\.0)|ff\.net\.2|conv1|q_proj|fc1)"
    config = peft.LoraConfig(r=4, lora_alpha=4, target_modules=targets, use_dora=with_magnitudes)
    wrapped = [
        peft.get_peft_model(copy.deepcopy(each), config)
        for each in (model.unet, model.text_encoder)
    ]
    stored: dict[str, Tensor] = {}
    for start, network in zip(("unet.", "text_encoder.text_model."), wrapped, strict=True):
        for name, parameter in network.named_parameters():
            if "lora_" in name:
                parameter.data = noise(name, *parameter.shape)
                if "magnitude" in name:
                    parameter.data = parameter.data.abs() + 1
        state = peft.get_peft_model_state_dict(network)
        stored |= {start + n.removeprefix("base_model.model."): t for n, t in state.items()}
    stored = {name: tensor.detach().contiguous() for name, tensor in stored.items()}
    save_file(stored, runtime.folders.base / "models" / "loras" / "x.safetensors")

    theirs = asked(*(network.eval() for network in wrapped))

    assert distance(ours(runtime, "x.safetensors", 1.0), theirs) < CLOSE
    assert distance(theirs, asked(model.unet, model.text_encoder)) > 100 * CLOSE


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_alphas_in_the_header_count_as_for_diffusers(runtime: Runtime, model: TinyModel):
    pytest.importorskip("peft")
    modules = projections(model.unet)
    tensors, _ = make(model.unet, lambda n: f"unet.{n}", "PEFT", modules)
    settings = {
        "unet.r": RANK,
        "unet.lora_alpha": 6,
        "unet.alpha_pattern": {modules[3]: 1.5, "to_v": 9},
        "unet.target_modules": modules,
    }
    path = runtime.folders.base / "models" / "loras" / "x.safetensors"
    save_file(tensors, path, {"format": "pt", "lora_adapter_metadata": json.dumps(settings)})
    unet: Any = copy.deepcopy(model.unet)
    unet.load_lora_adapter(
        str(path.parent), weight_name=path.name, prefix="unet", low_cpu_mem_usage=False
    )

    theirs = asked(unet.eval(), model.text_encoder)

    assert distance(ours(runtime, "x.safetensors", 1.0), theirs) < CLOSE
    assert distance(theirs, asked(model.unet, model.text_encoder)) > 100 * CLOSE


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("layout", ["LoHa", "LoKr", "kohya DoRA", "OFT", "BOFT", "GLoRA"])
def test_a_lycoris_file_answers_as_lycoris(runtime: Runtime, model: TinyModel, layout: str):
    lycoris: Any = pytest.importorskip("lycoris")
    modules = [*projections(model.unet), "mid_block.resnets.0.conv1"]
    tensors, _ = make(model.unet, lambda n: f"lycoris_{underscored(n)}", layout, modules)
    save_file(tensors, runtime.folders.base / "models" / "loras" / "x.safetensors")
    unet = copy.deepcopy(model.unet)
    network, _ = lycoris.create_lycoris_from_weights(1.0, None, unet, weights_sd=dict(tensors))
    network.apply_to()
    network.load_state_dict(tensors, strict=False)

    theirs = asked(unet, model.text_encoder)

    assert len(network.loras) == len(modules)
    assert distance(ours(runtime, "x.safetensors", 1.0), theirs) < CLOSE
    assert distance(theirs, asked(model.unet, model.text_encoder)) > 100 * CLOSE
