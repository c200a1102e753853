"""Batches of pictures taken apart and put together anew."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def part(image: Tensor, start: int, length: int) -> Tensor:
    """Take `length` pictures from `start`, at least the last one."""
    start = min(start, len(image) - 1)
    return image[start : start + length]


def repeated_whole(image: Tensor, amount: int) -> Tensor:
    """Put a batch behind itself until it is there `amount` times."""
    return image.repeat(amount, 1, 1, 1)


def rebatched(batches: Sequence[Tensor], size: int) -> list[Tensor]:
    """Cut all pictures anew into batches of `size`; one begins wherever the shape changes."""
    result: list[Tensor] = []
    waiting: list[Tensor] = []
    for picture in (one for batch in batches for one in batch.split(1)):
        if waiting and (len(waiting) == size or picture.shape != waiting[0].shape):
            result.append(torch.cat(waiting))
            waiting = []
        waiting.append(picture)
    return [*result, torch.cat(waiting)] if waiting else result
