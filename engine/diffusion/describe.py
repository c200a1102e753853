"""What a model file is, from its headers alone, for `models` and the editor. Knows no torch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.diffusion.checkpoint import Contents, read_contents
from engine.diffusion.families import Family, family_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class ModelInfo:
    """One checkpoint.

    Attributes:
        family: registered name, such as "sd1".
        parts: which of "model", "text_encoder", "vae" it holds.
        dtype: what most of its numbers are stored as.
        size_bytes: of its files on the disk.
        told_by: settings that tensor shapes cannot tell to who told them.
    """

    family: str
    parts: tuple[str, ...]
    dtype: str
    size_bytes: int
    told_by: Mapping[str, str] = field(default_factory=dict[str, str])


def describe_model(path: Path) -> ModelInfo:
    """Describe a checkpoint file or diffusers folder.

    Raises:
        ModelError: it is damaged, or no checkpoint of a known family.
    """
    contents = read_contents(path)
    family = family_of(contents)
    parts = family.parts(contents)
    return ModelInfo(
        family=family.name,
        parts=parts,
        dtype=_dtype(contents),
        size_bytes=contents.size_bytes,
        told_by=_told_by(family, contents, parts),
    )


def _dtype(contents: Contents) -> str:
    elements: Counter[str] = Counter()
    for info in contents.tensors.values():
        elements[info.dtype] += info.elements
    return elements.most_common(1)[0][0]


def _told_by(family: Family, contents: Contents, parts: tuple[str, ...]) -> dict[str, str]:
    told_by: dict[str, str] = {}
    for part in parts:
        told_by |= family.network(contents, part).told_by
    return told_by | dict(family.training(contents).told_by)
