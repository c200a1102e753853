"""The autoencoder of models that work on pixels: it only changes the range and the layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import ModelError
from engine.types import VaeHandle, Weights

if TYPE_CHECKING:
    from torch import Tensor

NAME = "pixel_space"
HANDLE = VaeHandle(Weights("vae", NAME, NAME, "vae", NAME))
CHANNELS = 3


class PixelSpace:
    """Latents are pixels in -1..1."""

    factor = 1

    def encode(self, pixels: Tensor) -> Tensor:
        """Return (B, 3, H, W) in -1..1 for pixels (B, H, W, C) in 0..1."""
        return pixels[..., :CHANNELS].movedim(-1, 1) * 2 - 1

    def decode(self, samples: Tensor) -> Tensor:
        """Return pixels (B, H, W, 3) in 0..1 for samples (B, 3, H, W) in -1..1.

        Raises:
            ModelError: the latent has another number of channels.
        """
        if samples.shape[1] != CHANNELS:
            raise ModelError(
                f"Pixel space has {CHANNELS} channels, but the latent has {samples.shape[1]}. "
                "Use the VAE that belongs to the model."
            )
        return samples.movedim(1, -1).add(1).div(2).clamp(0, 1)

    def encode_tiled(self, pixels: Tensor, *tiles: Any) -> Tensor:
        """Do the same as `encode`: nothing is gained by tiles."""
        return self.encode(pixels)

    def decode_tiled(self, samples: Tensor, *tiles: Any) -> Tensor:
        """Do the same as `decode`: nothing is gained by tiles."""
        return self.decode(samples)
