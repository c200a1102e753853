"""Where the values of a streamed network come from: its file, or pinned memory."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import torch

from engine.diffusion.model_files.tensor_reader import open_tensors
from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from engine.diffusion.model_files.tensor_info import TensorInfo
    from engine.diffusion.networks.build import Changing


class Source(Protocol):
    """Gives the values of tensors by their names inside the network."""

    def fill(self, name: str, out: Tensor) -> None:
        """Write a tensor's values into `out`, which has its shape and the network's dtype."""
        ...


class FileSource:
    """Reads tensors from the file each time; closed when nothing holds it any more.

    Any thread may ask: the one that moves layers does, and one that merges two networks.

    Args:
        changing: what patches make of its tensors.
    """

    def __init__(self, tensors: Mapping[str, TensorInfo], changing: Changing | None = None) -> None:
        self._tensors = tensors
        self._changing = changing
        self._lock = threading.Lock()
        self._opened = ExitStack()
        self._reader = self._opened.enter_context(open_tensors(tensors))
        files = {info.file for info in tensors.values()}
        self._states = {file: _state(file) for file in files}

    def fill(self, name: str, out: Tensor) -> None:
        """Write a tensor's values into `out`.

        Raises:
            ModelError: the file has changed since it was opened.
        """
        info = self._tensors[name]
        if _state(info.file) != self._states[info.file]:
            raise ModelError(
                f'"{info.file.name}" changed while its weights were read from it. '
                "Run the workflow again."
            )
        if self._changing is None or name not in self._changing.names:
            with self._lock:
                self._reader.read_into(info, out)
            return
        with self._lock:
            stored = self._reader.read(info)
        out.copy_(self._changing.change(name, stored.to(out.dtype).reshape(out.shape)))

    def __del__(self) -> None:
        self._opened.close()


class PinnedSource:
    """Holds tensors in memory that a GPU can read by itself, read once from another source."""

    def __init__(
        self, source: Source, shapes: Mapping[str, torch.Size], dtype: torch.dtype
    ) -> None:
        self._tensors = {
            name: torch.empty(shape, dtype=dtype, pin_memory=True) for name, shape in shapes.items()
        }
        for name, tensor in self._tensors.items():
            source.fill(name, tensor)

    def fill(self, name: str, out: Tensor) -> None:
        """Begin to copy a tensor's values into `out`, on the current stream.

        Torch gives pinned memory to others only when copies from it that are under way are done.
        """
        out.copy_(self._tensors[name], non_blocking=True)


def _state(file: Path) -> tuple[int, int, int]:
    """Return what tells a file from what it becomes when it is written anew."""
    try:
        found = os.stat(file)  # noqa: PTH116 it is asked for each tensor
    except OSError:
        return (0, 0, 0)
    return found.st_ino, found.st_size, found.st_mtime_ns
