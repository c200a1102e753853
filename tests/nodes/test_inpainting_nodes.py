from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from engine.context import Context
from engine.types import Cond, Conditioning, VaeHandle, Weights
from nodes import inpainting

VAE = VaeHandle(Weights("checkpoints", "a.safetensors", "0", "vae", "sd1"))
TEXT = Conditioning((Cond(torch.zeros(1, 2, 3), extra={"kept": 1}), Cond(torch.ones(1, 2, 3))))
PIXELS = torch.ones(1, 8, 16, 3)
MASK = torch.zeros(1, 8, 16)
MASK[..., 8:] = 0.75


class PlainVae:
    """Takes means of 8 x 8 pixels for latents."""

    factor = 8

    def encode(self, pixels: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(pixels[..., :3].movedim(-1, 1), 8)


@pytest.fixture(autouse=True)
def plain_vae(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every handle stand for the plain autoencoder."""
    loader = SimpleNamespace(load_autoencoder=lambda handle, runtime: PlainVae())
    monkeypatch.setattr(inpainting, "weights", loader)


def test_model_is_shown_the_picture_with_a_grey_hole(context: Callable[..., Context]):
    made = inpainting.inpaint_model_conditioning(TEXT, TEXT, VAE, PIXELS, MASK, True, context())

    for side in (made.positive, made.negative):
        for entry in side.entries:
            assert entry.extra["concat_latent_image"][0, 0, 0].tolist() == [1.0, 0.5]
            assert torch.equal(entry.extra["concat_mask"], MASK)
    assert made.positive.entries[0].extra["kept"] == 1


def test_sampling_begins_from_the_whole_picture(context: Callable[..., Context]):
    made = inpainting.inpaint_model_conditioning(TEXT, TEXT, VAE, PIXELS, MASK, True, context())

    assert made.latent.samples[0, 0, 0].tolist() == [1.0, 1.0]
    assert made.latent.noise_mask is not None
    assert torch.equal(made.latent.noise_mask, MASK)


def test_everything_may_be_denoised(context: Callable[..., Context]):
    made = inpainting.inpaint_model_conditioning(TEXT, TEXT, VAE, PIXELS, MASK, False, context())

    assert made.latent.noise_mask is None


def test_instructed_model_is_shown_the_picture_and_begins_empty(context: Callable[..., Context]):
    made = inpainting.instruct_pix_to_pix_conditioning(TEXT, TEXT, VAE, PIXELS, context())

    assert made.positive.entries[1].extra["concat_latent_image"][0, 0, 0].tolist() == [1.0, 1.0]
    assert "concat_mask" not in made.negative.entries[0].extra
    assert not made.latent.samples.any()
    assert TEXT.entries[1].extra == {}
