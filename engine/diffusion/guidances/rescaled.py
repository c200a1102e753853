"""Guidance whose contrast is brought back to that of the positive answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.guidances import steered
from engine.diffusion.guidances.guidance import classifier_free

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Moment


def rescaled(settings: Settings, multiplier: float) -> Settings:
    """Rescale by `multiplier` in 0..1, of which 0 changes nothing: Lin et al. 2023, eq. 15-16.

    The spread is that of the velocity, whatever the model predicts.
    """

    def rule(moment: Moment, positive: Tensor, negative: Tensor) -> Tensor:
        shrunk, gain = moment.x / (moment.sigma**2 + 1), (moment.sigma**2 + 1) ** 0.5 / moment.sigma
        wanted = (shrunk - positive) * gain
        guided = (shrunk - classifier_free(moment, positive, negative)) * gain
        ratio = wanted.std((1, 2, 3), keepdim=True) / guided.std((1, 2, 3), keepdim=True)
        final = guided * (multiplier * ratio + 1 - multiplier)
        return shrunk - final / gain

    return steered(settings, "RescaleCFG", rule=rule)
