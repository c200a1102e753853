"""Rows of a weight through changes, a block at a time, on all cores that torch computes with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from engine.diffusion.patches.registry import RowChange

#: Numbers that are changed at a time, which stay in a core's cache: 256 KB in float32.
BLOCK = 2**16


def by_rows(tensor: Tensor, steps: Sequence[RowChange], dtype: torch.dtype) -> Tensor:
    """Send the rows of a contiguous tensor through changes in float32; return them in a dtype."""
    result = torch.empty_like(tensor, dtype=dtype)
    old, new = tensor.flatten(1), result.flatten(1)
    changes = [step.on(tensor.device) for step in steps]

    def go(rows: slice) -> None:
        block = old[rows].to(torch.float32, copy=True)
        for change in changes:
            change(block, rows)
        new[rows] = block

    if tensor.device.type == "cpu":
        height = max(BLOCK // old.shape[1], 1)
        _on_cores(go, [slice(at, at + height) for at in range(0, old.shape[0], height)])
    else:
        go(slice(None))
    return result


def _on_cores(work: Callable[[slice], None], blocks: Sequence[slice]) -> None:
    """Work on blocks, each on one core.

    A block is so small that threads of torch, which share one operation at a time, would wait for
    each other longer than they compute.
    """
    count = torch.get_num_threads()
    waiting = iter(blocks)
    if count == 1:
        _work_off(work, waiting)
        return
    workers = _workers(count)
    shares = [workers.submit(_work_off, work, waiting) for _ in range(min(count, len(blocks)))]
    for share in shares:
        share.result()


def _work_off(work: Callable[[slice], None], waiting: Iterator[slice]) -> None:
    for rows in waiting:  # several threads take from it
        work(rows)


@cache
def _workers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, "patches", initializer=_compute_alone, initargs=(count,))


def _compute_alone(others: int) -> None:
    """Let torch compute on this thread alone.

    It counts for threads that torch comes to know later, too: they are given `others` back.
    """
    torch.set_num_threads(1)
    again = Thread(target=torch.set_num_threads, args=(others,))
    again.start()
    again.join()
