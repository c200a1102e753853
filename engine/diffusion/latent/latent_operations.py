"""What a latent, or the answer of a model, can be put through: names with plain parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from engine.diffusion.imaging.image_filters import blurred_planes, gaussian_weights, sharpened_by
from engine.errors import BadValue

if TYPE_CHECKING:
    from torch import Tensor

    from engine.types import LatentOperation

#: Keep what divides by a length from dividing by nothing.
TINY_LENGTH, TINIEST_LENGTH = 1e-6, 1e-10
#: Spreads above the mean that are left nearly as they are.
WHITE_SPREADS = 5


def sharpened(samples: Tensor, *, sharpen_radius: int, sigma: float, alpha: float) -> Tensor:
    """Strengthen fine changes of direction; lengths stay.

    Args:
        samples: (B, C, h, w).
        sharpen_radius: cells; what is finer is strengthened.
        sigma: a fraction of the radius, as that of a blur.
        alpha: how much, times ten.
    """
    length = samples.norm(dim=1, keepdim=True) + TINY_LENGTH
    direction = samples / length
    weights = gaussian_weights(sharpen_radius, sigma * sharpen_radius)
    return length * sharpened_by(direction, blurred_planes(direction, weights), alpha)


def tonemapped(samples: Tensor, *, multiplier: float) -> Tensor:
    """Press the lengths of a latent together (Reinhard et al. 2002, eq. 3), to tame a high cfg.

    Args:
        samples: (B, C, h, w).
        multiplier: of the length that is halved, five spreads above the mean.
    """
    length = samples.norm(dim=1, keepdim=True) + TINIEST_LENGTH
    sides = tuple(range(1, length.ndim))
    white = length.std(dim=sides, keepdim=True) * WHITE_SPREADS
    top = (white + length.mean(dim=sides, keepdim=True)) * multiplier
    relative = length / top
    return samples / length * (relative / (relative + 1) * top)


OPERATIONS: Mapping[str, Callable[..., Tensor]] = {
    "sharpen": sharpened,
    "tonemap_reinhard": tonemapped,
}


def apply_operation(operation: LatentOperation, samples: Tensor) -> Tensor:
    """Return samples (B, C, h, w) put through an operation.

    Raises:
        BadValue: there is no such operation.
    """
    if operation.name not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        raise BadValue(f'There is no operation "{operation.name}". There are {known}.')
    return OPERATIONS[operation.name](samples, **operation.parameters)
