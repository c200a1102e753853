"""How the values of a layer get to where it computes while another one computes.

A mover begins a move and returns what waits for it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    Move = Callable[[], None]
    Mover = Callable[[Move], Callable[[], None]]


def mover_for(device: str, memory: Tensor) -> Mover:
    """Return the mover of a device, for moves into a piece of its memory."""
    kind = device.partition(":")[0]
    if kind == "cuda":
        return _on_side_stream(device, memory)
    return _on_thread if kind == "cpu" else _at_once


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="streaming")


def _on_thread(move: Move) -> Callable[[], None]:
    """Read from the file beside; neither waiting for a disk nor copying holds Python."""
    return _thread().submit(move).result


def _at_once(move: Move) -> Callable[[], None]:
    move()
    return lambda: None


def _on_side_stream(device: str, memory: Tensor) -> Mover:
    """Copy from pinned memory on a stream of its own, behind what still uses the place."""
    side = torch.cuda.Stream(device)
    # A copy may be under way when the network is let go: until it is done, the memory is nobody's.
    memory.record_stream(side)

    def begin(move: Move) -> Callable[[], None]:
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(side):
            move()
            arrived = side.record_event()
        return lambda: torch.cuda.current_stream(device).wait_event(arrived)

    return begin
