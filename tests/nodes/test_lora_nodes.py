"""Nodes that add LoRAs and hypernetworks; what they do to networks is tests/diffusion's."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.context import Cancellation, Context, JobContext
from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.runtime import Runtime
from engine.types import ClipHandle, ModelHandle
from nodes import lora
from tests.diffusion.lora_files import adapted_modules, make
from tests.tiny_models import (
    TinyModel,
    checkpoint_path,
    cpu_runtime,
    tiny_model,
    write_single_file,
)

NAME = "x.safetensors"


@pytest.fixture(scope="module")
def model() -> TinyModel:
    return tiny_model()


@pytest.fixture
def runtime(tmp_path: Path, model: TinyModel) -> Runtime:
    write_single_file(model, checkpoint_path(tmp_path, NAME))
    unet, _ = make(model.unet, lambda n: f"unet.{n}", "PEFT", adapted_modules(model.unet)[:3])
    text, _ = make(
        model.text_encoder, lambda n: f"text_encoder.{n}", "PEFT", ["encoder.layers.0.mlp.fc1"]
    )
    (tmp_path / "models" / "loras").mkdir()
    save_file(unet | text, tmp_path / "models" / "loras" / NAME)
    return cpu_runtime(tmp_path)


@pytest.fixture
def ctx(runtime: Runtime) -> Context:
    job = JobContext(runtime.folders, lambda: runtime, Cancellation(), lambda event: None)
    return Context(job, "1")


@pytest.fixture
def handles(runtime: Runtime) -> tuple[ModelHandle, ClipHandle]:
    return read_checkpoint("checkpoints", NAME, runtime)[:2]


Handle = ModelHandle | ClipHandle


def moved(runtime: Runtime, before: Handle, after: Handle) -> float:
    """Return how far the weights of two handles are from each other."""

    def weights(handle: Handle) -> list[torch.Tensor]:
        if isinstance(handle, ModelHandle):
            return [*load_model(handle, runtime).unet.parameters()]
        return [*load_text_encoder(handle, runtime).parameters()]

    pairs = zip(weights(before), weights(after), strict=True)
    return sum(float((a - b).abs().sum()) for a, b in pairs)


def test_a_lora_moves_both_networks_by_their_own_strengths(
    ctx: Context, runtime: Runtime, handles: tuple[ModelHandle, ClipHandle]
):
    once = lora.load_lora(*handles, NAME, 1.0, 0.5, ctx)
    twice = lora.load_lora(*handles, NAME, 2.0, 1.0, ctx)

    for before, after, further in zip(handles, once, twice, strict=True):
        assert moved(runtime, before, further) == pytest.approx(2 * moved(runtime, before, after))
        assert moved(runtime, before, after) > 0


def test_a_strength_of_nothing_leaves_the_handle(
    ctx: Context, handles: tuple[ModelHandle, ClipHandle]
):
    model, clip = lora.load_lora(*handles, NAME, 0.0, 1.0, ctx)

    assert model is handles[0]
    assert clip is not handles[1]


def test_a_lora_for_the_model_only_is_that_of_both(
    ctx: Context, handles: tuple[ModelHandle, ClipHandle]
):
    alone = lora.load_lora_model_only(handles[0], NAME, 0.5, ctx)

    assert alone == lora.load_lora(*handles, NAME, 0.5, 0.0, ctx)[0]


def test_a_hypernetwork_acts_by_its_strength(
    ctx: Context, runtime: Runtime, handles: tuple[ModelHandle, ClipHandle]
):
    layer = {"linear.0.weight": 0.1 * torch.ones(32, 32), "linear.0.bias": torch.ones(32)}
    path = runtime.folders.base / "models" / "hypernetworks" / "x.pt"
    path.parent.mkdir()
    torch.save({32: (layer, layer), "layer_structure": [1, 1]}, path)

    def answer(strength: float) -> torch.Tensor:
        handle = lora.load_hypernetwork(handles[0], "x.pt", strength, ctx)
        unet = load_model(handle, runtime).unet
        to_key = unet.get_submodule("down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k")
        return to_key(torch.ones(1, 1, 32))

    none, half, whole = map(answer, (0.0, 0.5, 1.0))

    assert not torch.allclose(half, none, atol=1e-2)
    torch.testing.assert_close(whole - none, 2 * (half - none))


def test_the_handle_that_was_given_is_not_changed(
    ctx: Context, handles: tuple[ModelHandle, ClipHandle]
):
    lora.load_lora(*handles, NAME, 1.0, 1.0, ctx)

    assert [handle.patches for handle in handles] == [(), ()]
