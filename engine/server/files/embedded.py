"""What a picture says about how it was made: its texts, read without its pixels."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.document.model import FORMAT
from engine.errors import EngineError, WorkflowError
from engine.importers.containers import KEYWORDS, is_api_prompt
from engine.importers.exif_texts import is_webp, webp_texts
from engine.importers.json_text import parse_json
from engine.importers.png_texts import SIGNATURE, png_texts
from engine.server.files.media import is_picture

_PNG_SIZE = 16


@dataclass(frozen=True)
class Embedded:
    """What lies in a picture.

    Attributes:
        width, height: None of what is no picture.
        document: our own, as plain data.
        workflow: ComfyUI's, as its editor saves it.
        prompt: ComfyUI's API prompt.
        parameters: a text of A1111's web UI.
    """

    width: int | None = None
    height: int | None = None
    document: dict[str, Any] | None = None
    workflow: dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    parameters: str | None = None

    @property
    def can_be_opened(self) -> bool:
        """Say whether a graph lies in it."""
        return any((self.document, self.workflow, self.prompt))


def look(path: Path) -> Embedded:
    """Return what lies in a file; texts that can not be read are left out.

    Raises:
        OSError: the file can not be read.
    """
    with path.open("rb") as file:
        start = file.read(_PNG_SIZE + 8)
        width, height = _size(path, start)
        try:
            if start.startswith(SIGNATURE):
                texts = list(png_texts(file, path.name, KEYWORDS))
            elif is_webp(start):
                texts = list(webp_texts(file, path.name, KEYWORDS))
            else:
                texts = []
        except WorkflowError:  # texts that are too large
            texts = []
    return Embedded(width, height, **_read(texts, path.name))


def _size(path: Path, start: bytes) -> tuple[int | None, int | None]:
    if start.startswith(SIGNATURE) and len(start) == _PNG_SIZE + 8:
        return struct.unpack(">II", start[_PNG_SIZE:])
    if not is_picture(path.name):
        return None, None
    from engine.server.files import pillow

    try:
        with pillow.opened(path, path.name) as picture:
            return picture.size
    except EngineError:
        return None, None


def _read(texts: list[tuple[str, bytes]], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for keyword, text in texts:
        if keyword == "parameters":
            found.setdefault(keyword, text.decode("utf-8", "replace"))
        elif (data := _graph(keyword, text, name)) is not None:
            found.setdefault("document" if keyword == "sfumato" else keyword, data)
    return found


def _graph(keyword: str, text: bytes, name: str) -> dict[str, Any] | None:
    try:
        data = parse_json(text, name).value
    except WorkflowError:
        return None
    if not isinstance(data, dict):
        return None
    match keyword:
        case "sfumato":
            fits = data.get("format") == FORMAT
        case "prompt":
            fits = is_api_prompt(data)
        case _:
            fits = isinstance(data.get("nodes"), list)
    return data if fits else None
