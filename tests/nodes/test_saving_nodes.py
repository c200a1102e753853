"""Nodes that save models: the files load again, to the same networks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.context import Cancellation, Context, JobContext
from engine.diffusion.autoencoder import pixel_space
from engine.diffusion.networks.weights import (
    load_model,
    load_text_encoder,
    load_vae,
    read_checkpoint,
    read_diffusion_model,
    read_text_encoder,
    read_vae,
)
from engine.diffusion.patches.patching import merged, with_compute_dtype, with_lora
from engine.errors import ModelError, PathError
from engine.runtime import Runtime
from engine.types import ClipHandle, ModelHandle, VaeHandle
from nodes import saving
from tests.diffusion.lora_files import Array, adapted_modules, make, noise
from tests.tiny_models import (
    TinyModel,
    checkpoint_path,
    config_text,
    cpu_runtime,
    original_state,
    tiny_model,
)

NAME = "a.safetensors"
Handles = tuple[ModelHandle, ClipHandle, VaeHandle]


@pytest.fixture(scope="module")
def model() -> TinyModel:
    return tiny_model()


@pytest.fixture
def base(tmp_path: Path, model: TinyModel) -> Path:
    state = original_state(model)
    config = config_text(unet={"attention_head_dim": 4}, scheduler={"prediction_type": "v"})
    save_file(state, checkpoint_path(tmp_path, NAME), {"config": config})
    other = {n: t * 1.5 if t.is_floating_point() else t for n, t in state.items()}
    save_file(other, checkpoint_path(tmp_path, "b.safetensors"), {"config": config})
    for kind in ("loras", "vae", "text_encoders", "diffusion_models"):
        (tmp_path / "models" / kind).mkdir()
    tensors, _ = make(model.unet, lambda n: f"unet.{n}", "kohya", adapted_modules(model.unet)[:5])
    save_file(tensors, tmp_path / "models" / "loras" / "x.safetensors")
    return tmp_path


@pytest.fixture
def runtime(base: Path) -> Runtime:
    return cpu_runtime(base)


@pytest.fixture
def handles(runtime: Runtime) -> Handles:
    return read_checkpoint("checkpoints", NAME, runtime)


@pytest.fixture
def ctx(runtime: Runtime) -> Context:
    return context(runtime)


def context(runtime: Runtime) -> Context:
    prompt = {"1": {"class_type": "KSampler", "inputs": {"seed": 7}}}
    job = JobContext(
        runtime.folders, lambda: runtime, Cancellation(), lambda event: None, prompt=prompt
    )
    return Context(job, "1")


def moved(runtime: Runtime, written: str, kind: str) -> str:
    """Move the only file of a kind of output among the models; return its name there."""
    (path,) = (runtime.folders.output / written).iterdir()
    shutil.move(path, runtime.folders.base / "models" / kind / path.name)
    return path.name


def weights_of(network: nn.Module) -> dict[str, Tensor]:
    return dict(network.named_parameters())


def are_equal(mine: nn.Module, theirs: nn.Module) -> bool:
    other = weights_of(theirs)
    mine_too = weights_of(mine)
    return mine_too.keys() == other.keys() and all(
        torch.equal(tensor, other[name]) for name, tensor in mine_too.items()
    )


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_saved_checkpoint_loads_again_with_its_patches(base: Path, dtype: str):
    runtime = cpu_runtime(base, dtype)
    first, clip, vae = read_checkpoint("checkpoints", NAME, runtime)
    second = read_checkpoint("checkpoints", "b.safetensors", runtime)[0]
    changed = with_lora(
        merged(first, second, "mix", {"": 0.3}, runtime), "x.safetensors", 0.7, runtime
    )
    saving.save_checkpoint(changed, clip, vae, "checkpoints/mine", context(runtime))

    name = moved(runtime, "checkpoints", "checkpoints")

    assert name == "mine_00001_.safetensors"
    again, clip_again, vae_again = read_checkpoint("checkpoints", name, runtime)
    assert are_equal(load_model(again, runtime).unet, load_model(changed, runtime).unet)
    assert are_equal(load_text_encoder(clip_again, runtime), load_text_encoder(clip, runtime))
    assert are_equal(load_vae(vae_again, runtime).module, load_vae(vae, runtime).module)


def test_a_model_is_saved_in_the_number_format_it_computes_in(base: Path):
    runtime = cpu_runtime(base, "bfloat16")
    plain = read_checkpoint("checkpoints", NAME, runtime)[0]
    exact = with_compute_dtype(plain, "fp32")
    saving.save_model(exact, "diffusion_models/m", context(runtime))

    again = read_diffusion_model(moved(runtime, "diffusion_models", "diffusion_models"), runtime)

    same = with_compute_dtype(again, "fp32")
    assert are_equal(load_model(same, runtime).unet, load_model(exact, runtime).unet)


def test_a_saved_checkpoint_answers_as_before(runtime: Runtime, handles: Handles, ctx: Context):
    saving.save_checkpoint(*handles, "checkpoints/mine", ctx)
    again = read_checkpoint("checkpoints", moved(runtime, "checkpoints", "checkpoints"), runtime)

    x, sigma = noise("x", 2, 4, 8, 8), torch.tensor([0.5, 9.0])
    given = {"encoder_hidden_states": noise("context", 2, 77, 64)}

    first, second = (load_model(each[0], runtime) for each in (handles, again))
    assert torch.equal(first.unet(x, sigma, **given).sample, second.unet(x, sigma, **given).sample)
    assert first.parameterisation == second.parameterisation
    assert second.unet.config["attention_head_dim"] == 4


def test_a_saved_checkpoint_has_the_names_and_shapes_of_the_original_layout(
    runtime: Runtime, handles: Handles, model: TinyModel, ctx: Context
):
    saving.save_checkpoint(*handles, "checkpoints/mine", ctx)
    (path,) = (runtime.folders.output / "checkpoints").iterdir()

    shapes = {name: tensor.shape for name, tensor in load_file(path).items()}

    left_out = ("position_ids", "decay", "alphas_cumprod")
    wanted = original_state(model)
    expected = {n: t.shape for n, t in wanted.items() if not n.endswith(left_out)}
    assert shapes == expected | {"v_pred": torch.Size([0])}


def test_a_saved_checkpoint_holds_the_workflow(runtime: Runtime, handles: Handles, ctx: Context):
    saving.save_checkpoint(*handles, "checkpoints/mine", ctx)
    (path,) = (runtime.folders.output / "checkpoints").iterdir()

    with safe_open(path, "pt") as file:
        texts = file.metadata()

    assert json.loads(texts["prompt"])["1"]["inputs"] == {"seed": 7}
    assert texts["modelspec.predict_key"] == "v"


def test_parts_that_are_saved_alone_load_alone(runtime: Runtime, handles: Handles, ctx: Context):
    model, clip, vae = handles
    saving.save_model(model, "diffusion_models/m", ctx)
    saving.save_clip(clip, "clip/c", ctx)
    saving.save_vae(vae, "vae/v", ctx)

    unet = read_diffusion_model(moved(runtime, "diffusion_models", "diffusion_models"), runtime)
    encoder = read_text_encoder(moved(runtime, "clip", "text_encoders"), runtime)
    autoencoder = read_vae(moved(runtime, "vae", "vae"), runtime)

    assert are_equal(load_model(unet, runtime).unet, load_model(model, runtime).unet)
    assert are_equal(load_text_encoder(encoder, runtime), load_text_encoder(clip, runtime))
    assert are_equal(load_vae(autoencoder, runtime).module, load_vae(vae, runtime).module)
    assert encoder.weights.name == "c_clip_l_00001_.safetensors"


def test_pixel_space_can_not_be_saved(ctx: Context):
    with pytest.raises(ModelError, match="Pixel space has no weights"):
        saving.save_vae(pixel_space.HANDLE, "vae/v", ctx)


def test_a_prefix_does_not_lead_out_of_the_output_folder(handles: Handles, ctx: Context):
    with pytest.raises(PathError, match="leads out"):
        saving.save_vae(handles[2], "../../evil", ctx)


def difference_of(base: Path, runtime: Runtime, model: TinyModel) -> ModelHandle:
    """Return what a model of rank 3 everywhere has more than another."""
    modules = adapted_modules(model.unet)
    tensors, _ = make(model.unet, lambda n: f"unet.{n}", "PEFT", modules)
    save_file(tensors, base / "models" / "loras" / "y.safetensors")
    plain = read_checkpoint("checkpoints", NAME, runtime)[0]
    return merged(
        with_lora(plain, "y.safetensors", 1.0, runtime), plain, "subtract", {"": 1.0}, runtime
    )


def test_a_whole_difference_that_is_saved_gives_the_model_back(
    base: Path, runtime: Runtime, model: TinyModel, ctx: Context
):
    saving.save_lora("loras/d", 8, "full_diff", True, ctx, difference_of(base, runtime, model))
    name = moved(runtime, "loras", "loras")
    plain = read_checkpoint("checkpoints", NAME, runtime)[0]

    again = load_model(with_lora(plain, name, 1.0, runtime), runtime).unet

    target = load_model(with_lora(plain, "y.safetensors", 1.0, runtime), runtime).unet
    for mine, theirs in zip(again.parameters(), target.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=2e-3)  # float16


def test_an_extracted_lora_holds_the_largest_singular_values_without_outliers(
    base: Path, runtime: Runtime, model: TinyModel, ctx: Context
):
    difference = difference_of(base, runtime, model)
    saving.save_lora("loras/d", 2, "standard", False, ctx, difference)
    (path,) = (runtime.folders.output / "loras").iterdir()
    stored = load_file(path)

    assert not [name for name in stored if name.endswith((".diff", ".diff_b"))]
    for mine, old in CHANGED.items():
        up, down = (stored[f"{old}.lora_{side}.weight"] for side in ("up", "down"))
        with_it = load_model(read_lora_model(runtime), runtime).unet.get_parameter(mine)
        without = model.unet.get_parameter(mine)
        u, s, v = np.linalg.svd((with_it - without).detach().double().flatten(1).numpy())
        product = (up.flatten(1).double() @ down.flatten(1).double()).numpy()
        nearest = min(
            float(np.abs(product - clamped(u[:, :2] * s[:2] * signs, v[:2].T * signs)).max())
            for signs in ((1, 1), (1, -1), (-1, 1), (-1, -1))  # a decomposition leaves them open
        )
        assert nearest < 2e-3  # float16


def clamped(first: Array, second: Array) -> Array:
    """Return the product of factors (out, r) and (in, r) without their largest numbers."""
    most = np.quantile(np.concatenate([first.ravel(), second.ravel()]), 0.99)
    return np.clip(first, -most, most) @ np.clip(second, -most, most).T


#: a matrix and a convolution, as the file names them
CHANGED = {
    "mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight": (
        "diffusion_model.middle_block.1.transformer_blocks.0.attn1.to_q"
    ),
    "mid_block.resnets.0.conv1.weight": "diffusion_model.middle_block.0.in_layers.2",
}


def read_lora_model(runtime: Runtime) -> ModelHandle:
    plain = read_checkpoint("checkpoints", NAME, runtime)[0]
    return with_lora(plain, "y.safetensors", 1.0, runtime)


def test_a_lora_of_nothing_writes_nothing(runtime: Runtime, ctx: Context):
    saving.save_lora("loras/d", 8, "standard", True, ctx)

    assert not (runtime.folders.output / "loras").exists()
