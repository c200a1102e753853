from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import avg_pool2d

from engine.diffusion.autoencoder.vae import Vae
from engine.diffusion.networks.weights import load_preview_map, load_vae, read_checkpoint
from engine.errors import ModelError
from tests.tiny_models import cpu_runtime, tiny_model

ROOT = Path(__file__).parents[2]
EMOJI = ROOT / "models" / "checkpoints" / "emoji-mini"

pytestmark = pytest.mark.usefixtures("no_grad")


@pytest.fixture(scope="module")
def vae() -> Vae:
    return Vae(tiny_model().vae.requires_grad_(False), 0.2)


@pytest.fixture(scope="module")
def emoji_vae() -> Vae:
    runtime = cpu_runtime(ROOT)
    return load_vae(read_checkpoint("checkpoints", "emoji-mini", runtime)[2], runtime)


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    """Four pictures (4, 128, 128, 3) that the built-in model drew."""
    with Image.open(EMOJI / "sheet.png") as sheet:
        pixels = torch.from_numpy(np.asarray(sheet.convert("RGB"), dtype=np.float32) / 255)
    return torch.stack([pixels[:128, 130 * k : 130 * k + 128] for k in range(4)])


def test_encoding_is_repeatable_and_gives_the_mean(vae: Vae):
    pixels = torch.rand(1, 16, 24, 3)

    latent = vae.encode(pixels)

    assert latent.shape == (1, 4, 2, 3)
    assert latent.dtype == torch.float32
    assert torch.equal(latent, vae.encode(pixels))


def test_a_size_that_is_no_multiple_of_a_cell_is_cropped_in_the_middle(vae: Vae):
    pixels = torch.rand(1, 21, 30, 3)

    assert torch.equal(vae.encode(pixels), vae.encode(pixels[:, 2:18, 3:27]))


def test_transparency_is_left_out(vae: Vae):
    pixels = torch.rand(1, 16, 16, 4)

    assert torch.equal(vae.encode(pixels), vae.encode(pixels[..., :3]))


def test_a_picture_smaller_than_a_cell_is_refused(vae: Vae):
    with pytest.raises(ModelError, match="7 × 16 pixels is smaller than one latent cell of 8 × 8"):
        vae.encode(torch.rand(1, 16, 7, 3))


def test_decoding_gives_pixels_in_range(emoji_vae: Vae):
    pixels = emoji_vae.decode(torch.randn(2, 4, 2, 3) * 50)

    assert pixels.shape == (2, 16, 24, 3)
    assert (pixels.min(), pixels.max()) == (0, 1)


def test_a_picture_does_not_depend_on_the_others_of_its_batch(vae: Vae):
    samples = torch.randn(3, 4, 2, 2)

    assert torch.equal(vae.decode(samples)[1:2], vae.decode(samples[1:2]))


def test_a_latent_of_another_family_is_refused(vae: Vae):
    with pytest.raises(ModelError, match="latents of 4 channels, but the latent has 16"):
        vae.decode(torch.zeros(1, 16, 2, 2))


def test_the_built_in_autoencoder_gives_pictures_back(emoji_vae: Vae, pictures: torch.Tensor):
    back = emoji_vae.decode(emoji_vae.encode(pictures))

    assert (back - pictures).abs().mean() < 0.03


def test_previews_resemble_what_is_decoded(emoji_vae: Vae, pictures: torch.Tensor):
    latents = emoji_vae.encode(pictures)
    small = avg_pool2d(emoji_vae.decode(latents).movedim(-1, 1), 8).movedim(1, -1)

    preview = emoji_vae.preview_map(latents * emoji_vae.scale)

    assert preview.shape == (4, 16, 16, 3)
    assert (preview - small).abs().mean() < 0.1
    assert torch.corrcoef(torch.stack([preview.flatten(), small.flatten()]))[0, 1] > 0.8


def test_the_preview_map_of_a_model_is_that_of_its_own_vae_and_fitted_once():
    runtime = cpu_runtime(ROOT)
    handle, _, vae = read_checkpoint("checkpoints", "emoji-mini", runtime)

    preview = load_preview_map(handle, runtime)

    assert preview is not None
    assert preview is load_preview_map(handle, runtime)
    # fitted anew, on which other threads may add up in another order
    assert torch.allclose(preview.weight, load_vae(vae, runtime).preview_map.weight, atol=1e-6)


def test_fitting_previews_leaves_the_global_random_state_alone(vae: Vae):
    before = torch.get_rng_state()

    Vae(vae.module, vae.scale).preview_map  # noqa: B018 fitted when asked for

    assert torch.equal(torch.get_rng_state(), before)
