"""What is done when a device has no room: the same in smaller pieces, and at last a clear error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import torch

from engine.diffusion.imaging.images import repeated
from engine.errors import OutOfMemory
from engine.hardware import machine
from engine.hardware.shortage import first_line, is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from torch import Tensor

    from engine.diffusion.control.applied import Applied
    from engine.diffusion.denoising.evaluation import Denoising, Given

GB = 1e9


def first_that_fits(
    attempts: Iterable[Callable[[], Tensor]], what: str, device: torch.device | str
) -> Tensor:
    """Return what the first attempt gives that the device has room for.

    Args:
        attempts: from the one that needs most to the one that needs least; the first always runs.
        what: is named when none fits.

    Raises:
        OutOfMemory: none fits.
    """
    reason = ""
    for attempt in attempts:
        try:
            return attempt()
        except Exception as problem:
            if not is_out_of_memory(problem):
                raise
            reason = first_line(problem)  # the exception itself would keep all tensors alive
    raise OutOfMemory(
        f"{what} needs more memory than there is, even in the smallest pieces: {reason}. "
        f"{_room(torch.device(device))} Use a smaller picture, a lower --precision, or a smaller "
        "--memory, which leaves more room for what is computed."
    )


def answered(denoiser: Denoising, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
    """Return a denoiser's answer, computed in ever smaller batches where there is no room.

    Args:
        x, sigma, given: as the denoiser takes them.

    Raises:
        OutOfMemory: there is no room for a single item.
    """
    height, width = x.shape[-2:]
    what = f"The diffusion model at {width} × {height} latent cells"
    return first_that_fits(_attempts(denoiser, x, sigma, given), what, denoiser.device)


def _attempts(
    denoiser: Denoising, x: Tensor, sigma: Tensor, given: Given
) -> Iterator[Callable[[], Tensor]]:
    yield lambda: denoiser(x, sigma, given)
    batches = given.batches or (len(x),)
    largest = max(batches)
    for size in dict.fromkeys((largest, largest // 2, 1)):
        if 0 < size < len(x):
            yield partial(_in_batches, denoiser, x, sigma, given, [*_parts(batches, size)])


def _in_batches(
    denoiser: Denoising, x: Tensor, sigma: Tensor, given: Given, parts: Sequence[_Part]
) -> Tensor:
    return torch.cat([denoiser(x[p.items], sigma[p.items], _given(given, p)) for p in parts])


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
        controls=tuple(_steered(control, part) for control in given.controls),
        batches=(part.places.stop - part.places.start,),
    )


def _steered(control: Applied, part: _Part) -> Applied:
    """Return a control with the pictures that are for these samples."""
    if len(control.hint) == 1:
        return control
    return replace(control, hint=repeated(control.hint, part.count)[part.places], made={})


def _room(device: torch.device) -> str:
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return f"{device} has {free / GB:.1f} of {total / GB:.1f} GB free."
    total = machine.memory_bytes()
    return f"The machine has {total / GB:.1f} GB." if total else ""
