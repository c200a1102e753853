"""Noise, always from generators made from the seed, drawn where and in the order ComfyUI does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
import torchsde
from torch import Tensor

#: Fresh noise at every call.
StepwiseNoise = Callable[[], Tensor]
#: Noise of the step between two levels.
BrownianNoise = Callable[[Tensor, Tensor], Tensor]
SEEDS = 2**64
#: The Brownian tree's resolution; its ends are rounded to it.
PATH_DIGITS = 6


def initial_noise(
    shape: Sequence[int], seed: int, batch_index: Sequence[int] | None = None
) -> Tensor:
    """Draw the noise a run begins with, on the CPU in float32.

    With a `batch_index` one item is drawn after the other up to the largest index, so that an item
    taken out of a batch keeps its noise.
    """
    generator = torch.Generator().manual_seed(seed % SEEDS)
    if batch_index is None:
        return torch.randn(tuple(shape), generator=generator)
    wanted = set(batch_index)
    drawn: dict[int, Tensor] = {}
    for index in range(max(batch_index) + 1):
        item = torch.randn((1, *shape[1:]), generator=generator)
        if index in wanted:
            drawn[index] = item
    return torch.cat([drawn[index] for index in batch_index])


def stepwise_noise(like: Tensor, seed: int) -> StepwiseNoise:
    """Return fresh noise at every call, drawn on the sample's device."""
    generator = torch.Generator(like.device).manual_seed(seed % SEEDS)

    def draw() -> Tensor:
        return torch.randn(like.shape, generator=generator, device=like.device, dtype=like.dtype)

    return draw


def brownian_noise(like: Tensor, sigmas: Sequence[float], seed: int) -> BrownianNoise:
    """Return the increments of one Brownian path over the levels, so that steps of any size agree.

    The path is drawn on the CPU and spans the smallest positive level to the largest.
    """
    low, high = (round(end, PATH_DIGITS) for end in (min(s for s in sigmas if s > 0), max(sigmas)))
    path = torchsde.BrownianTree(low, torch.zeros(like.shape), high, entropy=seed % SEEDS)

    def increment(sigma: Tensor, next_sigma: Tensor) -> Tensor:
        below, above = (min(max(float(end), low), high) for end in (next_sigma, sigma))
        change = cast("Tensor", path(below, above))
        return (change / -((sigma - next_sigma) ** 0.5)).to(like)

    return increment
