"""Latents to small pictures by one linear map, so that a preview costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

if TYPE_CHECKING:
    from collections.abc import Callable

#: Latents decoded to fit the map; of one colour each, as most of a picture nearly is.
SAMPLES = 48
CELLS = 4


@dataclass(frozen=True, eq=False)
class PreviewMap:
    """The linear map from a latent cell to its mean colour that fits an autoencoder best.

    Attributes:
        weight: (C, 3).
        bias: (3,).
        scale: what the autoencoder's latents are multiplied by for a diffusion model.
    """

    weight: Tensor
    bias: Tensor
    scale: float

    def __call__(self, samples: Tensor) -> Tensor:
        """Return (B, h, w, 3) in 0..1 for (B, C, h, w) samples on the diffusion model's scale."""
        cells = samples.detach().to("cpu", torch.float32).movedim(1, -1) / self.scale
        return (cells @ self.weight + self.bias).clamp(0, 1)


@torch.no_grad()
def fit_preview_map(
    decode: Callable[[Tensor], Tensor], *, channels: int, scale: float, factor: int
) -> PreviewMap:
    """Fit the map by least squares to what `decode` makes of latents spread as in training.

    Args:
        decode: from (B, C, h, w) unscaled latents to (B, H, W, 3) pixels in 0..1.
        factor: pixels to a latent cell.
    """
    generator = torch.Generator().manual_seed(0)
    colours = torch.randn(SAMPLES, channels, 1, 1, generator=generator) / scale
    latents = colours.expand(-1, -1, CELLS, CELLS)  # (B, C, 4, 4)
    # a damaged autoencoder must not end a run that is decoded by another one: its preview is grey
    pixels = decode(latents).nan_to_num(0.5).to("cpu").movedim(-1, 1)
    targets = avg_pool2d(pixels, factor).movedim(1, -1).reshape(-1, 3)
    cells = latents.movedim(1, -1).reshape(-1, channels)
    inputs = torch.cat([cells, torch.ones(len(cells), 1)], dim=1)
    solution = torch.linalg.lstsq(inputs, targets).solution  # (C + 1, 3)
    return PreviewMap(solution[:-1], solution[-1], scale)
