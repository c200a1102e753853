"""Nodes that merge; that a merge is the sum it says is tests/diffusion's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import save_file

from engine.context import Cancellation, Context, JobContext
from engine.diffusion.networks.weights import read_checkpoint
from engine.registry import Registry
from engine.runtime import Runtime
from engine.types import ClipHandle, ModelHandle
from nodes import merging
from tests.tiny_models import checkpoint_path, cpu_runtime, original_state, tiny_model

REGISTRY = Registry.of_packages("nodes")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("installation")
    state = original_state(tiny_model())
    for name, shift in (("a", 0.0), ("b", 0.5)):
        moved = {n: t + shift if t.is_floating_point() else t for n, t in state.items()}
        save_file(moved, checkpoint_path(base, f"{name}.safetensors"))
    return base


@pytest.fixture
def runtime(base: Path) -> Runtime:
    return cpu_runtime(base)


@pytest.fixture
def ctx(runtime: Runtime) -> Context:
    job = JobContext(runtime.folders, lambda: runtime, Cancellation(), lambda event: None)
    return Context(job, "1")


@pytest.fixture
def models(runtime: Runtime) -> tuple[ModelHandle, ModelHandle]:
    first, second = (read_checkpoint("checkpoints", f"{n}.safetensors", runtime) for n in "ab")
    return first[0], second[0]


@pytest.fixture
def clips(runtime: Runtime) -> tuple[ClipHandle, ClipHandle]:
    first, second = (read_checkpoint("checkpoints", f"{n}.safetensors", runtime) for n in "ab")
    return first[1], second[1]


def said(handle: ModelHandle | ClipHandle) -> tuple[str, Mapping[str, Any]]:
    """Return mode and numbers of a handle's only merge."""
    (patch,) = handle.patches
    assert patch.name == "merge"
    return patch.parameters["mode"], patch.parameters["numbers"]


def test_models_are_merged_by_the_classic_modes(
    models: tuple[ModelHandle, ModelHandle], ctx: Context
):
    assert said(merging.merge_models(*models, 0.3, ctx)) == ("mix", {"": 0.3})
    assert said(merging.add_models(*models, ctx)) == ("add", {"": 1.0})
    assert said(merging.subtract_models(*models, 0.5, ctx)) == ("subtract", {"": 0.5})


def test_text_encoders_are_merged_by_the_classic_modes(
    clips: tuple[ClipHandle, ClipHandle], ctx: Context
):
    assert said(merging.merge_clips(*clips, 0.3, ctx)) == ("mix", {"": 0.3})
    assert said(merging.add_clips(*clips, ctx)) == ("add", {"": 1.0})
    assert said(merging.subtract_clips(*clips, 0.5, ctx)) == ("subtract", {"": 0.5})


def test_a_merge_names_both_parents(models: tuple[ModelHandle, ModelHandle], ctx: Context):
    merged = merging.merge_models(*models, 0.3, ctx)

    assert merged.weights == models[0].weights
    assert merged.patches[0].parameters["weights"] == models[1].weights


def test_thirds_have_ratios_of_their_own(models: tuple[ModelHandle, ModelHandle], ctx: Context):
    merged = merging.merge_blocks(*models, 0.1, 0.2, 0.3, ctx)

    assert said(merged) == ("mix", {"": 0.1, "input": 0.1, "middle": 0.2, "out": 0.3})


def test_blocks_have_ratios_of_their_own(models: tuple[ModelHandle, ModelHandle], ctx: Context):
    ratios = {block: number / 100 for number, block in enumerate(merging.SD1_BLOCKS)}

    merged = merging.merge_sd1_blocks(*models, ctx, **ratios)

    assert said(merged) == ("mix", {"": 0.0, **ratios})


def test_a_node_by_blocks_is_called_with_its_inputs_by_name(
    models: tuple[ModelHandle, ModelHandle], ctx: Context
):
    spec = REGISTRY["ModelMergeSD1"]
    inputs = {each.name: each.widget.default for each in spec.inputs if each.widget}

    merged = spec.function(model1=models[0], model2=models[1], ctx=ctx, **inputs)

    assert len(inputs) == 30
    assert set(said(merged)[1].values()) == {1.0}


def test_attentions_are_scaled_by_names(
    models: tuple[ModelHandle, ModelHandle], clips: tuple[ClipHandle, ClipHandle]
):
    own = merging.multiply_self_attention(models[0], q=2.0, k=1.0, v=1.0, out=1.0)
    cross = merging.multiply_cross_attention(models[0], q=1.0, k=1.0, v=1.0, out=0.5)
    text = merging.multiply_clip_attention(clips[0], q=1.0, k=3.0, v=1.0, out=1.0)

    assert own.patches[0].parameters["factors"]["attn1.to_q"] == 2.0
    assert cross.patches[0].parameters["factors"]["attn2.to_out.0"] == 0.5
    assert text.patches[0].parameters["factors"]["self_attn.k_proj"] == 3.0


def test_factors_of_one_leave_the_handle(models: tuple[ModelHandle, ModelHandle]):
    assert merging.multiply_self_attention(models[0], q=1.0, k=1.0, v=1.0, out=1.0) is models[0]
