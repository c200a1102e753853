"""What a picture file says about how it was made, as a text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from engine.diffusion.imaging.pictures import opened
from engine.importers.png_texts import png_texts

if TYPE_CHECKING:
    from PIL import Image

#: EXIF tags with texts: description, maker, model, software; ComfyUI keeps `keyword:text` in two.
EXIF_TEXTS = (0x010E, 0x010F, 0x0110, 0x0131)
EXIF_FOLDER, USER_COMMENT = 0x8769, 0x9286
#: The first bytes of a user comment say how the rest is written.
ENCODINGS = {b"UNICODE\0": "utf-16", b"ASCII\0\0\0": "ascii", b"\0" * 8: "utf-8"}
GRAPHS = ("sfumato", "workflow")
NOTHING = "It says nothing about how it was made."
#: Characters of one value, and nodes of one graph, that are shown.
LONGEST, MOST_NODES = 2000, 500


def describe_picture(path: Path) -> str:
    """Return what a picture's texts say: parameters as they are, of a graph its nodes' values.

    Raises:
        StorageError: the file is no picture, is damaged, or is too large.
    """
    with opened(path) as picture:
        head = f"{path.name}: {picture.format}, {picture.width} x {picture.height} pixels"
        picture.load()  # texts may stand behind the pixels
        texts = dict(_texts(picture))
        texts |= _behind_frames(path) if picture.format == "PNG" else {}
    parts = [part for keyword, text in texts.items() for part in _shown(keyword, text)]
    return "\n\n".join(
        [head, *parts] if parts else [head, "It says nothing about how it was made."]
    )


def _texts(picture: Image.Image) -> Iterator[tuple[str, str]]:
    for keyword, text in picture.info.items():
        if isinstance(text, str) and isinstance(keyword, str):
            yield keyword, text
    exif = picture.getexif()
    for tag in EXIF_TEXTS:
        text = exif.get(tag)
        keyword, colon, rest = text.partition(":") if isinstance(text, str) else ("", "", "")
        if colon and keyword.lower() in (*GRAPHS, "prompt"):
            yield keyword.lower(), rest
        elif isinstance(text, str) and text.strip():
            yield f"EXIF {tag:#06x}", text
    comment = exif.get_ifd(EXIF_FOLDER).get(USER_COMMENT)
    if isinstance(comment, bytes):
        encoding = ENCODINGS.get(comment[:8])
        text = comment[8:] if encoding else comment
        yield "parameters", text.decode(_order(text, encoding or "utf-8"), "replace")


def _behind_frames(path: Path) -> dict[str, str]:
    """Return the graphs of a PNG; an animation has them behind its last frame."""
    with path.open("rb") as file:
        found = png_texts(file, path.name, (*GRAPHS, "prompt"))
        return {keyword: text.decode("utf-8", "replace") for keyword, text in found}


def _order(text: bytes, encoding: str) -> str:
    """Say in which order a comment's bytes are; without a mark, most writers put the high first."""
    is_marked = text[:2] in (b"\xff\xfe", b"\xfe\xff")
    if encoding != "utf-16" or is_marked:
        return encoding
    return "utf-16-le" if text[1:2] == b"\0" else "utf-16-be"


def _shown(keyword: str, text: str) -> Iterator[str]:
    if keyword in GRAPHS:
        yield f"{keyword}: a graph of {len(text):,} characters, which opens in the editor"
    elif keyword == "prompt" and (nodes := _nodes(text)) is not None:
        lines = [_line(node_id, node) for node_id, node in list(nodes.items())[:MOST_NODES]]
        yield "\n".join([f"prompt: {len(nodes)} nodes", *lines])
    else:
        yield f"{keyword}:\n{_cut(text)}"


def _nodes(text: str) -> Mapping[str, Mapping[str, Any]] | None:
    """Return the nodes of an API prompt, or None."""
    try:
        graph = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(graph, dict):
        return None
    nodes = cast("dict[str, Any]", graph)
    is_prompt = all(
        isinstance(n, dict) and isinstance(n.get("inputs"), dict) for n in nodes.values()
    )
    return nodes if is_prompt else None


def _line(node_id: str, node: Mapping[str, Any]) -> str:
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, dict) else None
    values = [
        f"{name} {_cut(json.dumps(value, ensure_ascii=False))}"
        for name, value in node["inputs"].items()
        if not isinstance(value, (list, dict))
    ]
    return f"{node_id} {title or node.get('class_type')}: {', '.join(values)}".rstrip(": ")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
