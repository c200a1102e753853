"""Read what a .ckpt, .pt or .bin file holds, through torch's restricted unpickler alone."""

from __future__ import annotations

import pickle
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from engine.diffusion.model_files.tensor_info import ITEM_BYTES, Header, TensorInfo
from engine.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

#: What reading a damaged file raises, in torch and below it.
DAMAGE = (
    RuntimeError, EOFError, ValueError, KeyError, IndexError, OSError,
    struct.error, zipfile.BadZipFile,
)  # fmt: skip

#: Under what trainers put the weights: Lightning, and BasicSR with and without averaging.
WRAPPERS = ("state_dict", "params_ema", "params")


def read_pickle_header(path: Path) -> Header:
    """Return names, shapes and places of the tensors; their bytes are not read.

    Raises:
        ModelError: it is damaged, no torch file, or needs code to be run.
    """
    with FakeTensorMode():
        tensors = _load(path)
    size = path.stat().st_size
    _check_stored(path)
    return Header({name: _info(path, size, name, t) for name, t in tensors.items()})


def load_pickle(path: Path) -> dict[str, torch.Tensor]:
    """Return all tensors of a file that cannot be read in parts (written before torch 1.6)."""
    return _load(path)


def _load(path: Path) -> dict[str, torch.Tensor]:
    return dict(_tensors(read_pickle(path)))


def read_pickle(path: Path) -> Any:
    """Return whatever a file holds beside code: tensors in mappings, lists, numbers, texts.

    Raises:
        ModelError: it is damaged, no torch file, or needs code to be run.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as problem:
        raise ModelError(_refused(path, str(problem))) from problem
    except DAMAGE as problem:
        raise ModelError(_damaged(path)) from problem


def _damaged(path: Path) -> str:
    return (
        f'"{path.name}" cannot be read as a torch file: it is damaged or truncated '
        f"({path.stat().st_size:,} bytes). Download it again."
    )


def _tensors(content: Any) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(content, Mapping):
        inner = next((content[key] for key in WRAPPERS if key in content), content)
        for name, value in (inner if isinstance(inner, Mapping) else content).items():
            if isinstance(name, str) and isinstance(value, torch.Tensor):
                yield name, value


def _refused(path: Path, reason: str) -> str:
    if names := re.findall(r"GLOBAL ([\w.]+)", reason):
        listed = ", ".join(f'"{name}"' for name in dict.fromkeys(names))
        return (
            f'"{path.name}" is refused: beside weights it holds {listed}, and reading that could '
            "run code. Look for the same model as a .safetensors file."
        )
    return (
        f'"{path.name}" is no torch file: it holds something other than weights. '
        "Check that the download was the model itself."
    )


def _check_stored(path: Path) -> None:
    """Check that nothing in the archive is compressed, so that offsets say where tensors lie."""
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                items = archive.infolist()
        except zipfile.BadZipFile as problem:
            raise ModelError(_damaged(path)) from problem
        if any(item.compress_type != zipfile.ZIP_STORED for item in items):
            raise ModelError(
                f'"{path.name}" is a compressed archive, which torch does not write. '
                "Look for the model as its author saved it."
            )


def _info(path: Path, size: int, name: str, tensor: torch.Tensor) -> TensorInfo:
    dtype = str(tensor.dtype).removeprefix("torch.")
    if dtype not in ITEM_BYTES:
        raise ModelError(f'"{path.name}" holds "{name}" as {dtype}, which is not supported.')
    # Where the storage lies in the file, as torch tells under FakeTensorMode (notes/serialization).
    start: int | None = getattr(tensor.untyped_storage(), "_checkpoint_offset", None)
    offset = None if start is None else start + int(tensor.storage_offset()) * ITEM_BYTES[dtype]
    strides = None if tensor.is_contiguous() else tuple(tensor.stride())
    info = TensorInfo(path, name, tuple(tensor.shape), dtype, offset, strides)
    if offset is not None and offset + info.span_bytes > size:
        raise ModelError(f'"{path.name}" is truncated: "{name}" ends after the end of the file.')
    return info
