"""Places in a piece of memory that is filled and freed in one order, round and round. No torch."""

from __future__ import annotations

from collections import deque

#: Tensors begin at multiples of this, as torch's own do on a GPU (64 on a CPU): libraries choose
#: their way by it, cuBLAS by up to 256, and another way rounds differently.
ALIGNMENT = 512


def aligned(size_bytes: int) -> int:
    """Return what a tensor takes with the gap to the next."""
    return -(-size_bytes // ALIGNMENT) * ALIGNMENT


class Ring:
    """Hands out spans of `size_bytes`; the oldest is freed first."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self._spans: deque[tuple[int, int]] = deque()

    def place(self, size_bytes: int) -> int | None:
        """Return where so many bytes may lie now; None if they have to wait."""
        start = self._start(size_bytes)
        if start is not None:
            self._spans.append((start, start + size_bytes))
        return start

    def free_oldest(self) -> None:
        """Give back the span that was handed out first."""
        self._spans.popleft()

    def clear(self) -> None:
        """Give back all."""
        self._spans.clear()

    def _start(self, size_bytes: int) -> int | None:
        if not self._spans:
            return 0 if size_bytes <= self.size_bytes else None
        first, last = self._spans[0][0], self._spans[-1][1]
        if last <= first:  # gone round
            return last if first - last >= size_bytes else None
        if self.size_bytes - last >= size_bytes:
            return last
        return 0 if first >= size_bytes else None
