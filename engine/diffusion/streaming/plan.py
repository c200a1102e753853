"""Which layers of a network stay in memory, and which come when they are needed. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Set


@dataclass(frozen=True)
class Plan:
    """What becomes of the layers.

    Attributes:
        streamed: those that come and go, in their order.
        ring_bytes: the memory they come into.
    """

    streamed: tuple[str, ...]
    ring_bytes: int


def plan(
    sizes: Mapping[str, int], fixed_bytes: int, budget_bytes: int, dear: Set[str] = frozenset()
) -> Plan:
    """Share a budget between layers that stay and room for two of the largest that do not.

    Those that stay lie evenly between those that come, so that each has something to load beside.

    Args:
        sizes: layers that may be streamed, in the order they are likely to be called.
        fixed_bytes: what has to stay in any case.
        dear: layers that cost more than reading each time they come; they stay before others do.
    """
    largest = max(sizes.values(), default=0)
    left = budget_bytes - fixed_bytes
    ring = max(min(2 * largest, left // 2), largest)
    room = max(left - ring, 0)
    stays = _evenly({name: size for name, size in sizes.items() if name in dear}, room)
    room -= sum(sizes[name] for name in stays)
    stays |= _evenly({name: size for name, size in sizes.items() if name not in dear}, room)
    return Plan(tuple(name for name in sizes if name not in stays), ring)


def _evenly(sizes: Mapping[str, int], room: int) -> set[str]:
    """Return what stays of layers where there is room for some of them."""
    share = room / max(sum(sizes.values()), 1)
    stays: set[str] = set()
    seen = kept = 0
    for name, size in sizes.items():
        seen += size
        if kept + size <= share * seen:
            kept += size
            stays.add(name)
    return stays
