"""What lies in a file that somebody opens: a workflow, a prompt, or a picture made by one.

Priority is that of ComfyUI's editor with our own document first: document, workflow, prompt,
parameters (COMPAT.md A8).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, cast

from engine.document.model import FORMAT
from engine.document.reader import LARGEST
from engine.errors import WorkflowError
from engine.importers.exif_texts import is_webp, webp_texts
from engine.importers.json_text import Parsed, parse_json, too_large
from engine.importers.png_texts import SIGNATURE, png_texts

#: What pictures keep graphs under, in lower case.
KEYWORDS = ("sfumato", "workflow", "prompt", "parameters")
#: More keys of an unknown object are counted, not listed.
LISTED = 6
#: (offset, bytes there) -> what such a file is
_MEDIA: Mapping[tuple[int, bytes], str] = {
    (0, b"\xff\xd8\xff"): "a JPEG",
    (0, b"GIF8"): "a GIF",
    (4, b"ftyp"): "a video or an AVIF picture",
    (0, b"\x1aE\xdf\xa3"): "a WebM video",
    (0, b"fLaC"): "a FLAC sound",
    (0, b"ID3"): "an MP3 sound",
    (0, b"OggS"): "an Ogg sound",
    (0, b"glTF"): "a GLB model",
    (0, b"PK\3\4"): "a ZIP archive",
    (0, b"\x1f\x8b"): "a gzip archive",
    (0, b"<"): "an SVG or another XML file",
    (4, b'\0\0\0\0{"'): "a safetensors file",
}


@dataclass(frozen=True)
class Found:
    """What lies in a file; the first that is there is what to open.

    Attributes:
        document: our own, as plain data.
        workflow: ComfyUI's, as its editor saves it.
        prompt: ComfyUI's API prompt, without what clients wrap it in.
        parameters: a text of A1111's web UI.
        notes: what a reader should know.
        has_marks: whether large integers may be marked in the document.
    """

    document: dict[str, Any] | None = None
    workflow: dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    parameters: str | None = None
    notes: tuple[str, ...] = ()
    has_marks: bool = field(default=True, compare=False)


def look_into(path: Path) -> Found:
    """Return what lies in a file.

    Raises:
        WorkflowError: it can not be read, or nothing that opens lies in it.
    """
    try:
        if not S_ISREG(path.stat().st_mode) and not path.is_dir():  # a pipe may never open
            raise WorkflowError(f'"{path}" is no file but a pipe or a device. Save it to a file.')
        with path.open("rb") as file:
            return _look(file, path.name)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise WorkflowError(f'"{path}" can not be read: {reason}. Check the name.') from problem


def look_into_bytes(data: bytes, name: str) -> Found:
    """Return what lies in a file's content.

    Raises:
        WorkflowError: nothing that opens lies in it.
    """
    return _look(io.BytesIO(data), name)


def _look(file: BinaryIO, name: str) -> Found:
    start = file.read(16)
    if not start:
        raise WorkflowError(f'"{name}" is empty. Save it anew.')
    if start.startswith(SIGNATURE):
        return _in_picture(png_texts(file, name, KEYWORDS), name, "PNG")
    if is_webp(start):
        return _in_picture(webp_texts(file, name, KEYWORDS), name, "WebP")
    for (offset, mark), kind in _MEDIA.items():
        if start[offset:].startswith(mark):
            raise WorkflowError(
                f'"{name}" is {kind}. Graphs inside such files are not read yet; '
                "JSON, PNG and WebP files are."
            )
    text = start + file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise too_large(name)
    parsed = parse_json(text, name)
    return kind_of(parsed, name)


def kind_of(parsed: Parsed, name: str) -> Found:
    """Say what kind of workflow plain data is.

    Raises:
        WorkflowError: it is none; the message says what it looks like.
    """
    raw, notes = parsed.value, _notes(parsed)
    found = _known(raw)
    if found is None:
        raise WorkflowError(
            f'"{name}" is not a Sfumato workflow, nor one of ComfyUI: it is {_looks_like(raw)}. '
            "Open a workflow, an API prompt, or a picture that holds one."
        )
    if found.document is not None and parsed.changed:
        raise WorkflowError(
            f'"{name}" is not JSON: it holds NaN or Infinity. NaN and Infinity are not JSON either.'
        )
    return replace(found, notes=notes, has_marks=parsed.has_marks)


def _known(raw: Any) -> Found | None:
    """Return the data under its kind, or None."""
    if not isinstance(raw, dict):
        return None
    data = cast("dict[str, Any]", raw)
    if data.get("format") == FORMAT:
        return Found(document=data)
    if isinstance(data.get("nodes"), list) and ("version" in data or "links" in data):
        return Found(workflow=data)
    if is_api_prompt(data):
        return Found(prompt=data)
    if is_api_prompt(data.get("prompt")):
        return Found(workflow=_sent_workflow(data), prompt=data["prompt"])
    return None


def is_api_prompt(raw: Any) -> bool:
    """Say whether every value is a node as `/prompt` takes it."""
    if not isinstance(raw, dict) or not raw:
        return False
    nodes = cast("dict[str, Any]", raw).values()
    return all(
        isinstance(each, dict) and "class_type" in each and "inputs" in each for each in nodes
    )


def _sent_workflow(request: dict[str, Any]) -> dict[str, Any] | None:
    """Return the workflow that a client sends along with its prompt, or None."""
    place: Any = request
    for key in ("extra_data", "extra_pnginfo", "workflow"):
        place = cast("dict[str, Any]", place).get(key) if isinstance(place, dict) else None
    found = _known(place)
    return found.workflow if found else None


def _looks_like(raw: Any) -> str:
    if isinstance(raw, list):
        return "a list"
    if not isinstance(raw, dict):
        return "a single value"
    keys = list(cast("dict[str, Any]", raw))
    if isinstance(cast("dict[str, Any]", raw).get("templates"), list):
        return "a file of node templates, which are parts to insert"
    if not keys:
        return "an empty object"
    shown = ", ".join(f'"{key[:40]}"' for key in keys[:LISTED])
    more = f" and {len(keys) - LISTED} more" if len(keys) > LISTED else ""
    return f"an object with the keys {shown}{more}"


def _in_picture(texts: Iterable[tuple[str, bytes]], name: str, kind: str) -> Found:
    """Return what a picture's texts hold; one that can not be read makes room for the next."""
    found, notes = Found(), list[str]()
    for keyword, text in texts:
        if getattr(found, "document" if keyword == "sfumato" else keyword) is not None:
            continue
        if keyword == "parameters":
            found = replace(found, parameters=text.decode("utf-8", "replace"))
            continue
        if inside := _in_text(keyword, text, name, notes):
            found = _merged(found, inside)
    if found.document is None and found.workflow is None and found.prompt is None:
        raise _nothing(found, name, kind, notes)
    return replace(found, notes=tuple(notes))


def _in_text(keyword: str, text: bytes, name: str, notes: list[str]) -> Found | None:
    try:
        parsed = parse_json(text, f"{keyword} of {name}")
    except WorkflowError as problem:
        notes.append(problem.message)
        return None
    notes += _notes(parsed)
    inside = _known(parsed.value)
    if inside is None:
        what = _looks_like(parsed.value)
        notes.append(f'The "{keyword}" in "{name}" is no workflow: it is {what}.')
    return inside


def _merged(found: Found, inside: Found) -> Found:
    return Found(
        document=found.document or inside.document,
        workflow=found.workflow or inside.workflow,
        prompt=found.prompt or inside.prompt,
        parameters=found.parameters,
    )


def _nothing(found: Found, name: str, kind: str, notes: Iterable[str]) -> WorkflowError:
    if found.parameters is not None:
        return WorkflowError(
            f'"{name}" holds no graph but generation parameters as A1111\'s web UI writes them: '
            f'"{found.parameters[:60]}…". These are not read yet.'
        )
    why = " ".join(notes)
    return WorkflowError(
        f'"{name}" is a {kind} without a workflow inside. {why or _STRIPPED}',
    )


_STRIPPED = (
    "Programs that save a picture anew, and many sites, take it out; open the original file."
)


def _notes(parsed: Parsed) -> tuple[str, ...]:
    if not parsed.changed:
        return ()
    numbers = "1 number was" if parsed.changed == 1 else f"{parsed.changed} numbers were"
    return (f"{numbers} NaN or infinite; written as text.",)
