"""Guidance scaled by the frequency of what it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.fourier import banded
from engine.diffusion.guidances import steered

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Moment


def frequency_scaled(
    settings: Settings, scale_low: float, scale_high: float, freq_cutoff: int
) -> Settings:
    """Scale slow and fine parts of the guidance apart: FreSca, Huang et al. 2025, eq. 6.

    Args:
        settings: of the run.
        scale_low: of frequencies below the cutoff; 1 leaves them.
        scale_high: of those above.
        freq_cutoff: in cycles over the latent, in each direction.
    """

    def before(
        _moment: Moment, positive: Tensor, negative: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        if negative is None:
            return positive, None
        scaled = banded(positive - negative, freq_cutoff, scale_low, scale_high)
        return negative + scaled, negative

    return steered(settings, "FreSca", before=before)
