"""The autoencoder of SD 1.5 at full size, in tiles, against diffusers reading the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from engine.diffusion.autoencoder import vae_tiles
from engine.diffusion.networks.weights import load_vae, read_vae
from engine.runtime import Runtime
from tests.full_size import VAE, VAE_CONFIG, config_folder, sd15_shapes, swap, write

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_grad")]

NAME = "vae.safetensors"
GENERATOR = torch.Generator().manual_seed(8)
SAMPLES = torch.randn(1, 4, 24, 20, generator=GENERATOR)
#: Smooth, as statistics for tiles are taken of a smaller one: white noise is off by 5 %.
PIXELS = functional.interpolate(
    torch.rand(1, 3, 6, 5, generator=GENERATOR), (192, 160), mode="bilinear"
).movedim(1, -1)
#: Pixels a side of a tile, and how far two of them overlap.
TILE, OVERLAP = 128, 32
LEAST_COST = vae_tiles.LEAST_COST


@pytest.fixture(autouse=True)
def small_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small pictures be worth a cut."""
    monkeypatch.setattr(vae_tiles, "LEAST_COST", 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "models" / "vae" / NAME, sd15_shapes(VAE))


@pytest.fixture
def theirs(path: Path, tmp_path: Path) -> Any:
    config = config_folder(tmp_path / "config", "AutoencoderKL", **VAE_CONFIG)
    load: Any = AutoencoderKL.from_single_file
    return load(str(path), config=str(config), local_files_only=True).eval()


def test_decoding_whole_and_in_tiles_is_as_diffusers_decodes_the_whole(
    runtime: Runtime, theirs: Any, path: Path
):
    vae = load_vae(read_vae(NAME, runtime), runtime)
    expected = (theirs.decode(SAMPLES).sample.movedim(1, -1) / 2 + 0.5).clamp(0, 1)

    whole, tiled = vae.decode(SAMPLES), vae.decode_tiled(SAMPLES, TILE, OVERLAP)

    torch.testing.assert_close(whole, expected, rtol=0, atol=1e-4)
    assert not torch.equal(tiled, whole)
    assert (tiled - expected).abs().mean() < 2 / 255
    swap(path, *(f"{VAE}decoder.up.3.block.{number}.conv1.weight" for number in (0, 1)))
    swapped = load_vae(read_vae(NAME, runtime), runtime).decode(SAMPLES)
    assert (swapped - expected).abs().mean() > 2 / 255


def test_a_smooth_latent_much_larger_than_a_tile_is_decoded_nearly_as_the_whole(
    runtime: Runtime, path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(vae_tiles, "LEAST_COST", LEAST_COST)
    vae = load_vae(read_vae(NAME, runtime), runtime)
    down, right = torch.linspace(-4, 4, 57)[:, None], torch.linspace(-4, 4, 40)
    planes = (down.expand(57, 40), right.expand(57, 40), (down + right) / 2, (down - right) / 2)
    smooth = torch.stack(planes)[None]

    whole, tiled = vae.decode(smooth), vae.decode_tiled(smooth, TILE, OVERLAP)

    assert not torch.equal(tiled, whole)
    assert (tiled - whole).abs().mean() < 2 / 255


def test_encoding_whole_and_in_tiles_is_as_diffusers_encodes_the_whole(
    runtime: Runtime, theirs: Any, path: Path
):
    vae = load_vae(read_vae(NAME, runtime), runtime)
    expected = theirs.encode(PIXELS.movedim(-1, 1) * 2 - 1).latent_dist.mean

    whole, tiled = vae.encode(PIXELS), vae.encode_tiled(PIXELS, TILE, OVERLAP)

    torch.testing.assert_close(whole, expected, rtol=0, atol=1e-4)
    assert not torch.equal(tiled, whole)
    assert (tiled - expected).abs().mean() < 0.02 * expected.std()
    swap(path, *(f"{VAE}encoder.down.0.block.{number}.conv1.weight" for number in (0, 1)))
    swapped = load_vae(read_vae(NAME, runtime), runtime).encode(PIXELS)
    assert (swapped - expected).abs().mean() > 0.02 * expected.std()
