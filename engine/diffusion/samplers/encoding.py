"""The way back: from a picture to the noise, or the noises, that lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.steps import ancestral_step, moved, slope, steps
from engine.errors import NodeError

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def ddim_inversion(start: SamplerStart, iterations: int = 3) -> Sampling:
    """Solve each step of DDIM for the sample it came from; the levels ascend.

    One iteration is the inversion of Song et al. 2020, section 4.3; more come closer to the sample
    from which Euler's method leads back exactly (Pan et al. 2023, eq. 8).
    """
    x = start.x
    for step in steps(start):
        ahead = x
        for _ in range(iterations):
            denoised = (yield step.ask(ahead, step.next_sigma)).denoised
            away = slope(ahead, denoised, step.next_sigma)
            ahead = x + away * step.move
        x = ahead
    return x


def cycle_encode(start: SamplerStart, eta: float = 1.0) -> Sampling:
    """Draw a path from noise to a clean sample and keep what the model misses of each step.

    DPM-Encoder of Wu & De la Torre 2022, Algorithm 1, without dividing by the noise's strength, so
    that the last step, which has none, is kept as well.

    Returns:
        (B (1 + steps), C, h, w): where the path begins, then what to add at each step.

    Raises:
        NodeError: the first level leaves nothing of the sample.
    """
    model = start.parameterisation
    first = torch.tensor(start.sigmas[0])
    alpha = model.alpha(first)
    if alpha == 0:
        raise NodeError(
            "At its first level this model's sample is noise alone and says nothing of the "
            "picture. Begin at a lower one, with a denoise below 1."
        )
    clean = start.x / alpha
    noise = stepwise_noise(clean, start.seed)
    x = model.noised(clean, noise(), first)
    kept = [x / alpha]  # no noise is added to it later, but it is scaled again
    for step in steps(start):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            kept.append(clean - denoised)
            break
        down, scale, up = ancestral_step(model, step, eta)
        expected = scale * moved(x, denoised, step.sigma, down)
        x = scale * moved(x, clean, step.sigma, down) + noise() * up
        kept.append(x - expected)
    return torch.cat(kept)


def cycle(start: SamplerStart, noises: Tensor, eta: float = 1.0) -> Sampling:
    """Sample with noises that were kept by `cycle_encode`: Wu & De la Torre 2022, Algorithm 1.

    Args:
        noises: (steps, B, C, h, w).
        eta: that of the encoding.

    Raises:
        NodeError: they are for another number of steps, or another sample.
    """
    wanted = (len(start.sigmas) - 1, *start.x.shape)
    if tuple(noises.shape) != wanted:
        raise NodeError(
            f"The picture was encoded over {noises.shape[0]} steps as {tuple(noises.shape[1:])}, "
            f"but {wanted[0]} steps are run on {wanted[1:]}. Use the levels and the latent that "
            "went into the encoding."
        )
    model, x = start.parameterisation, start.x
    for step, noise in zip(steps(start), noises.to(x), strict=True):
        denoised = (yield step.ask(x)).denoised
        if step.is_last:
            return denoised + noise
        down, scale, _ = ancestral_step(model, step, eta)
        x = scale * moved(x, denoised, step.sigma, down) + noise
    return x
