from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.networks.weights import (
    load_model,
    load_preview_map,
    load_text_encoder,
    load_vae,
    read_checkpoint,
    read_vae,
)
from engine.errors import ModelError, OutOfMemory, PathError
from engine.runtime import Runtime
from tests.tiny_models import (
    TinyModel,
    checkpoint_path,
    config_text,
    cpu_runtime,
    original_state,
    write_ckpt,
    write_folder,
    write_old_folder,
    write_single_file,
)

ROOT = Path(__file__).parents[2]
X = torch.linspace(-2, 2, 2 * 4 * 8 * 8).reshape(2, 4, 8, 8)
SIGMA = torch.tensor([0.5, 9.0])
TOKENS = torch.tensor([[998, 5, 17, 999]])
PIXELS = torch.linspace(0, 1, 16 * 16 * 3).reshape(1, 16, 16, 3)

Write = Callable[[TinyModel, Path], Path]


def write_legacy_ckpt(model: TinyModel, path: Path) -> Path:
    return write_ckpt(model, path, zipped=False)


LAYOUTS: dict[str, Write] = {
    "folder": write_folder,
    "old_folder": write_old_folder,
    "single.safetensors": write_single_file,
    "single.ckpt": write_ckpt,
    "legacy.ckpt": write_legacy_ckpt,
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, model: TinyModel) -> Path:
    base = tmp_path_factory.mktemp("installation")
    for name, write in LAYOUTS.items():
        write(model, checkpoint_path(base, name))
    return base


@torch.no_grad()
def answers(runtime: Runtime, name: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return what text encoder, U-Net and both halves of the autoencoder answer."""
    handle, clip, vae_handle = read_checkpoint("checkpoints", name, runtime)
    encoder, vae = load_text_encoder(clip, runtime), load_vae(vae_handle, runtime)
    encoding = encoder(TOKENS).last_hidden_state
    denoised = load_model(handle, runtime)(X, SIGMA, Given(encoding.repeat(2, 1, 1)))
    return encoding, denoised, vae.encode(PIXELS), vae.decode(X)


def nearest_timesteps(sigma: Tensor) -> Tensor:
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    kept = (1 - betas).cumprod(0)
    table = ((1 - kept) / kept).sqrt().log()
    return (table[:, None] - sigma.log()).abs().argmin(0)


@pytest.fixture(scope="module")
@torch.no_grad()
def expected(model: TinyModel) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    encoding = model.text_encoder(TOKENS).last_hidden_state
    scaled = X / (SIGMA**2 + 1).sqrt().view(-1, 1, 1, 1)
    eps = model.unet(scaled, nearest_timesteps(SIGMA), encoding.repeat(2, 1, 1)).sample
    vae: Any = model.vae  # its answers are typed as tuples
    latent = vae.encode(PIXELS.movedim(-1, 1) * 2 - 1).latent_dist.mean
    decoded = torch.cat([vae.decode(x[None]).sample for x in X])
    pixels = (decoded.movedim(1, -1) / 2 + 0.5).clamp(0, 1)
    return encoding, X - SIGMA.view(-1, 1, 1, 1) * eps, latent, pixels


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_checkpoint_of_any_layout_answers_as_the_networks_it_was_written_from(
    base: Path, expected: tuple[Tensor, ...], name: str
):
    got = answers(cpu_runtime(base), name)

    for mine, theirs in zip(got, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "folder"])
def test_every_layout_answers_the_same_bit_for_bit(base: Path, name: str):
    first = answers(cpu_runtime(base), "folder")

    got = answers(cpu_runtime(base), name)

    assert all(torch.equal(mine, theirs) for mine, theirs in zip(got, first, strict=True))


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_a_network_is_given_the_dtype_of_the_policy_and_nothing_stays_on_meta(
    base: Path, dtype: str
):
    runtime = cpu_runtime(base, dtype)
    handle, clip, vae = read_checkpoint("checkpoints", "single.safetensors", runtime)

    modules = [
        load_model(handle, runtime).unet,
        load_text_encoder(clip, runtime),
        load_vae(vae, runtime).module,
    ]

    for module in modules:
        assert {p.dtype for p in module.parameters()} == {getattr(torch, dtype)}
        assert not any(t.is_meta for t in (*module.parameters(), *module.buffers()))
        assert not any(p.requires_grad for p in module.parameters())
        assert not module.training


def test_the_position_ids_of_the_text_encoder_count_upward(base: Path):
    runtime = cpu_runtime(base)
    clip = read_checkpoint("checkpoints", "folder", runtime)[1]

    buffers = dict(load_text_encoder(clip, runtime).named_buffers())

    assert buffers["embeddings.position_ids"].tolist() == [list(range(77))]


def test_a_network_is_loaded_once(base: Path):
    runtime = cpu_runtime(base)
    handle = read_checkpoint("checkpoints", "folder", runtime)[0]

    first, second = load_model(handle, runtime), load_model(handle, runtime)

    assert first is second
    assert parts(runtime) == ["model"]


def parts(runtime: Runtime) -> list[str]:
    keys = (cast("tuple[str, ...]", entry.key) for entry in runtime.memory.resident())
    return [key[1] for key in keys]


def test_room_is_made_before_a_network_is_loaded(base: Path, model: TinyModel):
    size = sum(p.numel() * 4 for p in model.unet.parameters())
    runtime = cpu_runtime(base, budget_bytes=size)
    handle, _, vae = read_checkpoint("checkpoints", "folder", runtime)
    load_vae(vae, runtime)

    load_model(handle, runtime)

    assert parts(runtime) == ["model"]


def test_a_network_larger_than_the_memory_is_refused_before_it_is_read(base: Path):
    runtime = cpu_runtime(base)
    small = replace(runtime, devices=replace(runtime.devices, memory_bytes=10**6))
    handle = read_checkpoint("checkpoints", "folder", runtime)[0]

    with pytest.raises(OutOfMemory, match=r"takes 0\.0 GB in float32, but cpu has 0\.0 GB"):
        load_model(handle, small)


def test_reading_a_checkpoint_loads_nothing(base: Path):
    runtime = cpu_runtime(base)

    handle, clip, vae = read_checkpoint("checkpoints", "single.ckpt", runtime)

    assert runtime.memory.resident() == []
    assert [h.weights.part for h in (handle, clip, vae)] == ["model", "text_encoder", "vae"]
    assert handle.weights.family == "sd1"


def test_heads_from_a_config_inside_the_file_change_the_answer(
    base: Path, model: TinyModel, tmp_path: Path
):
    text = config_text(unet={"attention_head_dim": 4})
    write_single_file(model, checkpoint_path(tmp_path, "x.safetensors"), {"config": text})

    with_four = answers(cpu_runtime(tmp_path), "x.safetensors")[1]

    assert not torch.equal(with_four, answers(cpu_runtime(base), "folder")[1])


def broken(
    tmp_path: Path, model: TinyModel, change: Callable[[dict[str, Tensor]], None]
) -> Runtime:
    state = original_state(model)
    change(state)
    save_file(state, checkpoint_path(tmp_path, "x.safetensors"))
    return cpu_runtime(tmp_path)


def test_missing_tensors_are_counted_and_named(tmp_path: Path, model: TinyModel):
    def change(state: dict[str, Tensor]) -> None:
        for name in [name for name in state if ".middle_block.1.norm" in name]:
            del state[name]

    runtime = broken(tmp_path, model, change)
    handle = read_checkpoint("checkpoints", "x.safetensors", runtime)[0]

    with pytest.raises(ModelError, match=r'2 tensors are missing \("mid_block.attentions.0.norm'):
        load_model(handle, runtime)


def test_tensors_without_a_place_are_named(tmp_path: Path, model: TinyModel):
    def change(state: dict[str, Tensor]) -> None:
        state["model.diffusion_model.hint.weight"] = torch.zeros(2)

    runtime = broken(tmp_path, model, change)
    handle = read_checkpoint("checkpoints", "x.safetensors", runtime)[0]

    with pytest.raises(ModelError, match=r'1 have no place in it \("model.diffusion_model.hint'):
        load_model(handle, runtime)


def test_swapped_tensors_are_named_with_both_shapes(tmp_path: Path, model: TinyModel):
    one, other = (f"model.diffusion_model.{name}.bias" for name in ("out.0", "time_embed.0"))

    def change(state: dict[str, Tensor]) -> None:
        state[one], state[other] = state[other], state[one]

    runtime = broken(tmp_path, model, change)
    handle = read_checkpoint("checkpoints", "x.safetensors", runtime)[0]

    with pytest.raises(ModelError, match=r"2 have another shape \(.*\[128\] for \[32\]"):
        load_model(handle, runtime)


def test_a_config_that_cannot_be_built_names_its_source(tmp_path: Path, model: TinyModel):
    text = config_text(vae={"norm_num_groups": 7})
    write_single_file(model, checkpoint_path(tmp_path, "x.safetensors"), {"config": text})
    runtime = cpu_runtime(tmp_path)
    vae = read_checkpoint("checkpoints", "x.safetensors", runtime)[2]

    with pytest.raises(ModelError, match=r"cannot be built: .* and from .*the metadata inside"):
        load_vae(vae, runtime)


def without_vae(state: dict[str, Tensor]) -> None:
    for name in [name for name in state if name.startswith("first_stage_model.")]:
        del state[name]


def test_a_checkpoint_without_a_vae_is_refused_only_when_the_vae_is_used(
    tmp_path: Path, model: TinyModel
):
    runtime = broken(tmp_path, model, without_vae)
    handle, _, vae = read_checkpoint("checkpoints", "x.safetensors", runtime)
    load_model(handle, runtime)

    with pytest.raises(ModelError, match=r'"x.safetensors" holds no autoencoder'):
        load_vae(vae, runtime)


def test_a_model_without_a_vae_has_no_preview(tmp_path: Path, model: TinyModel):
    runtime = broken(tmp_path, model, without_vae)
    handle = read_checkpoint("checkpoints", "x.safetensors", runtime)[0]

    assert load_preview_map(handle, runtime) is None


@pytest.mark.parametrize("prefix", ["", "first_stage_model."])
def test_an_autoencoder_alone_is_read_from_the_vae_folder(
    tmp_path: Path, base: Path, model: TinyModel, prefix: str
):
    start = "first_stage_model."
    state = {
        prefix + name.removeprefix(start): tensor
        for name, tensor in original_state(model).items()
        if name.startswith(start)
    }
    (tmp_path / "models" / "vae").mkdir(parents=True)
    save_file(state, tmp_path / "models" / "vae" / "x.safetensors")
    runtime = cpu_runtime(tmp_path)

    latent = load_vae(read_vae("x.safetensors", runtime), runtime).encode(PIXELS)

    assert torch.equal(latent, answers(cpu_runtime(base), "folder")[2])


def test_a_file_without_an_autoencoder_is_refused_as_a_vae(tmp_path: Path):
    (tmp_path / "models" / "vae").mkdir(parents=True)
    lora = {"lora_unet.lora_down.weight": torch.zeros(1)}
    save_file(lora, tmp_path / "models" / "vae" / "x.safetensors")

    with pytest.raises(ModelError, match="holds no autoencoder: it looks like a LoRA"):
        read_vae("x.safetensors", cpu_runtime(tmp_path))


def test_a_checkpoint_that_is_not_there_is_a_path_error(base: Path):
    with pytest.raises(PathError, match=r'no "absent.safetensors" among the checkpoints'):
        read_checkpoint("checkpoints", "absent.safetensors", cpu_runtime(base))


def test_the_model_that_ships_loads_from_its_folder():
    runtime = cpu_runtime(ROOT)

    handle, clip, vae = read_checkpoint("checkpoints", "emoji-mini", runtime)
    denoiser = load_model(handle, runtime)

    assert denoiser.unet.config["attention_head_dim"] == 4
    assert denoiser.parameterisation.sigma_max == pytest.approx(14.6146, rel=1e-4)
    assert load_text_encoder(clip, runtime).config.num_attention_heads == 4
    assert load_vae(vae, runtime).module.config["norm_num_groups"] == 8
