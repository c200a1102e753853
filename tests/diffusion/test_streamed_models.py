"""Checkpoints above the budget: they answer as with room for all, patches included."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.diffusion.networks.build import module_bytes
from engine.diffusion.networks.weights import (
    load_model,
    load_text_encoder,
    load_vae,
    read_checkpoint,
)
from engine.diffusion.patches.patching import merged, with_lora
from engine.diffusion.streaming import stream_of
from engine.errors import OutOfMemory
from engine.runtime import Runtime
from engine.types import ModelHandle
from tests.diffusion.lora_files import adapted_modules, make
from tests.tiny_models import (
    checkpoint_path,
    cpu_runtime,
    original_state,
    tiny_model,
    write_ckpt,
    write_single_file,
)

X = torch.linspace(-2, 2, 2 * 4 * 8 * 8).reshape(2, 4, 8, 8)
TIMES = torch.tensor([20, 700])
TOKENS = torch.tensor([[998, 5, 17, 999], [998, 7, 1, 999]])
PIXELS = torch.linspace(0, 1, 16 * 16 * 3).reshape(1, 16, 16, 3)
#: less than half of the U-Net, the largest of the networks
SMALL = 1_400_000

pytestmark = pytest.mark.usefixtures("no_grad")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base, model = tmp_path_factory.mktemp("installation"), tiny_model()
    write_single_file(model, checkpoint_path(base, "a.safetensors"))
    other = {
        name: tensor * 0.5 if tensor.is_floating_point() else tensor
        for name, tensor in original_state(model).items()
    }
    save_file(other, checkpoint_path(base, "b.safetensors"))
    lora, _ = make(
        model.unet,
        lambda name: f"lora_unet_{name.replace('.', '_')}",
        "kohya",
        adapted_modules(model.unet),
    )
    (base / "models" / "loras").mkdir()
    save_file(lora, base / "models" / "loras" / "x.safetensors")
    return base


def model_of(runtime: Runtime, name: str = "a") -> ModelHandle:
    return read_checkpoint("checkpoints", f"{name}.safetensors", runtime)[0]


def as_it_is(runtime: Runtime) -> ModelHandle:
    return model_of(runtime)


def with_a_lora(runtime: Runtime) -> ModelHandle:
    return with_lora(model_of(runtime), "x.safetensors", 0.7, runtime)


def with_another_merged_in(runtime: Runtime) -> ModelHandle:
    return merged(model_of(runtime), model_of(runtime, "b"), "mix", {"": 0.25}, runtime)


def answer(unet: Any) -> Tensor:
    context = torch.linspace(-1, 1, 2 * 7 * 64).reshape(2, 7, 64)
    return unet(X, TIMES, encoder_hidden_states=context, return_dict=False)[0]


@pytest.mark.parametrize("handle_of", [as_it_is, with_a_lora, with_another_merged_in])
def test_a_model_above_the_budget_answers_bit_for_bit_the_same(
    base: Path, handle_of: Callable[[Runtime], ModelHandle]
):
    roomy, small = cpu_runtime(base), cpu_runtime(base, budget_bytes=SMALL)
    expected = answer(load_model(handle_of(roomy), roomy).unet)

    unet = load_model(handle_of(small), small).unet

    assert stream_of(unet) is not None
    assert torch.equal(answer(unet), expected)
    assert torch.equal(answer(unet), expected)


def test_text_encoder_and_autoencoder_above_the_budget_answer_the_same(base: Path):
    def answers(runtime: Runtime) -> tuple[Tensor, ...]:
        _, clip, vae = read_checkpoint("checkpoints", "a.safetensors", runtime)
        encoding = load_text_encoder(clip, runtime)(TOKENS).last_hidden_state
        network = load_vae(vae, runtime)
        return encoding, network.encode(PIXELS), network.decode(X)

    whole = answers(cpu_runtime(base))

    streamed = answers(cpu_runtime(base, budget_bytes=300_000))

    assert all(torch.equal(one, other) for one, other in zip(streamed, whole, strict=True))


def test_what_is_streamed_is_kept_within_the_budget(base: Path):
    runtime = cpu_runtime(base, budget_bytes=SMALL)
    handle = model_of(runtime)

    unet = load_model(handle, runtime).unet

    assert load_model(handle, runtime).unet is unet
    assert module_bytes(unet) == runtime.memory.used_bytes <= SMALL


def test_a_patched_network_that_is_streamed_takes_the_place_of_its_base(base: Path):
    runtime = cpu_runtime(base, budget_bytes=SMALL)
    bases: list[nn.Module] = [load_model(model_of(runtime), runtime).unet]

    changed = load_model(with_a_lora(runtime), runtime).unet

    assert runtime.memory.used_bytes == module_bytes(changed) <= SMALL
    assert torch.equal(answer(bases[0]), answer(load_model(model_of(runtime), runtime).unet))


def alive_bytes() -> int:
    """Return what all U-Nets take that anybody holds."""
    gc.collect()
    unets = [each for each in gc.get_objects() if issubclass(type(each), UNet2DConditionModel)]
    return module_bytes(nn.ModuleList(unets))


@pytest.mark.parametrize("handle_of", [with_a_lora, with_another_merged_in])
@pytest.mark.parametrize("budget", [SMALL, 3_700_000, 8_000_000])
def test_nobody_holds_more_than_the_budget_whatever_is_patched(
    base: Path, handle_of: Callable[[Runtime], ModelHandle], budget: int
):
    roomy, small = cpu_runtime(base), cpu_runtime(base, budget_bytes=budget)
    expected = answer(load_model(handle_of(roomy), roomy).unet)
    del roomy
    before = alive_bytes()

    unet = load_model(handle_of(small), small).unet

    assert torch.equal(answer(unet), expected)
    assert small.memory.used_bytes <= budget
    assert alive_bytes() - before <= budget


def test_a_file_that_can_only_be_read_whole_needs_the_room(base: Path):
    write_ckpt(tiny_model(), checkpoint_path(base, "old.ckpt"), zipped=False)
    runtime = cpu_runtime(base, budget_bytes=SMALL)
    small = replace(runtime, devices=replace(runtime.devices, memory_bytes=SMALL))
    handle = read_checkpoint("checkpoints", "old.ckpt", small)[0]

    with pytest.raises(OutOfMemory, match=r"save it as a \.safetensors file"):
        load_model(handle, small)


@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2])
def test_weights_in_fp8_are_cast_when_they_are_loaded(base: Path, dtype: torch.dtype):
    state = {
        name: tensor.to(dtype) if tensor.is_floating_point() else tensor
        for name, tensor in original_state(tiny_model()).items()
    }
    save_file(state, checkpoint_path(base, "fp8.safetensors"))
    cast = {name: t.float() if t.dtype == dtype else t for name, t in state.items()}
    save_file(cast, checkpoint_path(base, "cast.safetensors"))
    roomy, small = cpu_runtime(base), cpu_runtime(base, budget_bytes=SMALL)
    expected = answer(load_model(model_of(roomy, "cast"), roomy).unet)

    assert torch.equal(answer(load_model(model_of(roomy, "fp8"), roomy).unet), expected)
    assert torch.equal(answer(load_model(model_of(small, "fp8"), small).unet), expected)
