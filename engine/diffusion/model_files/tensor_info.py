"""What a file says of its tensors before any of their bytes is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: dtypes a file may hold, by their torch names, with the bytes of an element
ITEM_BYTES: Mapping[str, int] = {
    "bool": 1,
    "uint8": 1,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "float8_e4m3fn": 1,
    "float8_e5m2": 1,
    "float16": 2,
    "bfloat16": 2,
    "float32": 4,
    "float64": 8,
}


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a file.

    Attributes:
        file: the file it lies in.
        dtype: as torch names it, such as "float16".
        offset: where its first byte lies; None in files that can only be read as a whole.
        key: its name inside the file.
        strides: in elements, for a tensor that does not lie in C order.
    """

    file: Path
    key: str
    shape: tuple[int, ...]
    dtype: str
    offset: int | None
    strides: tuple[int, ...] | None = None

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)

    @property
    def span_bytes(self) -> int:
        """How many bytes of the file it covers, from its offset."""
        if self.strides is None or not self.elements:
            return self.elements * ITEM_BYTES[self.dtype]
        last = sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        return (last + 1) * ITEM_BYTES[self.dtype]


@dataclass(frozen=True)
class Header:
    """All tensors of a file by name, and the texts that come with them."""

    tensors: Mapping[str, TensorInfo]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
