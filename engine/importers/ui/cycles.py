"""Which definitions contain themselves, through however many others."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def cyclic(uses: Mapping[str, Collection[str]]) -> list[str]:
    """Return the keys that lie on a circle or between two, in order.

    Whatever uses nothing that is left, or is used by nothing that is left, is taken away until
    nothing more can be.
    """
    used_by: dict[str, set[str]] = {key: set() for key in uses}
    for key, below in uses.items():
        for each in below:
            used_by[each].add(key)
    left = _peeled(_peeled(dict.fromkeys(uses), uses, used_by), used_by, uses)
    return list(left)


def _peeled(
    keys: Mapping[str, None],
    ahead: Mapping[str, Collection[str]],
    behind: Mapping[str, Collection[str]],
) -> dict[str, None]:
    left = dict(keys)
    counts = {key: sum(1 for each in ahead[key] if each in left) for key in left}
    waiting = [key for key, count in counts.items() if not count]
    while waiting:
        key = waiting.pop()
        del left[key]
        for each in behind[key]:
            if each in left:
                counts[each] -= 1
                if not counts[each]:
                    waiting.append(each)
    return left
