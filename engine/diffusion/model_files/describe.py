"""What a model file is, from its headers alone, for `models` and the editor. Knows no torch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.diffusion.families import FAMILIES, Family
from engine.diffusion.model_files.checkpoint import (
    PICKLE_SUFFIXES,
    SAFETENSORS_SUFFIXES,
    Contents,
    read_contents,
    read_header,
)
from engine.diffusion.model_files.recognise import UNKNOWN, recognise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from engine.diffusion.model_files.tensor_info import TensorInfo


@dataclass(frozen=True)
class ModelInfo:
    """One model file.

    Attributes:
        family: name of a family, such as "sd1", or "unknown".
        parts: which of "model", "text_encoder", "vae" a checkpoint holds.
        dtype: what most of its numbers are stored as.
        size_bytes: of its files on the disk.
        told_by: settings that tensor shapes cannot tell to who told them.
        what: what it is, such as "checkpoint" or "LoRA".
        metadata: texts in its header.
    """

    family: str
    parts: tuple[str, ...]
    dtype: str
    size_bytes: int
    told_by: Mapping[str, str] = field(default_factory=dict[str, str])
    what: str = "checkpoint"
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


def describe_file(path: Path) -> ModelInfo:
    """Describe a model file of any kind, or a diffusers folder.

    What is not recognised is "unknown", which is no error: packs bring models of their own.

    Raises:
        ModelError: it is damaged, or could run code.
    """
    suffix = path.suffix.lower()
    if not path.is_dir() and suffix not in SAFETENSORS_SUFFIXES | PICKLE_SUFFIXES:
        return ModelInfo(UNKNOWN, (), "", path.stat().st_size, what=UNKNOWN)
    if path.is_dir() and not (path / "unet").is_dir():
        return ModelInfo(UNKNOWN, (), "", 0, what="diffusers folder")
    if path.is_dir():
        contents, metadata = read_contents(path), dict[str, str]()
    else:
        header = read_header(path)
        contents, metadata = Contents(path, header.tensors, {}), dict(header.metadata)
    guess = recognise(contents.tensors)
    if guess.what in ("checkpoint", "diffusion model", UNKNOWN):
        for family in FAMILIES.values():
            if family.recognises(contents):
                return replace(_described(read_contents(path), family), metadata=metadata)
    return ModelInfo(
        family=guess.family,
        parts=(),
        dtype=_dtype(contents.tensors.values()),
        size_bytes=path.stat().st_size if path.is_file() else contents.size_bytes,
        what=guess.what,
        metadata=metadata,
    )


def _described(contents: Contents, family: Family) -> ModelInfo:
    parts = family.parts(contents)
    return ModelInfo(
        family=family.name,
        parts=parts,
        dtype=_dtype(contents.tensors.values()),
        size_bytes=contents.size_bytes,
        told_by=_told_by(family, contents, parts),
    )


def _dtype(tensors: Iterable[TensorInfo]) -> str:
    elements: Counter[str] = Counter()
    for info in tensors:
        elements[info.dtype] += info.elements
    return elements.most_common(1)[0][0] if elements else ""


def _told_by(family: Family, contents: Contents, parts: tuple[str, ...]) -> dict[str, str]:
    told_by: dict[str, str] = {}
    for part in parts:
        told_by |= family.network(contents, part).told_by
    return told_by | dict(family.training(contents).told_by)
