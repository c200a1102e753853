"""A question of many samples cut into questions of a few."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from engine.diffusion.denoising.evaluation import Given

    Answering = Callable[[Tensor, Tensor, Given], Tensor]


def answered_in_parts(
    answer: Answering, x: Tensor, sigma: Tensor, given: Given, size: int
) -> Tensor:
    """Return a denoiser's answer, computed for at most `size` samples at a time.

    Args:
        x, sigma, given: as a denoiser takes them.
    """
    batches = given.batches or (len(x),)
    return torch.cat(
        [answer(x[p.items], sigma[p.items], _given(given, p)) for p in _parts(batches, size)]
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Some samples of one question.

    Attributes:
        items: where they are in all.
        places: where they are in their question.
        count: samples of that question.
    """

    items: slice
    places: slice
    count: int


def _parts(batches: Sequence[int], size: int) -> Iterator[_Part]:
    begin = 0
    for count in batches:
        for first in range(0, count, size):
            end = min(first + size, count)
            yield _Part(slice(begin + first, begin + end), slice(first, end), count)
        begin += count


def _given(given: Given, part: _Part) -> Given:
    beside = given.channels
    return replace(
        given,
        context=given.context[part.items],
        channels=None if beside is None else beside[part.items],
        controls=tuple(replace(c, part=(part.places, part.count)) for c in given.controls),
        batches=(part.places.stop - part.places.start,),
    )
