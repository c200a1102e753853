"""U-Nets of full size that take more channels, against diffusers reading the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from engine.diffusion.conditioning import beside
from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.families import SD1
from engine.diffusion.model_files.checkpoint import read_contents
from engine.diffusion.networks.weights import load_model, read_diffusion_model
from engine.diffusion.unet.beside import channels_beside
from engine.runtime import Runtime
from engine.types import Cond, Conditioning
from tests.full_size import UNET, UNET_CONFIG, config_folder, sd15_shapes, swap, write

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_grad")]

NAME = "a.safetensors"
GENERATOR = torch.Generator().manual_seed(7)
X, SHOWN = (torch.randn(1, 4, 8, 8, generator=GENERATOR) for _ in range(2))
CONTEXT = torch.randn(1, 7, 768, generator=GENERATOR)
MASK = torch.zeros(1, 8, 8)
MASK[:, 2:5, 3:] = 1.0
#: of the autoencoder's latents
SCALE = 0.18215
TIME = 500
CLOSE = 1e-4


@pytest.fixture
def runtime(large_runtime: Runtime) -> Runtime:
    return large_runtime


def level() -> Tensor:
    """Return the level of the timestep, by the betas that SD 1.x was trained with."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    kept = (1 - betas).cumprod(0)[TIME]
    return ((1 - kept) / kept).sqrt().float()


def by_diffusers(path: Path, config: Path, inputs: Tensor) -> Tensor:
    """Return the latent that diffusers' network sees in X."""
    load: Any = UNet2DConditionModel.from_single_file
    unet = load(str(path), config=str(config), local_files_only=True).eval()
    return X - level() * unet(inputs, torch.tensor([TIME]), CONTEXT).sample


def ours(runtime: Runtime, cond: Cond) -> Tensor:
    denoiser = load_model(read_diffusion_model(NAME, runtime), runtime)
    channels = channels_beside(denoiser.extra_channels, X, denoiser.latent_scale, None)(cond)
    return denoiser(X, level().reshape(1), Given(CONTEXT, channels=channels))


@pytest.mark.parametrize(("channels", "what"), [(9, "inpainting"), (8, "InstructPix2Pix")])
def test_a_network_of_more_channels_answers_as_diffusers_reads_it(
    runtime: Runtime, tmp_path: Path, channels: int, what: str
):
    shapes = {**sd15_shapes(UNET), f"{UNET}input_blocks.0.0.weight": (320, channels, 3, 3)}
    path = write(tmp_path / "models" / "diffusion_models" / NAME, shapes)
    config = config_folder(
        tmp_path / "config", "UNet2DConditionModel", in_channels=channels, **UNET_CONFIG
    )
    text = Conditioning((Cond(CONTEXT),))
    (cond,) = beside(text, SHOWN, MASK if what == "inpainting" else None).entries
    shown = [MASK[None], SHOWN * SCALE] if what == "inpainting" else [SHOWN]
    scaled = X / (level() ** 2 + 1).sqrt()
    theirs = by_diffusers(path, config, torch.cat([scaled, *shown], 1))

    mine = ours(runtime, cond)

    contents = read_contents(path)
    taken = {info.key for info in SD1.network(contents, "model").tensors.values()}
    assert taken == contents.tensors.keys()
    limit = CLOSE * max(1.0, float(theirs.abs().max()))
    assert (mine - theirs).abs().max() < limit
    swap(path, *(f"{UNET}output_blocks.{number}.0.out_layers.3.weight" for number in (9, 10)))
    assert (ours(runtime, cond) - theirs).abs().max() > 10 * limit
