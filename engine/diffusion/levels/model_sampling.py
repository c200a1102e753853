"""Patches of what a network's output means: name and parameters that change a parameterisation.

A new one is an entry in `PARAMETERISATION_PATCHES`. Of several on one model the last one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from engine.diffusion.entries import resolved
from engine.diffusion.levels.betas import BETA_SCHEDULES, without_signal_at_the_end
from engine.diffusion.levels.continuous import (
    Continuous,
    ContinuousAngle,
    ContinuousShare,
    distilled,
    spaced_levels,
)
from engine.diffusion.levels.parameterisation import Discrete, Kind, Parameterisation, discrete
from engine.errors import ModelError

if TYPE_CHECKING:
    from engine.types import Patch

#: Names that ComfyUI's nodes have for what a network over numbered steps predicts.
DISCRETE_KINDS: dict[str, Kind] = {
    "eps": "eps",
    "v_prediction": "v",
    "lcm": "consistency",
    "x0": "x0",
    "img_to_img": "image",
}
CONTINUOUS_KINDS: dict[str, Kind] = {
    "v_prediction": "v",
    "edm": "edm",
    "eps": "eps",
    "cosmos_rflow": "cosmos",
}
EDM_DATA = 0.5

Change = Callable[..., Parameterisation]


def beta_schedule(
    model: Parameterisation,
    *,
    schedule: str,
    prediction: Literal["eps", "v", "x0"],
    start: float,
    end: float,
    steps: int,
    zero_snr: bool,
) -> Parameterisation:
    """Number levels by another schedule of noise variances.

    Raises:
        ModelError: the schedule ends before it begins.
    """
    if not 0 < start <= end < 1:
        raise ModelError(
            f"Noise variances from {start:g} to {end:g} are none: the first lies above 0 and is at "
            "most the last, which lies below 1. Stable Diffusion has 0.00085 and 0.012."
        )
    return discrete(BETA_SCHEDULES[schedule](start, end, steps), prediction, zero_snr=zero_snr)


def model_sampling_discrete(model: Parameterisation, sampling: str, zsnr: bool) -> Parameterisation:
    """Read the output another way, over the levels the model was trained with.

    Raises:
        ModelError: it was not trained over numbered steps.
    """
    if not isinstance(model, Discrete):
        raise ModelError("This model knows no numbered steps, as ModelSamplingDiscrete needs.")
    sigmas = without_signal_at_the_end(model.sigmas) if zsnr else model.sigmas
    numbered = Discrete(DISCRETE_KINDS[sampling], sigmas)
    return distilled(numbered) if sampling == "lcm" else numbered


def model_sampling_continuous_edm(
    model: Parameterisation, sampling: str, sigma_max: float, sigma_min: float
) -> Parameterisation:
    """Read the output another way, at any level between two.

    Raises:
        ModelError: the levels are none, or it is a way of a model that is not known here.
    """
    sigmas = _levels(sigma_min, sigma_max)
    if sampling not in CONTINUOUS_KINDS:
        raise ModelError(
            f'"{sampling}" is the way of a Stable Diffusion XL model with latents of its own, '
            f"which is not known here. Choose one of {', '.join(CONTINUOUS_KINDS)}."
        )
    kind = CONTINUOUS_KINDS[sampling]
    if kind == "cosmos":
        return ContinuousShare(kind, sigmas)
    return Continuous(kind, sigmas, EDM_DATA if kind == "edm" else 1.0)


def model_sampling_continuous_v(
    model: Parameterisation, sampling: str, sigma_max: float, sigma_min: float
) -> Parameterisation:
    """Read the output as a velocity, with the angle as time.

    Raises:
        ModelError: the levels are none.
    """
    return ContinuousAngle("v", _levels(sigma_min, sigma_max))


#: Called with the parameterisation of training and the patch's parameters; or where they are.
PARAMETERISATION_PATCHES: dict[str, Change | str] = {
    "BetaSchedule": beta_schedule,
    "ModelSamplingDiscrete": model_sampling_discrete,
    "ModelSamplingContinuousEDM": model_sampling_continuous_edm,
    "ModelSamplingContinuousV": model_sampling_continuous_v,
}


def parameterised(model: Parameterisation, patches: Sequence[Patch]) -> Parameterisation:
    """Apply the last patch of the parameterisation; the others are not for here.

    Raises:
        ModelError: it does not fit the model.
    """
    for patch in reversed(patches):
        if entry := PARAMETERISATION_PATCHES.get(patch.name):
            change: Callable[..., Any] = resolved(entry)
            return change(model, **patch.parameters)
    return model


def _levels(sigma_min: float, sigma_max: float) -> tuple[float, ...]:
    if not 0 < sigma_min < sigma_max:
        raise ModelError(
            f"There are no noise levels between {sigma_min:g} and {sigma_max:g}. The smallest lies "
            "above 0 and below the largest."
        )
    return spaced_levels(sigma_min, sigma_max)
