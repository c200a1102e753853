from pathlib import Path

import pytest
import torch

from engine.diffusion.autoencoder.pixel_space import HANDLE, PixelSpace
from engine.diffusion.networks.weights import load_autoencoder, read_vae
from engine.errors import ModelError
from engine.paths import Folders
from engine.runtime import Runtime


def test_pixels_come_back():
    pixels = torch.rand(2, 5, 7, 3)

    samples = PixelSpace().encode(pixels)

    assert samples.shape == (2, 3, 5, 7)
    torch.testing.assert_close(PixelSpace().decode(samples), pixels)


def test_latents_span_minus_one_to_one():
    pixels = torch.tensor([0.0, 0.5, 1.0]).expand(1, 1, 1, 3)

    assert PixelSpace().encode(pixels).flatten().tolist() == [-1.0, 0.0, 1.0]


def test_a_latent_of_other_channels_is_refused():
    with pytest.raises(ModelError, match="3 channels, but the latent has 4"):
        PixelSpace().decode(torch.zeros(1, 4, 2, 2))


def test_the_name_needs_no_file(tmp_path: Path):
    runtime = Runtime.detect(Folders.at(tmp_path), device="cpu", precision="fp32")

    handle = read_vae("pixel_space", runtime)

    assert handle == HANDLE
    assert isinstance(load_autoencoder(handle, runtime), PixelSpace)
