"""The autoencoder between pixels and latents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from engine.diffusion.previews import PreviewMap, fit_preview_map
from engine.errors import ModelError

if TYPE_CHECKING:
    from diffusers import AutoencoderKL
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution


@dataclass(eq=False)
class Vae:
    """A KL autoencoder on pixels in 0..1.

    Attributes:
        scale: what latents are multiplied by before a diffusion model sees them.
    """

    module: AutoencoderKL
    scale: float

    @property
    def factor(self) -> int:
        """How many pixels a latent cell is wide and high."""
        return 2 ** (len(self.module.config["block_out_channels"]) - 1)

    @property
    def latent_channels(self) -> int:
        """Channels of a latent."""
        return self.module.config["latent_channels"]

    def encode(self, pixels: Tensor) -> Tensor:
        """Return latents, each the mean of its distribution, so that results can be repeated.

        (ComfyUI draws from the distribution with the global random state; its spread is tiny.)

        Args:
            pixels: (B, H, W, C) in 0..1; channels after the third are left out, and sides that
                are no multiple of `factor` are cropped at both ends.

        Returns:
            (B, latent_channels, H / factor, W / factor) float32, not multiplied by `scale`.

        Raises:
            ModelError: the picture is smaller than one latent cell.
        """
        inputs = self._cropped(pixels)[..., :3].movedim(-1, 1) * 2 - 1  # (B, 3, H, W) in -1..1
        # One by one: a picture's latent must not depend on the others, and the peak stays low.
        means = [self._encode_one(picture[None]) for picture in inputs]
        return torch.cat(means).to(pixels.device)

    def decode(self, samples: Tensor) -> Tensor:
        """Return pixels (B, H, W, 3) float32 in 0..1.

        Args:
            samples: (B, latent_channels, h, w), not multiplied by `scale`.

        Raises:
            ModelError: the latent has another number of channels.
        """
        if samples.shape[1] != self.latent_channels:
            raise ModelError(
                f"This autoencoder decodes latents of {self.latent_channels} channels, but the "
                f"latent has {samples.shape[1]}. Use the VAE that belongs to the model."
            )
        pictures = [self._decode_one(sample[None]) for sample in samples]
        return torch.cat(pictures).to(samples.device)

    @cached_property
    def preview_map(self) -> PreviewMap:
        """A linear map from latents to colours, fitted to this autoencoder when first asked."""
        return fit_preview_map(
            self.decode, channels=self.latent_channels, scale=self.scale, factor=self.factor
        )

    def _cropped(self, pixels: Tensor) -> Tensor:
        height, width = pixels.shape[1:3]
        rows, columns = height // self.factor * self.factor, width // self.factor * self.factor
        if not rows or not columns:
            raise ModelError(
                f"A picture of {width} × {height} pixels is smaller than one latent cell of "
                f"{self.factor} × {self.factor}. Enlarge it before it is encoded."
            )
        top, left = (height - rows) // 2, (width - columns) // 2
        return pixels[:, top : top + rows, left : left + columns]

    def _encode_one(self, picture: Tensor) -> Tensor:
        inputs = picture.to(self.module.device, self.module.dtype)
        (distribution,) = self.module.encode(inputs, return_dict=False)
        return cast("DiagonalGaussianDistribution", distribution).mean.float()

    def _decode_one(self, sample: Tensor) -> Tensor:
        inputs = sample.to(self.module.device, self.module.dtype)
        (picture,) = self.module.decode(cast("torch.FloatTensor", inputs), return_dict=False)
        return picture.float().movedim(1, -1).add(1).div(2).clamp(0, 1)
