"""Hypernetworks in A1111's layout against its formula, written out over the file's tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.hooks import RemovableHandle

from engine.diffusion.networks.weights import load_model, read_checkpoint
from engine.diffusion.patches.patching import with_hypernetwork, with_lora
from engine.errors import ModelError
from engine.runtime import Runtime
from tests.diffusion.lora_files import make, noise, write_into
from tests.tiny_models import (
    TinyModel,
)

NAME = "tiny.safetensors"
X = torch.linspace(-2, 2, 2 * 4 * 8 * 8).reshape(2, 4, 8, 8)
T = torch.tensor([20, 700])
CONTEXT = torch.linspace(-1, 1, 2 * 77 * 64).sin().reshape(2, 77, 64)
#: of the self-attentions and of the texts of the tiny model
WIDTHS = (32, 64)
CLOSE = 1e-4


@pytest.fixture
def runtime(tiny_runtime: Runtime) -> Runtime:
    return tiny_runtime


def write(
    runtime: Runtime, name: str, widths: tuple[int, ...] = WIDTHS, **settings: Any
) -> dict[Any, Any]:
    """Write one that doubles the width and comes back, as A1111 does."""
    normed = settings.get("is_layer_norm", False)

    def state(seed: str, width: int) -> dict[str, Tensor]:
        matrices = [(2 * width, width), (width, 2 * width)]
        tensors: dict[str, Tensor] = {}
        for number, shape in enumerate(matrices):
            # A1111 numbers every layer: here a matrix, its activation, its norm
            place = number * (2 + normed) if settings.get("activation_func") else number
            tensors[f"linear.{place}.weight"] = noise(f"{seed}{number}", *shape)
            tensors[f"linear.{place}.bias"] = noise(f"{seed}{number}b", shape[0])
            if normed:
                tensors[f"linear.{place + 2}.weight"] = 1 + noise(f"{seed}{number}n", shape[0])
                tensors[f"linear.{place + 2}.bias"] = noise(f"{seed}{number}nb", shape[0])
        return tensors

    content: dict[Any, Any] = {
        width: (state(f"{name}{width}k", width), state(f"{name}{width}v", width))
        for width in widths
    }
    content |= {"name": "x", "step": 7, "layer_structure": [1, 2, 1], **settings}
    torch.save(content, runtime.folders.base / "models" / "hypernetworks" / name)
    return content


def through(state: dict[str, Tensor], settings: Mapping[Any, Any], context: Tensor) -> Tensor:
    """Return what A1111's `HypernetworkModule` adds to a context."""
    activations: dict[str, Callable[[Tensor], Tensor]] = {
        "relu": functional.relu,
        "swish": functional.hardswish,
        "mish": functional.mish,
    }
    act = activations.get(settings.get("activation_func", ""), lambda x: x)
    names = sorted(
        (name.removesuffix(".weight") for name in state if name.endswith(".weight")),
        key=lambda name: int(name.split(".")[1]),
    )
    matrices = [name for name in names if state[f"{name}.weight"].ndim == 2]
    for name in names:
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        if name in matrices:
            context = functional.linear(context, weight, bias)
            if name != matrices[-1] or settings.get("activate_output"):
                context = act(context)
        else:
            context = functional.layer_norm(context, weight.shape, weight, bias)
    return context


def attach(unet: nn.Module, content: Mapping[Any, Any], strength: float) -> list[RemovableHandle]:
    """Let hooks of a network do it: keys by the first network, values by the second."""

    def hook(state: dict[str, Tensor], _: nn.Module, args: tuple[Tensor]) -> tuple[Tensor]:
        return (args[0] + strength * through(state, content, args[0]),)

    hooks: list[RemovableHandle] = []
    for name, module in unet.named_modules():
        if name.endswith((".to_k", ".to_v")):
            pair = content[module.get_parameter("weight").shape[1]]
            hooks.append(module.register_forward_pre_hook(partial(hook, pair[name.endswith("v")])))
    return hooks


@torch.no_grad()
def answer(unet: nn.Module) -> Tensor:
    return unet(X, T, encoder_hidden_states=CONTEXT).sample


def ours(runtime: Runtime, *chosen: tuple[str, float]) -> Tensor:
    handle = read_checkpoint("checkpoints", NAME, runtime)[0]
    for name, strength in chosen:
        handle = with_hypernetwork(handle, name, strength, runtime)
    return answer(load_model(handle, runtime).unet)


def far(mine: Tensor, theirs: Tensor) -> float:
    return float((mine - theirs).abs().max())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"activation_func": "relu"},
        {"activation_func": "mish", "is_layer_norm": True},
        {"activation_func": "swish", "activate_output": True},
    ],
    ids=str,
)
def test_it_answers_as_the_formula(runtime: Runtime, model: TinyModel, settings: dict[str, Any]):
    content = write(runtime, "x.pt", **settings)
    unet = copy.deepcopy(model.unet)
    attach(unet, content, 0.7)
    theirs = answer(unet)

    assert far(ours(runtime, ("x.pt", 0.7)), theirs) < CLOSE
    assert far(theirs, answer(model.unet)) > 100 * CLOSE


def test_keys_and_values_that_are_swapped_are_noticed(runtime: Runtime, model: TinyModel):
    content = write(runtime, "x.pt")
    unet = copy.deepcopy(model.unet)
    attach(unet, {width: content[width][::-1] for width in WIDTHS}, 1.0)

    assert far(ours(runtime, ("x.pt", 1.0)), answer(unet)) > CLOSE


def test_several_act_one_after_the_other(runtime: Runtime, model: TinyModel):
    contents = [write(runtime, name, activation_func="relu") for name in ("a.pt", "b.pt")]
    unet = copy.deepcopy(model.unet)
    for content, strength in zip(contents, (0.5, 2.0), strict=True):
        attach(unet, content, strength)

    assert far(ours(runtime, ("a.pt", 0.5), ("b.pt", 2.0)), answer(unet)) < CLOSE


def test_it_stands_beside_a_lora_in_either_order(runtime: Runtime, model: TinyModel):
    content = write(runtime, "x.pt")
    module = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    tensors, weights = make(model.unet, lambda n: f"unet.{n}", "PEFT", [module])
    torch.save(tensors, runtime.folders.base / "models" / "loras" / "x.pt")
    unet = copy.deepcopy(model.unet)
    write_into(unet, weights, 1.0)
    attach(unet, content, 1.0)
    plain = read_checkpoint("checkpoints", NAME, runtime)[0]

    first = with_hypernetwork(with_lora(plain, "x.pt", 1.0, runtime), "x.pt", 1.0, runtime)
    second = with_lora(with_hypernetwork(plain, "x.pt", 1.0, runtime), "x.pt", 1.0, runtime)

    for handle in (first, second):
        assert far(answer(load_model(handle, runtime).unet), answer(unet)) < CLOSE


def test_the_base_answers_as_before(runtime: Runtime, model: TinyModel):
    write(runtime, "x.pt")
    ours(runtime, ("x.pt", 1.0))

    assert torch.equal(ours(runtime), answer(model.unet))


def test_a_strength_of_nothing_is_the_model_itself(runtime: Runtime):
    handle = read_checkpoint("checkpoints", NAME, runtime)[0]

    assert with_hypernetwork(handle, "not there.pt", 0.0, runtime) is handle


def test_one_for_other_widths_names_both(runtime: Runtime):
    write(runtime, "x.pt", (768, 320))

    with pytest.raises(ModelError, match=r"for widths 320, 768, the model has 32, 64"):
        ours(runtime, ("x.pt", 1.0))


def test_an_activation_that_is_not_known_is_named(runtime: Runtime):
    write(runtime, "x.pt", activation_func="snake")

    with pytest.raises(ModelError, match='activation "snake", which is not known'):
        ours(runtime, ("x.pt", 1.0))


def test_a_layer_without_its_bias_is_refused(runtime: Runtime):
    content = write(runtime, "x.pt")
    del content[32][0]["linear.1.bias"]
    torch.save(content, runtime.folders.base / "models" / "hypernetworks" / "x.pt")

    with pytest.raises(ModelError, match="its networks for width 32 can not be read"):
        ours(runtime, ("x.pt", 1.0))


def test_a_file_that_is_none_is_refused(runtime: Runtime):
    torch.save({"a": torch.ones(2)}, runtime.folders.base / "models" / "hypernetworks" / "x.pt")

    with pytest.raises(ModelError, match="is no hypernetwork"):
        ours(runtime, ("x.pt", 1.0))
