"""Noise, always from generators made from the seed, drawn where and in the order ComfyUI does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, cast

import torch
import torchsde
from torch import Tensor

#: Fresh noise at every call.
StepwiseNoise = Callable[[], Tensor]
#: Noise of the step between two levels.
BrownianNoise = Callable[[Tensor, Tensor], Tensor]
NoiseDevice = Literal["cpu", "gpu"]
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


def stepwise_noise(like: Tensor, seed: int, s_noise: float = 1.0) -> StepwiseNoise:
    """Return fresh noise at every call, drawn on the sample's device, `s_noise` times as strong."""
    generator = torch.Generator(like.device).manual_seed(seed % SEEDS)

    def draw() -> Tensor:
        noise = torch.randn(like.shape, generator=generator, device=like.device, dtype=like.dtype)
        return noise if s_noise == 1 else noise * s_noise

    return draw


def brownian_noise(
    like: Tensor,
    sigmas: Sequence[float],
    seed: int,
    s_noise: float = 1.0,
    noise_device: NoiseDevice = "cpu",
) -> BrownianNoise:
    """Return the increments of one Brownian path over the levels, so that steps of any size agree.

    The path spans the smallest positive level to the largest; between levels closer than its
    resolution there is none. It is drawn on the CPU, or, with a `noise_device` of "gpu", where the
    sample is.
    """
    low, high = (round(end, PATH_DIGITS) for end in (min(s for s in sigmas if s > 0), max(sigmas)))
    device = like.device if noise_device == "gpu" else torch.device("cpu")
    begin = torch.zeros(like.shape, device=device)
    path = torchsde.BrownianTree(low, begin, high, entropy=seed % SEEDS)

    def increment(sigma: Tensor, next_sigma: Tensor) -> Tensor:
        below, above = (min(max(float(end), low), high) for end in (next_sigma, sigma))
        if round(below, PATH_DIGITS) == round(above, PATH_DIGITS):
            return torch.zeros_like(like)  # the tree would be divided for ever
        change = cast("Tensor", path(below, above))
        noise = (change / -((sigma - next_sigma) ** 0.5)).to(like)
        return noise if s_noise == 1 else noise * s_noise

    return increment
