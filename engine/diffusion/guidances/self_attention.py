"""Guidance away from an answer whose best attended places are blurred."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.guidances import steered
from engine.diffusion.guidances.guidance import Ask
from engine.types import Patch

if TYPE_CHECKING:
    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Guided, Moment

#: Pixels a side of the blur, and the attention a place must get in all to be blurred.
KERNEL, THRESHOLD = 9, 1.0
#: Latents of no more cells a side have nothing to blur.
LEAST_SIDE = 4


def self_attention(settings: Settings, scale: float, blur_sigma: float) -> Settings:
    """Guide away from blurred answers: SAG, Hong et al. 2023, Algorithm 1, on the negative side.

    Args:
        settings: of the run.
        scale: how far; 0 changes nothing.
        blur_sigma: spread of the blur in latent cells.
    """
    seen: list[Tensor] = []

    def after(moment: Moment, guided: Guided) -> Generator[Sequence[Ask], Sequence[Tensor], Tensor]:
        negative = guided.negative
        if scale == 0 or negative is None or min(moment.x.shape[2:]) <= LEAST_SIDE:
            return guided.denoised
        degraded = blurred_where_attended(negative, seen[-1], blur_sigma)
        (answer,) = yield (Ask(moment.negative_side, degraded + moment.x - negative),)
        return guided.denoised + (degraded - answer) * scale

    watch = Patch("WatchAttention", {"seen": seen})
    return steered(
        settings,
        "Self-Attention Guidance",
        after=after,
        negative_change=watch,
        needs_negative=True,
    )


def blurred_where_attended(clean: Tensor, attention: Tensor, sigma: float) -> Tensor:
    """Blur (B, C, h, w) where attention (B, heads, cells, cells) adds up to more than 1."""
    height, width = clean.shape[-2:]
    attended = attention.mean(1).sum(1) > THRESHOLD  # (B, cells)
    rows = _rows(attended.shape[-1], height / width)
    mask = attended.view(len(attended), 1, rows, -1).float()
    mask = functional.interpolate(mask, (height, width))
    return _blurred(clean, sigma) * mask + clean * (1 - mask)


def _rows(cells: int, ratio: float) -> int:
    """Return the number of rows of a grid of so many cells nearest to a ratio of its sides."""
    wanted = math.sqrt(cells * ratio)
    return min((n for n in range(1, cells + 1) if cells % n == 0), key=lambda n: abs(n - wanted))


def _blurred(values: Tensor, sigma: float) -> Tensor:
    if sigma == 0:
        return values
    offsets = torch.linspace(-(KERNEL - 1) / 2, (KERNEL - 1) / 2, KERNEL, device=values.device)
    weights = (-0.5 * (offsets / sigma) ** 2).exp()
    line = (weights / weights.sum()).to(values.dtype)
    kernel = (line[:, None] * line).expand(values.shape[1], 1, KERNEL, KERNEL)
    padded = functional.pad(values, (KERNEL // 2,) * 4, mode="reflect")
    return functional.conv2d(padded, kernel, groups=values.shape[1])
