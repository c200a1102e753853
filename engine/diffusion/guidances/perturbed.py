"""Guidance away from the answer of a network that cannot look around."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from engine.diffusion.guidances import steered
from engine.diffusion.guidances.guidance import Ask
from engine.types import Patch

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Guided, Moment

_PERTURBED = (Patch("IdentityAttention"),)


def perturbed_attention(settings: Settings, scale: float) -> Settings:
    """Add `scale` times the way from the perturbed answer: PAG, Ahn et al. 2024, eq. 10-11.

    The perturbed network's middle block attends to nothing but each place itself.
    """

    def after(moment: Moment, guided: Guided) -> Generator[Sequence[Ask], Sequence[Tensor], Tensor]:
        if scale == 0:
            return guided.denoised
        (perturbed,) = yield (Ask(moment.positive_side, changes=_PERTURBED),)
        return guided.denoised + (guided.positive - perturbed) * scale

    return steered(settings, "Perturbed-Attention Guidance", after=after)
