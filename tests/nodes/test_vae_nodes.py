from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from engine.context import Context
from engine.events import Event, Progress
from engine.registry import Registry
from engine.types import Latent, VaeHandle, Weights
from nodes import vae

OnTile = Callable[[int, int], None]
VAE = VaeHandle(Weights("checkpoints", "a.safetensors", "0", "vae", "sd1"))


class PlainVae:
    """Takes means of 8 x 8 pixels for latents."""

    factor = 8

    def encode(self, pixels: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(pixels[..., :3].movedim(-1, 1), 8)

    def decode(self, samples: Tensor) -> Tensor:
        return samples.movedim(1, -1)

    def encode_tiled(self, pixels: Tensor, tile: int, overlap: int, on_tile: OnTile) -> Tensor:
        on_tile(tile, overlap)
        return self.encode(pixels)

    def decode_tiled(self, samples: Tensor, tile: int, overlap: int, on_tile: OnTile) -> Tensor:
        on_tile(tile, overlap)
        return self.decode(samples)


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

    assert torch.equal(encoded.samples, torch.full((1, 3, 2, 1), 0.25))
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


def test_tiles_have_the_size_that_was_asked_for_and_tell_how_far_they_are(
    context: Callable[..., Context],
):
    told: list[Event] = []
    ctx = context(emit=told.append)

    pictures = vae.decode_tiled(Latent(torch.full((1, 3, 4, 5), 0.5)), VAE, 256, 32, 64, 8, ctx)
    latent = vae.encode_tiled(torch.full((1, 16, 8, 3), 0.25), VAE, 512, 64, 64, 8, ctx)

    assert torch.equal(pictures, torch.full((1, 4, 5, 3), 0.5))
    assert torch.equal(latent.samples, torch.full((1, 3, 2, 1), 0.25))
    assert told == [Progress("1", 256, 32), Progress("1", 512, 64)]


@pytest.mark.parametrize("node_type", ["VAEDecodeTiled", "VAEEncodeTiled"])
def test_an_overlap_larger_than_the_tile_is_found_before_the_run(node_type: str):
    check = Registry.of_packages("nodes")[node_type].validate

    assert check is not None
    assert check(tile_size=64, overlap=96).startswith("Tiles of 64 cannot overlap by 96.")
    assert check(tile_size=512, overlap=64) is True
