"""Where pictures are made from others: by few threads, and large ones one at a time.

A small file may hold a large picture; a few of those at once would take all memory.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from PIL.Image import Image

P = ParamSpec("P")
T = TypeVar("T")

MAKERS = 2
#: A larger picture is decoded while no other such is.
LARGE_PIXELS = 32_000_000

_makers = ThreadPoolExecutor(MAKERS, "pictures")
_large = threading.RLock()


async def made(make: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Return what `make` returns, called in one of the threads for pictures."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_makers, lambda: make(*given, **named))


@contextmanager
def room_for(picture: Image) -> Generator[None]:
    """Wait until nobody else works with a large picture, if this is one."""
    if picture.width * picture.height <= LARGE_PIXELS:
        yield
        return
    with _large:
        yield
