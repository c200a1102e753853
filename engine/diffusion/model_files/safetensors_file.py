"""Make a safetensors file a tensor at a time, so that no more than one is in memory twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.model_files.safetensors_header import DTYPES

if TYPE_CHECKING:
    from torch import Tensor

_NAMES = {name: stored for stored, name in DTYPES.items()}
#: the header ends at a multiple of this
ALIGNMENT = 8


@dataclass(frozen=True)
class Entry:
    """A tensor of a file: what its header says, and what makes it when it is written."""

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    make: Callable[[], Tensor]

    @classmethod
    def of(cls, name: str, tensor: Tensor) -> Entry:
        """Return the entry of a tensor that is there already."""
        return cls(name, tuple(tensor.shape), tensor.dtype, lambda: tensor)


def safetensors_parts(
    entries: Sequence[Entry], metadata: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """Yield the bytes of a file: its header, with texts in it, and tensor after tensor."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for each in entries:
        begin, end = end, end + prod(each.shape) * each.dtype.itemsize
        header[each.name] = {
            "dtype": _NAMES[str(each.dtype).removeprefix("torch.")],
            "shape": each.shape,
            "data_offsets": (begin, end),
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    yield len(text).to_bytes(8, "little") + text
    for each in entries:
        tensor = each.make().to("cpu", each.dtype).reshape(-1).contiguous()
        yield tensor.view(torch.uint8).numpy().tobytes()
