"""Read the header of a safetensors file and believe nothing in it.

The layout (https://github.com/huggingface/safetensors): 8 bytes little-endian header length, a
JSON object `{name: {dtype, shape, data_offsets}}`, then the tensors without gaps. Knows no torch.
"""

from __future__ import annotations

import json
from math import prod
from typing import TYPE_CHECKING, Any

from engine.diffusion.model_files.tensor_info import ITEM_BYTES, Header, TensorInfo
from engine.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

MAX_HEADER_BYTES = 100_000_000  # the limit of the safetensors library
MAX_DIMENSIONS = 8
DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F16": "float16",
    "BF16": "bfloat16",
    "F32": "float32",
    "F64": "float64",
}


def read_safetensors_header(path: Path) -> Header:
    """Return what the file holds, checked against its size.

    Raises:
        ModelError: it is truncated, or no safetensors file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or not 2 <= length <= MAX_HEADER_BYTES:
            raise ModelError(_not_safetensors(path, start))
        text = file.read(length)
    if not text.startswith(b"{"):
        raise ModelError(_not_safetensors(path, start + text[:8]))
    if len(text) < length:
        raise ModelError(_truncated(path, 8 + length, size))
    header = _parsed(path, text)
    metadata = header.pop("__metadata__", None) or {}
    tensors = {name: _tensor(path, name, entry, 8 + length) for name, entry in header.items()}
    _check_layout(path, list(tensors.values()), 8 + length, size)
    texts = {k: v for k, v in metadata.items() if isinstance(v, str)}
    return Header(tensors, texts)


def _parsed(path: Path, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
        if not isinstance(header.get("__metadata__") or {}, dict):
            raise ValueError("its metadata is no object")
        return header
    except (ValueError, RecursionError) as problem:
        raise ModelError(
            f'"{path.name}" is a damaged safetensors file: its header cannot be read ({problem}). '
            "Download it again."
        ) from problem


def _tensor(path: Path, name: str, entry: Any, data_start: int) -> TensorInfo:
    try:
        dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        whole = all(type(n) is int and n >= 0 for n in (*shape, begin, end))
        if not whole or len(shape) > MAX_DIMENSIONS:
            raise ValueError
        fits = end - begin == prod(shape) * ITEM_BYTES[DTYPES[dtype]]
    except (KeyError, TypeError, ValueError) as problem:
        what = json.dumps(entry)[:120]
        raise ModelError(
            f'"{path.name}" describes its tensor "{name}" in a way that cannot be read: {what}. '
            "The file is damaged or of a newer kind."
        ) from problem
    if not fits:
        raise ModelError(
            f'"{path.name}" is a damaged safetensors file: its tensor "{name}" is {dtype} of '
            f"shape {shape}, but {end - begin:,} bytes are set aside for it. Download it again."
        )
    return TensorInfo(path, name, tuple(shape), DTYPES[dtype], data_start + begin)


def _check_layout(path: Path, tensors: list[TensorInfo], data_start: int, size: int) -> None:
    """Check that the tensors cover the file from the header to its end, each byte once."""
    reached = data_start
    for tensor in sorted(tensors, key=lambda tensor: (tensor.offset, tensor.span_bytes)):
        if tensor.offset != reached:
            raise ModelError(
                f'"{path.name}" is a damaged safetensors file: the place of its tensor '
                f'"{tensor.key}" overlaps another or leaves a gap. Download it again.'
            )
        reached += tensor.span_bytes
    if size < reached:
        raise ModelError(_truncated(path, reached, size))
    if size > reached:
        raise ModelError(
            f'"{path.name}" is a damaged safetensors file: {size - reached:,} bytes follow '
            "after its last tensor. Download it again."
        )


def _truncated(path: Path, promised: int, size: int) -> str:
    return (
        f'"{path.name}" is truncated: its header promises {promised:,} bytes, '
        f"the file has {size:,}. Download it again."
    )


def _not_safetensors(path: Path, start: bytes) -> str:
    return (
        f'"{path.name}" is no safetensors file: {_looks_like(start)}. '
        "Check that the download was the model itself."
    )


def _looks_like(start: bytes) -> str:
    if not start:
        return "it is empty"
    if start.startswith(b"PK"):
        return "it is a zip archive, as .ckpt files are"
    if start.startswith(b"\x80"):
        return "it is a pickle, as old .ckpt and .bin files are"
    if start.lstrip().lower().startswith(b"<"):
        return "it is a web page"
    if start.startswith(b"version "):
        return "it is a Git LFS pointer, which stands for a file that was not downloaded"
    return f"it begins with {start[:8]!r}"
