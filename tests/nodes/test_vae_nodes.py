from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from engine.context import Context
from engine.types import Latent, VaeHandle, Weights
from nodes import vae

VAE = VaeHandle(Weights("checkpoints", "a.safetensors", "0", "vae", "sd1"))


class PlainVae:
    """Takes means of 8 x 8 pixels for latents."""

    factor = 8

    def encode(self, pixels: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(pixels[..., :3].movedim(-1, 1), 8)

    def decode(self, samples: Tensor) -> Tensor:
        return samples.movedim(1, -1)


@pytest.fixture(autouse=True)
def plain_vae(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every handle stand for the plain autoencoder."""
    loader = SimpleNamespace(load_autoencoder=lambda handle, runtime: PlainVae())
    monkeypatch.setattr(vae, "weights", loader)


def test_decode_gives_pictures(context: Callable[..., Context]):
    decoded = vae.decode(Latent(torch.full((2, 3, 4, 5), 0.5)), VAE, context())

    assert torch.equal(decoded, torch.full((2, 4, 5, 3), 0.5))


def test_encode_gives_a_latent_without_a_mask(context: Callable[..., Context]):
    encoded = vae.encode(torch.full((1, 16, 8, 3), 0.25), VAE, context())

    assert encoded.samples.shape == (1, 3, 2, 1)
    assert encoded.noise_mask is None


def test_encode_for_inpaint_hides_the_hole_and_masks_it(context: Callable[..., Context]):
    mask = torch.zeros(1, 8, 16)
    mask[..., 8:] = 1

    encoded = vae.encode_for_inpaint(torch.ones(1, 8, 16, 3), VAE, mask, 0, context())

    assert encoded.samples[0, 0, 0].tolist() == [1.0, 0.5]
    assert encoded.noise_mask is not None
    assert torch.equal(encoded.noise_mask, mask)


def test_encode_for_inpaint_grows_only_the_noise_mask(context: Callable[..., Context]):
    mask = torch.zeros(1, 8, 16)
    mask[..., 8:] = 1

    encoded = vae.encode_for_inpaint(torch.ones(1, 8, 16, 3), VAE, mask, 6, context())

    assert encoded.samples[0, 0, 0].tolist() == [1.0, 0.5]
    assert encoded.noise_mask is not None
    assert encoded.noise_mask[0, 0].tolist() == [0.0] * 6 + [1.0] * 10
