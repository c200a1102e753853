"""From a picture to the noise, or the noises, that lead to it under a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.diffusion.denoising.runs import Plan, sampled
from engine.diffusion.levels.sigmas import NEARLY_ZERO
from engine.diffusion.networks import weights
from engine.types import ChosenSampler, Guider, Latent, Noise

if TYPE_CHECKING:
    from engine.context import Context


async def inverted(
    guider: Guider, levels: tuple[float, ...], latent: Latent, iterations: int, ctx: Context
) -> Latent:
    """Return the noise from which DDIM without fresh noise leads to the latent.

    Args:
        levels: those that lead to it, descending.
        iterations: how often each step is asked about, 1 or more.
    """
    sampler = ChosenSampler("ddim_inversion", {"iterations": iterations})
    plan = Plan(guider, sampler, rising(levels), Noise(), latent.with_noise_mask(None))
    noise = (await sampled(plan, ctx)).result()
    return latent.with_samples(noise.samples)


def rising(levels: tuple[float, ...]) -> tuple[float, ...]:
    """Turn levels round; what begins at no noise begins just above it, as `sigmas.flipped` does."""
    return tuple(max(level, NEARLY_ZERO) for level in levels[::-1])


async def cycled(
    guider: Guider,
    levels: tuple[float, ...],
    latent: Latent,
    ctx: Context,
    *,
    seed: int,
    eta: float,
) -> tuple[Latent, ChosenSampler]:
    """Return a noisy latent, and a sampler that leads from it to the latent by the same levels.

    Under the same guider it comes back as it was; under another one it is changed by what differs.

    Raises:
        NodeError: the first level leaves nothing of the latent.
    """
    sampler = ChosenSampler("cycle_encode", {"eta": eta})
    plan = Plan(guider, sampler, levels, Noise(), latent.with_noise_mask(None), seed)
    kept = (await sampled(plan, ctx)).result().samples
    start, *noises = kept.split(latent.samples.shape[0])
    scale = weights.latent_scale_of(guider.model, ctx.runtime)
    if not noises:
        return latent, ChosenSampler("euler")
    options = {"noises": torch.stack(noises) * scale, "eta": eta}
    return latent.with_samples(start), ChosenSampler("cycle", options)
