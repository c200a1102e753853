"""Channels that some U-Nets take beside the latent: a mask and a picture, or a picture alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.diffusion.imaging.images import repeated
from engine.diffusion.imaging.resampling import resample
from engine.errors import ModelError

if TYPE_CHECKING:
    from engine.types import Cond

#: Keys of a conditioning, as ComfyUI names them: an unscaled latent (B, C, h, w), a mask (B, H, W).
PICTURE, MASK = "concat_latent_image", "concat_mask"
#: A grey picture in the latents of SD 1.x, in the network's scale: what is "behind" a whole mask.
GREY = (0.8223, -0.6876, 0.6364, 0.1380)
#: Gives what a conditioning's network takes beside (B, C, h, w), or None.
Beside = Callable[["Cond"], "Tensor | None"]


def nothing_beside(_cond: Cond) -> Tensor | None:
    """Take the latent alone."""
    return None


def channels_beside(extra: int, latent: Tensor, scale: float, noise_mask: Tensor | None) -> Beside:
    """Return what makes the channels beside samples like `latent`.

    Args:
        extra: how many the network takes: 1 more than a latent for inpainting (a mask, 1 where it
            is painted, then the picture without what is below it), as many for InstructPix2Pix.
        latent: (B, C, h, w) to begin with, in the network's scale.
        scale: of the network, for pictures that are not in it.
        noise_mask: (B, 1, h, w) of the latent, where a conditioning has none.

    Raises:
        ModelError: a network of so many channels is not known.
    """
    if extra == 0:
        return nothing_beside
    if extra == latent.shape[1]:
        return lambda cond: _picture(cond, latent, 1.0, torch.zeros_like(latent))
    if extra != latent.shape[1] + 1:
        raise ModelError(
            f"This diffusion model takes {latent.shape[1] + extra} channels, but the latent has "
            f"{latent.shape[1]}. Models for inpainting take {2 * latent.shape[1] + 1}, those for "
            f"InstructPix2Pix {2 * latent.shape[1]}."
        )

    def inpainted(cond: Cond) -> Tensor:
        given = cond.extra.get(MASK, noise_mask)
        if given is None:
            grey = torch.tensor(GREY).to(latent).view(1, -1, 1, 1).expand_as(latent)
            return torch.cat([torch.ones_like(latent[:, :1]), grey], 1)
        return torch.cat([_mask(given, latent), _picture(cond, latent, scale, latent)], 1)

    return inpainted


def _picture(cond: Cond, latent: Tensor, scale: float, default: Tensor) -> Tensor:
    picture: Tensor | None = cond.extra.get(PICTURE)
    if picture is None:
        return default
    return repeated(_fitted(picture.to(latent), latent) * scale, len(latent))


def _mask(mask: Tensor, latent: Tensor) -> Tensor:
    flat = mask.to(latent).reshape(-1, 1, *mask.shape[-2:])
    return repeated(_fitted(flat, latent).round(), len(latent))


def _fitted(values: Tensor, latent: Tensor) -> Tensor:
    height, width = latent.shape[-2:]
    if values.shape[-2:] == (height, width):
        return values
    return resample(values, width, height, "bilinear", "center")
