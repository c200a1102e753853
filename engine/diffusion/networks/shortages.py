"""What is done when a device has no room: the same in smaller pieces, and at last a clear error."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import torch

from engine.errors import OutOfMemory
from engine.hardware import machine
from engine.hardware.shortage import first_line, is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

logger = logging.getLogger(__name__)

T = TypeVar("T")
GB = 1e9


@dataclass(frozen=True)
class Rung(Generic[T]):
    """One way to compute something.

    Attributes:
        told: what it does so that it takes less, for people; nothing where it is as asked.
    """

    compute: Callable[[], T]
    told: str = ""


def first_that_fits(
    rungs: Iterable[Rung[T]], what: str, device: torch.device | str, warn: Callable[[str], None]
) -> T:
    """Return what the first rung gives that the device has room for.

    Args:
        rungs: from the one that needs most to the one that needs least; the next is asked for when
            nothing of the last is alive any more.
        what: is named when it is not the first that fits.
        warn: told then what was done.

    Raises:
        OutOfMemory: none fits.
    """
    reason = ""
    for rung in rungs:
        try:
            answer = rung.compute()
        except Exception as problem:
            if not is_out_of_memory(problem):
                raise
            reason = first_line(problem)  # the exception itself would keep all tensors alive
            logger.info("%s found no room: %s", what, reason)
        else:
            if rung.told:
                warn(f"{what} needs more memory than there is, so {rung.told}.")
            return answer
    raise OutOfMemory(
        f"{what} needs more memory than there is, even in the smallest pieces: {reason}. "
        f"{room_of(device)} Use a smaller picture, a lower --precision, or a smaller --memory, "
        "which leaves more room for what is computed."
    )


def room_of(device: torch.device | str) -> str:
    """Say in a sentence how much memory a device has; nothing where that cannot be told."""
    device = torch.device(device)
    if device.type == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return f"{device} has {free / GB:.1f} of {total / GB:.1f} GB free."
    total = machine.memory_bytes()
    return f"The machine has {total / GB:.1f} GB." if total else ""
