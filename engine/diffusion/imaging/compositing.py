"""Pictures mixed with pictures: blend modes, and Porter and Duff's operators with alpha."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from engine.diffusion.imaging import masks
from engine.diffusion.imaging.images import alike, fitted, repeated, with_channels

#: Below this alpha there is no colour to take the alpha out of.
NO_ALPHA = 1e-5

Blend = Callable[[Tensor, Tensor], Tensor]
#: Takes a source and a destination, both multiplied by their alphas, and those alphas.
Operator = Callable[[Tensor, Tensor, Tensor, Tensor], "tuple[Tensor, Tensor]"]


def _overlay(below: Tensor, above: Tensor) -> Tensor:
    bright = 1 - 2 * (1 - below) * (1 - above)
    return torch.where(below <= 0.5, 2 * below * above, bright)


def _soft_light(below: Tensor, above: Tensor) -> Tensor:
    """W3C Compositing and Blending Level 1, section 10.1.12."""
    curve = torch.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, below.sqrt())
    darker = below - (1 - 2 * above) * below * (1 - below)
    return torch.where(above <= 0.5, darker, below + (2 * above - 1) * (curve - below))


#: In ComfyUI's order; its "difference" has a sign, and what is negative is cut off in the end.
BLENDS: Mapping[str, Blend] = {
    "normal": lambda below, above: above,
    "multiply": lambda below, above: below * above,
    "screen": lambda below, above: 1 - (1 - below) * (1 - above),
    "overlay": _overlay,
    "soft_light": _soft_light,
    "difference": lambda below, above: below - above,
}


def blended(below: Tensor, above: Tensor, factor: float, mode: str) -> Tensor:
    """Mix two pictures in one of `BLENDS`.

    Args:
        below: (B, H, W, C); gives the result's size and channels.
        above: cut about the centre and resized to it where its size differs. The shorter batch
            is repeated.
        factor: how much of the mixture is shown, 0 to 1.
    """
    above = with_channels(above.to(below), below.shape[-1])
    below, above = alike(below, above)
    return torch.lerp(below, BLENDS[mode](below, above), factor).clamp(0, 1)


def _union(source_alpha: Tensor, alpha: Tensor) -> Tensor:
    return source_alpha + alpha - source_alpha * alpha


#: Porter and Duff 1984 with the blend modes that SVG and Android put beside them.
OPERATORS: Mapping[str, Operator] = {
    "ADD": lambda s, d, sa, da: ((s + d).clamp(0, 1), (sa + da).clamp(0, 1)),
    "CLEAR": lambda s, d, sa, da: (0 * d, 0 * da),
    "DARKEN": lambda s, d, sa, da: (
        (1 - da) * s + (1 - sa) * d + torch.minimum(s, d),
        _union(sa, da),
    ),
    "DST": lambda s, d, sa, da: (d, da),
    "DST_ATOP": lambda s, d, sa, da: (sa * d + (1 - da) * s, sa),
    "DST_IN": lambda s, d, sa, da: (sa * d, sa * da),
    "DST_OUT": lambda s, d, sa, da: ((1 - sa) * d, (1 - sa) * da),
    "DST_OVER": lambda s, d, sa, da: (d + (1 - da) * s, _union(sa, da)),
    "LIGHTEN": lambda s, d, sa, da: (
        (1 - da) * s + (1 - sa) * d + torch.maximum(s, d),
        _union(sa, da),
    ),
    "MULTIPLY": lambda s, d, sa, da: (s * d, sa * da),
    "OVERLAY": lambda s, d, sa, da: (
        torch.where(2 * d < da, 2 * s * d, sa * da - 2 * (da - d) * (sa - s)),
        _union(sa, da),
    ),
    "SCREEN": lambda s, d, sa, da: (s + d - s * d, _union(sa, da)),
    "SRC": lambda s, d, sa, da: (s, sa),
    "SRC_ATOP": lambda s, d, sa, da: (da * s + (1 - sa) * d, da),
    "SRC_IN": lambda s, d, sa, da: (da * s, sa * da),
    "SRC_OUT": lambda s, d, sa, da: ((1 - da) * s, (1 - da) * sa),
    "SRC_OVER": lambda s, d, sa, da: (s + (1 - sa) * d, _union(sa, da)),
    "XOR": lambda s, d, sa, da: (
        (1 - da) * s + (1 - sa) * d,
        (1 - da) * sa + (1 - sa) * da,
    ),
}


def composed(
    source: tuple[Tensor, Tensor], destination: tuple[Tensor, Tensor], mode: str
) -> tuple[Tensor, Tensor]:
    """Compose two pictures by one of `OPERATORS`; return the picture and its mask.

    Args:
        source: (B, H, W, C), and a mask (B, H, W) that is 1 where it is transparent.
        destination: the same; gives the result's size. The shorter batch gives the count.
        mode: a key of `OPERATORS`.
    """
    below = destination[0][..., :3]
    count = min(map(len, (*source, *destination)))
    above = fitted(source[0][..., :3].to(below), below)[:count]
    below = below[:count]
    source_alpha, alpha = (_alpha(mask, below) for mask in (source[1], destination[1]))
    operator = OPERATORS[mode]
    color, result = operator(above * source_alpha, below * alpha, source_alpha, alpha)
    shown = torch.where(result > NO_ALPHA, color / result, 0).clamp(0, 1)
    return shown, 1 - result.squeeze(-1)


def _alpha(mask: Tensor, like: Tensor) -> Tensor:
    """Return a mask turned over, (B, H, W, 1), at a picture's size and count."""
    fitted = masks.resized(mask, like.shape[2], like.shape[1])[: len(like)]
    return (1 - fitted).unsqueeze(-1).to(like)


def with_alpha(image: Tensor, mask: Tensor) -> Tensor:
    """Make pictures (B, H, W, 4) transparent where the mask is 1; the longer batch counts."""
    count = max(len(image), len(mask))
    image = repeated(image, count)
    mask = repeated(masks.resized(mask, image.shape[2], image.shape[1]), count).to(image)
    return torch.cat((image[..., :3], (1 - mask).unsqueeze(-1)), dim=-1)


def without_alpha(image: Tensor) -> tuple[Tensor, Tensor]:
    """Return pictures (B, H, W, 3) and the masks (B, H, W) of what is transparent in them."""
    alpha = image[..., 3] if image.shape[-1] > 3 else torch.ones_like(image[..., 0])
    return image[..., :3], 1 - alpha
