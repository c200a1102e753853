"""Read tensors of model files one by one, each straight into memory of its own.

No file is mapped: the peak is the result and one tensor more, and a file that is cut short while
it is read raises instead of killing the process.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch

from engine.diffusion.model_files.tensor_info import ITEM_BYTES, TensorInfo
from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from io import FileIO


class TensorReader:
    """Open files of one model; made by `open_tensors`."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._files: dict[Path, FileIO] = {}
        self._whole: dict[Path, dict[str, torch.Tensor]] = {}

    def read(self, info: TensorInfo) -> torch.Tensor:
        """Return a tensor on the CPU in the dtype it is stored in.

        Raises:
            ModelError: the file has become shorter than its header says.
        """
        if info.offset is None:
            return self._from_whole(info)
        dtype: torch.dtype = getattr(torch, info.dtype)
        flat = torch.empty(info.span_bytes // ITEM_BYTES[info.dtype], dtype=dtype)
        if flat.numel():
            self._fill(flat, info)
        if info.strides is None:
            return flat.view(info.shape)
        return flat.as_strided(info.shape, info.strides)

    def read_into(self, info: TensorInfo, out: torch.Tensor) -> None:
        """Write a tensor's values into a contiguous one, in whose dtype and shape they are then.

        Raises:
            ModelError: the file has become shorter than its header says.
        """
        is_as_stored = (
            info.offset is not None
            and info.strides is None
            and out.device.type == "cpu"
            and str(out.dtype).removeprefix("torch.") == info.dtype
        )
        if is_as_stored and out.numel():
            self._fill(out.view(-1), info)
        else:
            out.copy_(self.read(info).reshape(out.shape))

    def _fill(self, flat: torch.Tensor, info: TensorInfo) -> None:
        file = self._open(info.file)
        file.seek(info.offset or 0)
        rest = memoryview(cast("Any", flat.view(torch.uint8).numpy()))
        while rest:
            count = file.readinto(rest)  # the system gives at most 2 GB at a time
            if not count:
                raise ModelError(
                    f'"{info.file.name}" ends within its tensor "{info.key}": it has become '
                    "shorter since it was opened. Wait until it is written, then run again."
                )
            rest = rest[count:]

    def _open(self, path: Path) -> FileIO:
        if path not in self._files:
            file = path.open("rb", buffering=0)
            self._files[path] = self._stack.enter_context(file)
        return self._files[path]

    def _from_whole(self, info: TensorInfo) -> torch.Tensor:
        whole = self._whole.get(info.file, {})
        if info.key not in whole:  # none was read yet, or this one was: it is not kept
            from engine.diffusion.model_files.pickle_file import load_pickle

            whole = self._whole[info.file] = load_pickle(info.file)
        return whole.pop(info.key)


@contextmanager
def open_tensors(tensors: Mapping[str, TensorInfo]) -> Generator[TensorReader]:
    """Open the files these tensors lie in, as each is needed, and close them at the end.

    Raises:
        ModelError: a file cannot be opened or read.
    """
    with ExitStack() as stack:
        try:
            yield TensorReader(stack)
        except OSError as problem:
            name = Path(problem.filename).name if problem.filename else "A model file"
            reason = problem.strerror or problem
            raise ModelError(f'"{name}" cannot be read: {reason}.') from problem
