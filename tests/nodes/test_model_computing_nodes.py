"""Nodes that say how a model computes: in which number format, and compiled."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.context import Cancellation, Context, JobContext
from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.networks.weights import load_model, read_checkpoint
from engine.diffusion.patches.patching import with_patch
from engine.errors import BadValue
from engine.runtime import Runtime
from engine.types import ModelHandle
from nodes import model_computing
from tests.tiny_models import WIDTH, checkpoint_path, cpu_runtime, tiny_model, write_single_file

NAME = "x.safetensors"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    base: Path = tmp_path_factory.mktemp("base")
    write_single_file(tiny_model(), checkpoint_path(base, NAME))
    return cpu_runtime(base)


@pytest.fixture
def ctx(runtime: Runtime) -> Context:
    job = JobContext(runtime.folders, lambda: runtime, Cancellation(), lambda event: None)
    return Context(job, "1")


@pytest.fixture
def model(runtime: Runtime) -> ModelHandle:
    return read_checkpoint("checkpoints", NAME, runtime)[0]


def answer(denoiser: Denoiser) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(1, 4, 8, 8, generator=generator)
    context = torch.randn(1, 77, WIDTH, generator=generator)
    return denoiser(x, torch.tensor([2.0]), Given(context))


@pytest.mark.parametrize(
    ("dtype", "stored"), [("fp16", torch.float16), ("bf16", torch.bfloat16), ("fp32", torch.float)]
)
def test_a_model_computes_in_the_chosen_format(
    runtime: Runtime, model: ModelHandle, dtype: str, stored: torch.dtype
):
    plain = load_model(model, runtime)

    chosen = load_model(model_computing.compute_dtype(model, dtype), runtime)

    assert {each.dtype for each in chosen.unet.parameters()} == {stored}
    assert answer(chosen).dtype == torch.float
    far = (answer(chosen) - answer(plain)).abs().max()
    assert far < 0.1
    assert (far > 0) == (dtype != "fp32")


def test_the_last_choice_counts_and_default_is_the_plain_model(model: ModelHandle):
    half = model_computing.compute_dtype(model, "fp16")

    assert model_computing.compute_dtype(half, "default") == model
    assert model_computing.compute_dtype(half, "bf16") == model_computing.compute_dtype(
        model, "bf16"
    )


def test_patched_weights_are_of_the_chosen_format_too(runtime: Runtime, model: ModelHandle):
    scaled = with_patch(model, "scale_tensors", factors={"attn1.to_q": 2.0})

    loaded = load_model(model_computing.compute_dtype(scaled, "bf16"), runtime)

    assert loaded.unet.dtype == torch.bfloat16
    assert load_model(scaled, runtime).unet.dtype == torch.float32


def test_a_compiled_model_has_one_backend_the_last(model: ModelHandle, ctx: Context):
    once = model_computing.compile_model(model, ctx, "inductor")

    assert model_computing.compile_model(once, ctx, "inductor") == once
    assert [patch.parameters for patch in once.patches] == [{"backend": "inductor"}]


def test_a_backend_that_has_no_device_here_is_refused(model: ModelHandle, ctx: Context):
    with pytest.raises(BadValue, match="cudagraphs"):
        model_computing.compile_model(model, ctx, "cudagraphs")
