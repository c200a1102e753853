"""SA-Solver: stochastic Adams methods with a predictor and a corrector (Xue et al. 2023)."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.diffusion.denoising.noise import stepwise_noise
from engine.diffusion.samplers.protocol import Request
from engine.diffusion.samplers.steps import below_all_noise
from engine.diffusion.samplers.stochastic_adams import Known, Stride

if TYPE_CHECKING:
    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.diffusion.samplers.protocol import SamplerStart, Sampling


def sa_solver(
    start: SamplerStart,
    *,
    eta: float = 1.0,
    sde_start_percent: float = 0.2,
    sde_end_percent: float = 0.8,
    s_noise: float = 1.0,
    predictor_order: int = 3,
    corrector_order: int = 4,
    use_pece: bool = False,
    simple_order_2: bool = False,
) -> Sampling:
    """Predict the next sample, ask there, and correct with the answer: Xue et al. 2023, Alg. 1.

    Noise of strength `eta` (tau of the paper) is added between both parts of the schedule. With
    `use_pece` a corrected sample is asked about again.
    """
    start = below_all_noise(start)
    model, sigmas, of = start.parameterisation, start.sigmas, len(start.sigmas) - 1
    draw = stepwise_noise(start.x, start.seed, s_noise)
    low, high = map(model.sigma_at_percent, (sde_end_percent, sde_start_percent))
    x = predicted = start.x
    known: list[Known] = []
    stride = None
    for index, (sigma, next_sigma) in enumerate(pairwise(sigmas)):
        here, there = _log_snr(model, sigma), _log_snr(model, next_sigma)
        highest = of - index if sigmas[-1] == 0 else of + 1  # orders fall towards a last level of 0
        denoised = (yield Request(predicted, sigma, index, of)).denoised
        known = [*known, (here, denoised)][-max(predictor_order, corrector_order) :]
        if stride is None or corrector_order == 0 or (next_sigma == 0 and not use_pece):
            x = predicted
        else:
            x = stride.moved(x, known[-min(corrector_order, highest) :])
            if use_pece:
                denoised = (yield Request(x, sigma, index, of)).denoised
                known[-1] = here, denoised
        if next_sigma == 0:
            return denoised
        tau = eta if low <= next_sigma <= high else 0.0
        noise = draw() if tau > 0 else None
        stride = Stride(sigma, next_sigma, here, there, tau, noise, simple_order_2)
        predicted = stride.moved(x, known[-min(predictor_order, highest - 1) :])
    return predicted


def _log_snr(model: Parameterisation, sigma: float) -> float:
    return math.log(model.alpha(sigma) / sigma) if sigma > 0 else math.inf
