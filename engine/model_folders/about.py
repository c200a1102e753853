"""What people say of a model: pictures and metadata beside its file or in its header.

Beside `x.safetensors`: `x.preview.png`, `x.json` (A1111), `x.civitai.info` (Civitai). In the
header: `ss_*` (kohya's trainer), `modelspec.*` (https://github.com/Stability-AI/ModelSpec). Any of
it may be missing or broken, which is no error.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from engine.diffusion.model_files.checkpoint import SAFETENSORS_SUFFIXES
from engine.diffusion.model_files.safetensors_header import read_safetensors_header
from engine.errors import EngineError

PREVIEWS = tuple(
    f"{middle}{suffix}"
    for middle in (".preview", "")
    for suffix in (".png", ".jpg", ".jpeg", ".webp")
)
THUMBNAIL = "modelspec.thumbnail"
MAX_FILE_BYTES = 2 * 2**20
MAX_THUMBNAIL_BYTES = 2 * 2**20
MAX_TEXT = 4_000
MAX_WORDS = 100


@dataclass(frozen=True)
class About:
    """What is said of a model; empty where nobody says it.

    Attributes:
        preview: a picture beside the file.
        title: for people.
        base: the model or family it was trained on, in the words of who says so.
        trigger_words: what a prompt should hold.
        sha256: as whoever offers the file states it, unchecked.
        description: for people; may be markup, which nobody has made safe.
        notes: for people.
    """

    preview: Path | None = None
    title: str = ""
    author: str = ""
    base: str = ""
    trigger_words: tuple[str, ...] = ()
    sha256: str = ""
    license: str = ""
    description: str = ""
    notes: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what is not empty, the preview by its file's name."""
        shown = {each.name: getattr(self, each.name) for each in fields(self)}
        shown["preview"] = self.preview.name if self.preview else ""
        shown["trigger_words"] = list(self.trigger_words)
        return {name: value for name, value in shown.items() if value}


def about(path: Path, metadata: Mapping[str, str] | None = None) -> About:
    """Return what is said of a model file, each thing by the first who says it.

    Args:
        metadata: texts of its header; without them the header is read.
    """
    header = _header_texts(path) if metadata is None else metadata
    said = [_by_person(_json_beside(path, ".json"))]
    said += [_by_civitai(_json_beside(path, ".civitai.info")), in_header(header)]
    first: dict[str, Any] = {}
    for one in reversed(said):
        first |= {name: text for name, text in one.items() if text}
    return About(preview=_preview(path), **first)


def in_header(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the texts of a header say, in the names of `About`."""

    def told(*keys: str) -> str:
        return next((text for key in keys if (text := _text(metadata.get(key)))), "")

    return {
        "title": told("modelspec.title", "ss_output_name"),
        "author": told("modelspec.author"),
        "base": told("modelspec.architecture", "ss_base_model_version", "ss_sd_model_name"),
        "trigger_words": _words(told("modelspec.trigger_phrase").split(",")),
        "sha256": told("modelspec.hash_sha256", "sshs_model_hash").removeprefix("0x").lower(),
        "license": told("modelspec.license"),
        "description": told("modelspec.description"),
        "notes": told("modelspec.usage_hint", "ss_training_comment"),
    }


def thumbnail(path: Path) -> bytes:
    """Return the picture in a file's header, whose content nobody has checked; or nothing."""
    _, _, text = _header_texts(path).get(THUMBNAIL, "").partition("base64,")
    if not text or len(text) > MAX_THUMBNAIL_BYTES:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _by_person(said: Mapping[str, Any]) -> dict[str, Any]:
    """Read what A1111's editor of metadata writes."""
    return {
        "base": _text(said.get("sd version")),
        "trigger_words": _words(_text(said.get("activation text")).split(",")),
        "description": _text(said.get("description")),
        "notes": _text(said.get("notes")),
    }


def _by_civitai(said: Mapping[str, Any]) -> dict[str, Any]:
    """Read what Civitai's interface answers about a version of a model."""
    model, files = _mapping(said.get("model")), said.get("files")
    file = _mapping(next(iter(cast("list[Any]", files)), None)) if isinstance(files, list) else {}
    words = said.get("trainedWords")
    titles = [_text(model.get("name")), _text(said.get("name"))]
    return {
        "title": " ".join(title for title in titles if title),
        "base": _text(said.get("baseModel")),
        "trigger_words": _words(cast("list[Any]", words) if isinstance(words, list) else []),
        "sha256": _text(_mapping(file.get("hashes")).get("SHA256")).lower(),
        "description": _text(said.get("description")) or _text(model.get("description")),
    }


def _preview(path: Path) -> Path | None:
    beside = (path.with_name(path.stem + ending) for ending in PREVIEWS)
    return next((each for each in beside if os.path.isfile(each)), None)  # noqa: PTH113 never raises


def _json_beside(path: Path, ending: str) -> Mapping[str, Any]:
    file = path.with_name(path.stem + ending)
    if not os.path.isfile(file):  # noqa: PTH113 never raises; a pipe may never open
        return {}
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
        return _mapping(json.loads(content)) if len(content) <= MAX_FILE_BYTES else {}
    except (OSError, ValueError, RecursionError):
        return {}


def _header_texts(path: Path) -> Mapping[str, str]:
    if path.suffix.lower() not in SAFETENSORS_SUFFIXES:
        return {}
    try:
        return read_safetensors_header(path).metadata
    except (OSError, EngineError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip()[:MAX_TEXT] if isinstance(value, str) else ""


def _words(words: Iterable[Any]) -> tuple[str, ...]:
    found = [text for word in words if (text := _text(word).strip(" ,"))]
    return tuple(found[:MAX_WORDS])
