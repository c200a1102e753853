"""Where in memory the tensors of a value lie, to find every result that shares a changed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.cache.sizes import parts_of
from engine.lazy import loaded

if TYPE_CHECKING:
    from engine.results import Outputs


def place_of(value: Any) -> int:
    """Return where the storage of a tensor or an array begins; its views have the same place.

    It is 0 for everything else, and for tensors without a storage of their own.
    """
    torch = loaded("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        try:
            return value.untyped_storage().data_ptr()
        except (NotImplementedError, RuntimeError):  # a sparse one
            return 0
    numpy = loaded("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        while isinstance(value.base, numpy.ndarray):
            value = value.base
        return value.__array_interface__["data"][0]
    return 0


def places_in(outputs: Outputs) -> set[int]:
    """Return the places of all tensors and arrays in a result."""
    places: set[int] = set()
    seen: set[int] = set()
    waiting: list[Any] = [*outputs.lists]
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, (str, bytes, int, float, type)):
            continue
        seen.add(id(value))
        if place := place_of(value):
            places.add(place)
        else:
            waiting += parts_of(value) or ()
    return places
