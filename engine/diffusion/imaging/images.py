"""Pictures: (B, H, W, C), float32 in 0..1, C 3 or 4. Nothing is changed in place."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.imaging.masks import as_planes
from engine.diffusion.imaging.resampling import Crop, Method, resample


def solid(width: int, height: int, batch_size: int, color: int) -> Tensor:
    """Return pictures of one colour, written as 0xRRGGBB."""
    channels = torch.tensor([color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF])
    return (channels / 255).expand(batch_size, height, width, 3).clone()


def inverted(image: Tensor) -> Tensor:
    """Return the negative."""
    return 1 - image


def resized(
    image: Tensor, width: int, height: int, method: Method, crop: Crop = "disabled"
) -> Tensor:
    """Resize in pixels; a side of 0 follows the other one's scale, and 0 by 0 changes nothing."""
    width, height = fitted_size(width, height, image.shape[2], image.shape[1])
    return _resized(image, width, height, method, crop)


def scaled(image: Tensor, factor: float, method: Method) -> Tensor:
    """Resize both sides by `factor`."""
    width, height = (max(1, round(side * factor)) for side in (image.shape[2], image.shape[1]))
    return _resized(image, width, height, method)


def fitted_size(width: int, height: int, old_width: int, old_height: int) -> tuple[int, int]:
    """Fill in sides that are 0: one from the other by the old aspect, both from the old size."""
    if width == 0 and height == 0:
        return old_width, old_height
    if width == 0:
        return max(1, round(old_width * height / old_height)), height
    if height == 0:
        return width, max(1, round(old_height * width / old_width))
    return width, height


def batched(*batches: Tensor) -> Tensor:
    """Join batches; those after the first are cut and resized to it, and lacking alpha added."""
    channels = max(batch.shape[-1] for batch in batches)
    sized = (fitted(batch, batches[0], "bilinear") for batch in batches)
    return torch.cat([with_channels(batch, channels) for batch in sized])


def composited(
    destination: Tensor,
    source: Tensor,
    x: int,
    y: int,
    *,
    mask: Tensor | None = None,
    resize_source: bool = False,
) -> Tensor:
    """Lay `source` onto `destination` with its corner at (x, y); what falls outside is cut off.

    Args:
        destination: (B, H, W, C); gives the result's size, count and channels.
        source: repeated or cut to the destination's count.
        x: pixels from the left edge; may be negative or beyond the right edge.
        y: pixels from the top edge.
        mask: (B, H, W) over the source, 1 shows it; resized to it.
        resize_source: stretch the source to the destination's size first.
    """
    height, width = destination.shape[1:3]
    if resize_source:
        source = _resized(source, width, height, "bilinear")
    count, channels = destination.shape[0], destination.shape[-1]
    source = repeated(with_channels(source, channels), count)
    opacity = _opacity(mask, source)  # (B, h, w, 1)
    rows, source_rows = _overlap(y, source.shape[1], height)
    columns, source_columns = _overlap(x, source.shape[2], width)

    result = destination.clone()
    below = result[:, rows, columns]
    above = source[:, source_rows, source_columns]
    result[:, rows, columns] = torch.lerp(below, above, opacity[:, source_rows, source_columns])
    return result


def fitted(image: Tensor, to: Tensor, method: Method = "bicubic") -> Tensor:
    """Cut a batch about the centre and resize it to the size of another."""
    return _resized(image, to.shape[2], to.shape[1], method, "center")


def alike(*batches: Tensor) -> tuple[Tensor, ...]:
    """Return batches of the first one's size, the shorter ones repeated to the longest."""
    count = max(map(len, batches))
    return tuple(repeated(fitted(batch, batches[0]), count) for batch in batches)


def with_channels(image: Tensor, channels: int) -> Tensor:
    """Add an opaque alpha where there is none, or cut it off."""
    return functional.pad(image, (0, channels - image.shape[-1]), value=1.0)


def repeated(batch: Tensor, count: int) -> Tensor:
    """Repeat a batch from its start, or cut it, to `count` items."""
    times = -(-count // batch.shape[0])
    return batch.repeat(times, *[1] * (batch.ndim - 1))[:count]


def _opacity(mask: Tensor | None, source: Tensor) -> Tensor:
    if mask is None:
        return source.new_ones((*source.shape[:3], 1))
    planes = resample(as_planes(mask), source.shape[2], source.shape[1], "bilinear")
    return repeated(planes, source.shape[0]).movedim(1, -1).to(source)


def _overlap(offset: int, length: int, room: int) -> tuple[slice, slice]:
    """Return where a span of `length` at `offset` lies in `room`, in the room and in the span."""
    start, stop = min(max(offset, 0), room), max(min(offset + length, room), 0)
    if stop <= start:
        return slice(0, 0), slice(0, 0)
    return slice(start, stop), slice(start - offset, stop - offset)


def _resized(
    image: Tensor, width: int, height: int, method: Method, crop: Crop = "disabled"
) -> Tensor:
    if (image.shape[2], image.shape[1]) == (width, height):
        return image
    return resample(image.movedim(-1, 1), width, height, method, crop).movedim(1, -1)
