"""Operations on latents, applied to the direction in which a run is guided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.guidances import steered
from engine.diffusion.latent.latent_operations import apply_operation

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Moment
    from engine.types import LatentOperation


def operated(settings: Settings, operation: LatentOperation) -> Settings:
    """Put the difference of both answers through an operation; alone, the positive one itself."""

    def before(
        _moment: Moment, positive: Tensor, negative: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        if negative is None:
            return apply_operation(operation, positive), None
        return apply_operation(operation, positive - negative) + negative, negative

    return steered(settings, "Latent Apply Operation CFG", before=before)
