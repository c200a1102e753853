"""Latents added, mixed, batched and laid onto each other; what else a first one holds is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from engine.diffusion.imaging import images
from engine.diffusion.imaging.resampling import Method, resample
from engine.diffusion.latent.latents import CELL
from engine.errors import BadValue

if TYPE_CHECKING:
    from engine.types import Latent

Side = Literal["x", "-x", "y", "-y", "t", "-t"]
#: Places from the end of a latent's shape; only a film's has a time.
DIMENSIONS = {"x": -1, "y": -2, "t": -3}
FILM = 5


def added(first: Latent, second: Latent) -> Latent:
    """Add latents; the second is cut, resized and repeated to the first."""
    return first.with_samples(first.samples + _fitted(second, first))


def subtracted(first: Latent, second: Latent) -> Latent:
    """Take the second latent from the first; it is cut, resized and repeated to it."""
    return first.with_samples(first.samples - _fitted(second, first))


def multiplied(latent: Latent, factor: float) -> Latent:
    """Multiply every value."""
    return latent.with_samples(latent.samples * factor)


def interpolated(first: Latent, second: Latent, ratio: float) -> Latent:
    """Mix directions and lengths apart, so that the mixture of unlike latents is not too short.

    Args:
        first: the result at `ratio` 1.
        second: the result at 0; cut, resized and repeated to the first.
        ratio: 0 to 1.
    """
    start, end = _fitted(second, first), first.samples
    start_length, end_length = (each.norm(dim=1, keepdim=True) for each in (start, end))
    mixed = torch.lerp(_over(start, start_length), _over(end, end_length), ratio)
    direction = _over(mixed, mixed.norm(dim=1, keepdim=True))
    return first.with_samples(direction * torch.lerp(start_length, end_length, ratio))


def _over(values: Tensor, length: Tensor) -> Tensor:
    return torch.where(length == 0, 0, values / length)


def blended(first: Latent, second: Latent, factor: float) -> Latent:
    """Mix latents; at `factor` 1 the result is the first, at 0 the second, resized to it."""
    below = _fitted(second, first, method="bicubic")
    return first.with_samples(torch.lerp(below, first.samples, factor))


def batched(first: Latent, second: Latent) -> Latent:
    """Put two batches behind each other; each item keeps the noise of its place.

    The second is cut and resized to the first, whose noise mask is for all.
    """
    samples = torch.cat((first.samples, _resized(second, first, "bilinear")))
    return replace(first, samples=samples, batch_index=_places(first) + _places(second))


def _places(latent: Latent) -> tuple[int, ...]:
    return latent.batch_index or tuple(range(len(latent.samples)))


def with_noise_of_one(latent: Latent) -> Latent:
    """Let every item get the noise of the first one's place."""
    return replace(latent, batch_index=_places(latent)[:1] * len(latent.samples))


def with_noise_of_its_own(latent: Latent) -> Latent:
    """Let every item get noise of its own."""
    return replace(latent, batch_index=None)


def concatenated(first: Latent, second: Latent, side: Side) -> Latent:
    """Put the second latent behind the first, along a side; with a minus before it.

    Raises:
        BadValue: their other sides differ, or a picture's latent has no time.
    """
    dimension = dimension_of(first.samples, side.removeprefix("-"))
    above = images.repeated(second.samples, len(first.samples))
    sizes = [list(each.shape) for each in (first.samples, above)]
    for size in sizes:
        size[dimension] = 1
    if sizes[0] != sizes[1]:
        raise BadValue(
            f"Latents of {_size(first.samples)} and {_size(above)} do not fit beside each other "
            f'along "{side}". Make their other sides equal.'
        )
    parts = (above, first.samples) if side.startswith("-") else (first.samples, above)
    return first.with_samples(torch.cat(parts, dim=dimension))


def dimension_of(samples: Tensor, side: str) -> int:
    """Return the dimension that is called "x", "y" or "t".

    Raises:
        BadValue: it is time, and these are no films.
    """
    if side == "t" and samples.ndim < FILM:
        raise BadValue(
            'Latents of pictures have no time, so "t" is no side of theirs. Choose "x" or "y".',
            socket="dim",
        )
    return DIMENSIONS[side]


def composited(below: Latent, above: Latent, x: int, y: int, feather: int) -> Latent:
    """Lay one latent onto another.

    Args:
        below: gives the size and the count.
        above: what falls outside is cut off.
        x: pixels from the left edge, rounded down to cells.
        y: pixels from the top edge.
        feather: pixels over which it falls off to those of its edges that are inside.
    """
    x, y, feather = x // CELL, y // CELL, feather // CELL
    result = below.samples.clone()
    height, width = result.shape[-2:]
    source = _checked(above.samples, result)[..., : max(0, height - y), : max(0, width - x)]
    source = images.repeated(source, len(result))
    rows, columns = slice(y, y + source.shape[-2]), slice(x, x + source.shape[-1])
    weight = _falloff(source.shape[-2], height, y, feather).unsqueeze(-1) * _falloff(
        source.shape[-1], width, x, feather
    )
    under = result[..., rows, columns]
    result[..., rows, columns] = torch.lerp(under, source.to(under), weight.to(under))
    return below.with_samples(result)


def _falloff(length: int, room: int, start: int, feather: int) -> Tensor:
    ramp = torch.arange(1, length + 1, dtype=torch.float32)
    ramp = (ramp / feather).clamp(max=1) if feather else torch.ones(length)
    weight = torch.ones(length)
    weight = weight * ramp if start else weight
    return weight * ramp.flip(0) if start + length < room else weight


def composited_masked(
    below: Latent, above: Latent, x: int, y: int, *, mask: Tensor | None, resize_source: bool
) -> Latent:
    """Lay one latent onto another where a mask is white.

    Args:
        below: gives the size and the count.
        above: what falls outside is cut off.
        x: pixels from the left edge, rounded down to cells.
        y: pixels from the top edge.
        mask: (B, H, W) over the upper one; resized to it. None shows all of it.
        resize_source: stretch the upper one to the lower one's size first.
    """
    destination = below.samples.movedim(1, -1)
    source = _checked(above.samples, below.samples).movedim(1, -1)
    laid = images.composited(
        destination, source, x // CELL, y // CELL, mask=mask, resize_source=resize_source
    )
    return below.with_samples(laid.movedim(-1, 1).contiguous())


def _fitted(latent: Latent, to: Latent, method: Method = "bilinear") -> Tensor:
    return images.repeated(_resized(latent, to, method), len(to.samples))


def _resized(latent: Latent, to: Latent, method: Method) -> Tensor:
    samples = _checked(latent.samples, to.samples).to(to.samples)
    if samples.shape[1:] == to.samples.shape[1:]:
        return samples
    return resample(samples, to.samples.shape[-1], to.samples.shape[-2], method, "center")


def _checked(samples: Tensor, to: Tensor) -> Tensor:
    """Return samples of the same kind of model.

    Raises:
        BadValue: their channels differ.
    """
    if samples.ndim != to.ndim or samples.shape[1] != to.shape[1]:
        raise BadValue(
            f"A latent of {_size(samples)} does not go with one of {_size(to)}: their channels "
            "differ. Make both with the same VAE."
        )
    return samples


def _size(samples: Tensor) -> str:
    channels, *sides = samples.shape[1:]
    return f"{' by '.join(map(str, reversed(sides)))} cells with {channels} channels"
