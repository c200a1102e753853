"""How many bytes a value takes in memory, near enough to keep a bound."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.results import Outputs

_SMALL = frozenset({int, float, bool, type(None)})
_SMALL_BYTES = 32
#: What an object of a pack is taken to be worth.
_OPAQUE_BYTES = 4096


def size_of(outputs: Outputs) -> int:
    """Return the bytes that the values of a node take."""
    total = 0
    waiting: list[Any] = []
    for values in outputs.lists:
        for value in values:
            if type(value) in _SMALL:
                total += _SMALL_BYTES
            else:
                waiting.append(value)
    return total + (_size_of_all(waiting) if waiting else 0)


def _size_of_all(waiting: list[Any]) -> int:
    total = 0
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if type(value) in _SMALL:
            total += _SMALL_BYTES
            continue
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, (str, bytes, type)):
            total += sys.getsizeof(value)
        elif (size := bytes_of(value)) is not None:
            total += size
        else:
            inner = parts_of(value)
            total += _OPAQUE_BYTES if inner is None else _SMALL_BYTES * (1 + len(inner))
            waiting += inner or ()
    return total


def bytes_of(value: Any) -> int | None:
    """Return what a tensor or an array takes; None for everything else."""
    try:
        return int(value.nbytes)
    except (AttributeError, TypeError):
        return None
    except RuntimeError:  # a sparse tensor; it is taken for a dense one
        return value.numel() * value.element_size()


def parts_of(value: Any) -> list[Any] | None:
    """Return the parts of a container or a frozen class, or None for an opaque object."""
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    if dataclasses.is_dataclass(value):
        return [getattr(value, each.name) for each in dataclasses.fields(value)]
    return None
