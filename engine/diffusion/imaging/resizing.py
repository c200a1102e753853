"""Ways to say what size pictures or masks should get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor

from engine.diffusion.imaging import image_geometry as geometry
from engine.diffusion.imaging.images import resized, scaled

if TYPE_CHECKING:
    from engine.diffusion.imaging.resampling import Method

#: Takes pictures (B, H, W, C), a method and the values that belong to the way.
Resizing = Callable[[Tensor, "Method", Mapping[str, Any]], Tensor]

RESIZINGS: Mapping[str, Resizing] = {
    "scale dimensions": lambda image, method, given: resized(
        image, given["width"], given["height"], method, given["crop"]
    ),
    "scale by multiplier": lambda image, method, given: scaled(image, given["multiplier"], method),
    "scale longer dimension": lambda image, method, given: geometry.with_longer_side(
        image, given["longer_size"], method
    ),
    "scale shorter dimension": lambda image, method, given: geometry.with_shorter_side(
        image, given["shorter_size"], method
    ),
    "scale width": lambda image, method, given: resized(image, given["width"], 0, method),
    "scale height": lambda image, method, given: resized(image, 0, given["height"], method),
    "scale total pixels": lambda image, method, given: geometry.with_pixels(
        image, given["megapixels"], method
    ),
    "match size": lambda image, method, given: resized(
        image, *_sides(given["match"]), method, given["crop"]
    ),
    "scale to multiple": lambda image, method, given: geometry.covering_multiple(
        image, given["multiple"], method
    ),
}


def resized_by(values: Tensor, way: str, method: Method, given: Mapping[str, Any]) -> Tensor:
    """Resize pictures (B, H, W, C) or masks (B, H, W).

    Args:
        values: told apart by their number of dimensions.
        way: a key of `RESIZINGS`.
        method: of resampling.
        given: the values that belong to the way.
    """
    if values.ndim == 3:
        return RESIZINGS[way](values.unsqueeze(-1), method, given).squeeze(-1)
    return RESIZINGS[way](values, method, given)


def _sides(like: Tensor) -> tuple[int, int]:
    """Return width and height of pictures or masks."""
    return like.shape[2], like.shape[1]
