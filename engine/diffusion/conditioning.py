"""Conditionings mixed, joined and limited. A new object each time; nothing is changed in place."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.latent.latents import CELL
from engine.diffusion.unet.beside import MASK, PICTURE
from engine.errors import BadValue
from engine.types import Cond, Conditioning, Control, ControlNetHandle


def average(to: Conditioning, source: Conditioning, strength: float) -> Conditioning:
    """Mix every entry of `to` with the first of `source`; strength 1 is all `to`.

    The source is cut or filled with zeros to the tokens of each entry. A pooled encoding that
    only one side has is taken as it is.

    Raises:
        BadValue: `source` is empty.
    """
    other = _first(source, "conditioning_from")
    return Conditioning(tuple(_mixed(entry, other, strength) for entry in to.entries))


def _mixed(entry: Cond, other: Cond, strength: float) -> Cond:
    tokens = _with_tokens(other.encoding, entry.encoding.shape[1])
    return replace(
        entry,
        encoding=entry.encoding * strength + tokens * (1 - strength),
        pooled=_mixed_pooled(entry.pooled, other.pooled, strength),
    )


def _mixed_pooled(to: Tensor | None, source: Tensor | None, strength: float) -> Tensor | None:
    if to is None or source is None:
        return source if to is None else to
    return to * strength + source * (1 - strength)


def _with_tokens(encoding: Tensor, count: int) -> Tensor:
    return functional.pad(encoding, (0, 0, 0, count - encoding.shape[1]))  # negative cuts


def concatenated(to: Conditioning, source: Conditioning) -> Conditioning:
    """Append the tokens of the first entry of `source` to every entry of `to`.

    Raises:
        BadValue: `source` is empty.
    """
    other = _first(source, "conditioning_from").encoding
    return Conditioning(
        tuple(
            replace(entry, encoding=torch.cat((entry.encoding, other), dim=1))
            for entry in to.entries
        )
    )


def zeroed(conditioning: Conditioning) -> Conditioning:
    """Replace every encoding by zeros: the model is asked with no text at all."""
    return Conditioning(
        tuple(
            replace(
                entry,
                encoding=torch.zeros_like(entry.encoding),
                pooled=None if entry.pooled is None else torch.zeros_like(entry.pooled),
            )
            for entry in conditioning.entries
        )
    )


def masked(
    conditioning: Conditioning, mask: Tensor, strength: float, *, to_bounds: bool
) -> Conditioning:
    """Limit to the white of a mask (H, W) or (B, H, W), at any size.

    Args:
        conditioning: what is limited.
        mask: weights of the answer, 0..1.
        strength: multiplies the mask.
        to_bounds: evaluate only the bounding box of the mask.
    """
    return conditioning.each(
        mask=mask.reshape(-1, *mask.shape[-2:]),
        mask_strength=strength,
        set_area_to_bounds=to_bounds,
    )


def in_pixels(
    conditioning: Conditioning, area: tuple[int, int, int, int], strength: float
) -> Conditioning:
    """Limit to a rectangle (height, width, y, x) in pixels, cut to whole latent cells."""
    cells = tuple(side // CELL for side in area)
    return conditioning.each(area=cells, strength=strength, set_area_to_bounds=False)


def beside(conditioning: Conditioning, picture: Tensor, mask: Tensor | None) -> Conditioning:
    """Give a network for inpainting what it takes beside a latent.

    Args:
        conditioning: what is given more.
        picture: (B, C, h, w), a latent not multiplied by the model's scale.
        mask: (B, H, W), 1 where it is painted; None for a network that takes the picture alone.
    """
    added = {PICTURE: picture} if mask is None else {PICTURE: picture, MASK: mask}
    return Conditioning(
        tuple(replace(entry, extra={**entry.extra, **added}) for entry in conditioning.entries)
    )


def controlled(
    conditioning: Conditioning,
    net: ControlNetHandle,
    hint: Tensor,
    *,
    strength: float,
    start: float = 0.0,
    end: float = 1.0,
    is_for_both: bool = False,
) -> Conditioning:
    """Steer by a picture (B, H, W, C) beside what steers already; a strength of 0 adds nothing."""
    if strength == 0:
        return conditioning
    added = Control(net, hint, strength, start, end, is_for_both)
    return Conditioning(
        tuple(replace(entry, controls=(*entry.controls, added)) for entry in conditioning.entries)
    )


def _first(conditioning: Conditioning, socket: str) -> Cond:
    if not conditioning.entries:
        raise BadValue(
            f'"{socket}" holds no encoded text, but one is needed. Link a text encoder to it.',
            socket=socket,
        )
    return conditioning.entries[0]
