import torch

from engine.types import Latent
from nodes import latent


def test_empty_latent_has_a_cell_for_eight_pixels():
    assert latent.empty_latent(64, 32, 2).samples.shape == (2, 4, 4, 8)


def test_upscale_latent_takes_pixels():
    grown = latent.upscale_latent(Latent(torch.zeros(1, 4, 8, 8)), "bislerp", 128, 64, "disabled")

    assert grown.samples.shape == (1, 4, 8, 16)


def test_upscale_latent_by_takes_a_factor():
    grown = latent.upscale_latent_by(Latent(torch.zeros(1, 4, 8, 8)), "area", 1.5)

    assert grown.samples.shape == (1, 4, 12, 12)


def test_latent_from_batch_keeps_the_place():
    part = latent.latent_from_batch(Latent(torch.zeros(4, 4, 1, 1)), 2, 1)

    assert part.batch_index == (2,)


def test_repeat_latent_batch_multiplies_the_batch():
    assert latent.repeat_latent_batch(Latent(torch.zeros(2, 4, 1, 1)), 3).samples.shape[0] == 6


def test_set_latent_noise_mask_leaves_the_samples():
    given = Latent(torch.zeros(1, 4, 2, 2))
    mask = torch.ones(1, 16, 16)

    masked = latent.set_latent_noise_mask(given, mask)

    assert masked.samples is given.samples
    assert masked.noise_mask is mask
