"""Pictures simplified to what a control network is to follow: blurs, colours, black and white."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.diffusion.imaging.image_colour import grey
from engine.diffusion.imaging.image_filters import blurred_planes, gaussian_weights
from engine.diffusion.imaging.resampling import resample

if TYPE_CHECKING:
    from torch import Tensor

#: Of a blur, to where its weights are next to nothing.
REACH = 3
LEVELS = 256


def tile(image: Tensor, factor: int, blur: float) -> Tensor:
    """Take the fine parts away: make pictures smaller, large again, and blur them.

    Args:
        image: (B, H, W, C).
        factor: by which they are made smaller; 1 leaves them.
        blur: spread of a Gaussian in pixels; 0 for none.
    """
    planes = image.movedim(-1, 1)
    height, width = planes.shape[-2:]
    if factor > 1:
        small = resample(planes, max(1, width // factor), max(1, height // factor), "area")
        planes = resample(small, width, height, "bicubic").clamp(0, 1)
    if blur > 0:
        planes = blurred_planes(planes, gaussian_weights(max(1, round(REACH * blur)), blur))
    return planes.movedim(1, -1)


def color_grid(image: Tensor, cell: int) -> Tensor:
    """Return the mean colour of each square of about `cell` pixels, as squares."""
    planes = image[..., :3].movedim(-1, 1)
    height, width = planes.shape[-2:]
    small = resample(planes, max(1, width // cell), max(1, height // cell), "area")
    return resample(small, width, height, "nearest-exact").movedim(1, -1)


def black_and_white(image: Tensor, threshold: float, *, automatic: bool) -> Tensor:
    """Return white where the luma is above a threshold, else black.

    Args:
        image: (B, H, W, C) in 0..1.
        threshold: 0 to 1.
        automatic: choose it for each picture instead, where it parts two groups best (Otsu 1979).
    """
    luma = grey(image)
    if automatic:
        limits = luma.new_tensor([_otsu(plane) for plane in luma]).reshape(-1, 1, 1)
        white = luma > limits
    else:
        white = luma > threshold
    return white.to(image).unsqueeze(-1).expand(-1, -1, -1, 3)


def _otsu(luma: Tensor) -> float:
    """Return the level that maximises the variance between what is below and above it."""
    counts = luma.flatten().histc(LEVELS, 0, 1).double()
    levels = (counts.new_tensor(range(LEVELS)) + 0.5) / LEVELS
    below = counts.cumsum(0)
    total = (counts * levels).cumsum(0)
    above = below[-1] - below
    apart = (total[-1] * below / below[-1] - total).square() / (below * above).clamp(min=1)
    best = (apart == apart.max()).nonzero().flatten()
    return (best.double().mean().item() + 1) / LEVELS
