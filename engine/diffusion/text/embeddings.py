"""Vectors of textual inversion files (Gal et al. 2022), in the layouts that people have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from engine.diffusion.model_files.pickle_file import read_pickle
from engine.diffusion.model_files.safetensors_header import read_safetensors_header
from engine.errors import ModelError

SAFETENSORS_SUFFIXES = frozenset({".safetensors", ".sft"})


def load_embedding(path: Path, width: int) -> Tensor:
    """Return the vectors (N, width), float32, that stand for the places of an embedding.

    A file for a model with two text encoders holds a table for each: the one that fits is taken.

    Raises:
        ModelError: the file is no embedding, one for text encoders of another width, or damaged.
    """
    content = _read(path)
    tables = dict(_tables(content))
    for table in tables.values():
        if table.shape[-1] == width:
            return _finite(table.detach().float().reshape(-1, width), path.name)
    if tables:
        widths = " and ".join(str(table.shape[-1]) for table in tables.values())
        raise ModelError(
            f'Embedding "{path.name}" does not fit this text encoder: its vectors have '
            f"{widths} numbers, the encoder takes {width}. "
            "Use an embedding made for this kind of model."
        )
    raise ModelError(
        f'"{path.name}" is no embedding: it holds {_found(content)}, and no table of vectors. '
        "Check that the download was the embedding itself."
    )


def _finite(vectors: Tensor, name: str) -> Tensor:
    if not vectors.isfinite().all():
        raise ModelError(
            f'Embedding "{name}" is damaged: it holds values that are not numbers. '
            "Download it again."
        )
    return vectors


def _read(path: Path) -> Any:
    if path.suffix.lower() in SAFETENSORS_SUFFIXES:
        read_safetensors_header(path)
        return safetensors.torch.load(path.read_bytes())
    return read_pickle(path)


def _tables(content: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield what may be vectors.

    A1111 writes `{"string_to_param": {"*": table}, …}`, diffusers `{"<token>": vector}`, others
    `{"emb_params": table}` or a table for each encoder: `{"clip_l": table, "clip_g": table}`.
    """
    if isinstance(content, Mapping):
        inner = content.get("string_to_param", content)
        for name, value in (inner if isinstance(inner, Mapping) else content).items():
            if isinstance(value, Tensor) and value.is_floating_point() and value.ndim in {1, 2}:
                yield str(name), value


def _found(content: Any) -> str:
    if not isinstance(content, Mapping) or not content:
        return "nothing that has a name"
    names = [f'"{name}"' for name in content]
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
