"""ComfyUI's `/view`: a file of input, output or temp, as it is or converted (COMPAT.md B2)."""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from engine.errors import BadRequest, Denied, NotFound, PathError
from engine.server.files.making import made, room_for
from engine.server.files.media import SAFE_HEADERS, media_type, quoted_disposition
from engine.server.files.names import existing_file
from engine.server.files.serving import send_file
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from pathlib import Path

    from engine.paths import Folders

routes = Routes("view", "comfyui")

KINDS = ("input", "output", "temp")
CHANNELS = ("rgb", "a")
QUALITY = 90
_ANNOTATED = re.compile(r"(.*?) ?\[(input|output|temp)\]", re.DOTALL)


class ViewOf(msgspec.Struct, frozen=True):
    """Which file, and how.

    Attributes:
        filename: may end in ` [input]`, ` [output]` or ` [temp]`, which goes before `type`.
        preview: `webp;90` or `jpeg;90`: a format and a quality.
        channel: `rgb` leaves the transparency out, `a` shows nothing else.
    """

    filename: str = ""
    type: str = "output"
    subfolder: str = ""
    preview: str | None = None
    channel: str = "rgba"


@dataclass(frozen=True)
class Reference:
    """A file as ComfyUI's clients name it."""

    filename: str
    subfolder: str = ""
    type: str = "output"


@routes("GET", "/view", query=ViewOf, errors={403: "the name leads out of its folder"})
async def view(call: Call[None, ViewOf]) -> web.StreamResponse:
    """Return a file, a preview of it, or one of its channels."""
    asked = call.query
    folders = call.services.folders.of(call.user.name)
    reference = Reference(asked.filename, asked.subfolder, asked.type)
    path = await asyncio.to_thread(referred, reference, folders)
    if asked.preview is not None:
        kind, quality = _preview(asked.preview, asked.channel)
        return await _converted(path, f"image/{kind}", _encoded, kind, quality)
    if asked.channel in CHANNELS:
        return await _converted(path, "image/png", _one_channel, asked.channel)
    headers = {"Content-Disposition": quoted_disposition(path.name), **SAFE_HEADERS}
    return await send_file(call.request, path, {**headers, "Content-Type": media_type(path.name)})


def referred(reference: Reference, folders: Folders) -> Path:
    """Return the file that a client refers to.

    Raises:
        BadRequest: it is no name, or of an unknown type.
        Denied: the subfolder leads out.
        NotFound: there is no such file.
    """
    filename, kind = reference.filename, reference.type
    if found := _ANNOTATED.fullmatch(filename):
        filename, kind = found.groups()
    if not filename or filename.startswith(("/", "\\")) or ".." in filename or kind not in KINDS:
        raise BadRequest(
            f'"{filename[:200]}" of type "{kind[:20]}" names no file. '
            "Give a plain file name, and input, output or temp."
        )
    (root,) = folders.roots(kind)
    name = f"{reference.subfolder}/{filename}" if reference.subfolder else filename
    try:
        return existing_file(root, name)
    except PathError as problem:
        raise Denied(problem.message) from problem


def _preview(asked: str, channel: str) -> tuple[str, int]:
    """Return the format and the quality that a preview is asked for in."""
    kind, _, quality = asked.partition(";")
    if kind not in ("webp", "jpeg") or channel == "a":
        kind = "webp"
    is_number = quality.isascii() and quality.isdigit()
    return kind, max(1, min(100, int(quality[:4]))) if is_number else QUALITY


async def _converted(path: Path, media: str, convert: Any, *given: Any) -> web.Response:
    """Return a picture made anew; what is no picture can not be."""
    try:
        data = await made(convert, path, *given)
    except FileNotFoundError as problem:
        raise NotFound(f'The file "{path.name}" is gone.') from problem
    shown = f'filename="{quoted_name(path.name)}"'
    headers = {"Content-Disposition": shown, **SAFE_HEADERS}
    return web.Response(body=data, content_type=media, headers=headers)


def quoted_name(name: str) -> str:
    """Return a file name that may stand between quotes in a header."""
    return quoted_disposition(name).split('"')[1]


def _encoded(path: Path, kind: str, quality: int) -> bytes:
    from engine.server.files import pillow

    with pillow.opened(path, path.name) as picture, room_for(picture):
        return pillow.encoded(picture, kind.upper(), quality)


def _one_channel(path: Path, channel: str) -> bytes:
    """Return a PNG of the colours alone, or of the transparency alone."""
    from PIL import Image

    from engine.server.files import pillow

    out = io.BytesIO()
    with pillow.opened(path, path.name) as picture, room_for(picture):
        if channel == "rgb":
            picture.convert("RGBA").convert("RGB").save(out, "PNG")
        else:
            alpha = picture.convert("RGBA").getchannel("A")
            shown = Image.new("RGBA", picture.size)
            shown.putalpha(alpha)
            shown.save(out, "PNG")
    return out.getvalue()
