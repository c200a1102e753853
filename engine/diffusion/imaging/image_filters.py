"""Pictures blurred, sharpened, grown and eaten away: (B, H, W, C); planes are (B, C, H, W)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from engine.diffusion.imaging.masks import windowed_max

#: ComfyUI's strength of sharpening at `alpha` 1.
SHARPENING = 10.0


def gaussian_weights(radius: int, sigma: float) -> Tensor:
    """Return 2 radius + 1 weights that sum to 1; `sigma` is in pixels."""
    places = torch.arange(-radius, radius + 1, dtype=torch.float32)
    weights = (-(places**2) / (2 * sigma**2)).exp()
    return weights / weights.sum()


def blurred_planes(planes: Tensor, weights: Tensor) -> Tensor:
    """Filter rows and columns with the same weights; the edges are mirrored."""
    radius = len(weights) // 2
    for dimension in (2, 3):
        padded = _mirrored(planes, dimension, radius)
        windows = padded.unfold(dimension, len(weights), 1)  # (B, C, H, W, k), a view
        planes = windows @ weights.to(planes)
    return planes


def blurred(image: Tensor, radius: int, sigma: float) -> Tensor:
    """Blur with a Gaussian.

    Args:
        image: (B, H, W, C).
        radius: pixels to which the filter reaches.
        sigma: as in ComfyUI a fraction of `radius`, so that 1 is nearly a plain mean.
    """
    return _blurred(image, radius, sigma)


def sharpened(image: Tensor, radius: int, sigma: float, alpha: float) -> Tensor:
    """Add what a blur takes away, ten times `alpha` of it; the result is cut to 0..1."""
    return sharpened_by(image, _blurred(image, radius, sigma), alpha).clamp(0, 1)


def sharpened_by(values: Tensor, blur: Tensor, alpha: float) -> Tensor:
    """Return an unsharp mask: the values and ten times `alpha` of what their blur lacks."""
    return values + alpha * SHARPENING * (values - blur)


def _blurred(image: Tensor, radius: int, sigma: float) -> Tensor:
    weights = gaussian_weights(radius, sigma * radius)
    return blurred_planes(image.movedim(-1, 1), weights).movedim(1, -1)


def _mirrored(planes: Tensor, dimension: int, pad: int) -> Tensor:
    """Continue planes beyond their edges as in a mirror that lies on the last pixel."""
    length = planes.shape[dimension]
    period = max(1, 2 * (length - 1))
    places = torch.arange(-pad, length + pad, device=planes.device).abs() % period
    return planes.index_select(dimension, places.minimum(period - places).clamp(min=0))


def dilated(image: Tensor, size: int) -> Tensor:
    """Take the brightest of the square of `size` pixels about each one, in every channel."""
    before, after = size // 2, size - size // 2 - 1
    return windowed_max(windowed_max(image, 1, before, after), 2, before, after)


def eroded(image: Tensor, size: int) -> Tensor:
    """Take the darkest of the square of `size` pixels about each one, in every channel."""
    return -dilated(-image, size)


def opened(image: Tensor, size: int) -> Tensor:
    """Take away what is bright and smaller than the square."""
    return dilated(eroded(image, size), size)


def closed(image: Tensor, size: int) -> Tensor:
    """Take away what is dark and smaller than the square."""
    return eroded(dilated(image, size), size)


#: Pictures and the side of a square in pixels to pictures.
MORPHOLOGY: Mapping[str, Callable[[Tensor, int], Tensor]] = {
    "erode": eroded,
    "dilate": dilated,
    "open": opened,
    "close": closed,
    "gradient": lambda image, size: dilated(image, size) - eroded(image, size),
    "bottom_hat": lambda image, size: closed(image, size) - image,
    "top_hat": lambda image, size: image - opened(image, size),
}
