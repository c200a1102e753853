"""ComfyUI's uploads: a picture, and a mask that becomes the transparency of one (COMPAT.md B2)."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import msgspec

from engine.errors import BadRequest
from engine.server.comfyui.view import KINDS, Reference, referred
from engine.server.disk_use import check_disk
from engine.server.files.forms import Form, received_form
from engine.server.files.making import made, room_for
from engine.server.files.names import relative
from engine.server.files.uploads import Part, received, settled
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from PIL import Image

    from engine.paths import Folders

routes = Routes("upload", "comfyui")


class Uploaded(msgspec.Struct, frozen=True):
    """Where an upload lies."""

    name: str
    subfolder: str
    type: str


class OriginalRef(msgspec.Struct, frozen=True):
    """The picture that a mask belongs to."""

    filename: str
    subfolder: str = ""
    type: str = "output"


@routes("POST", "/upload/image", takes="raw", answers=Uploaded)
async def upload_image(call: Call[None, None]) -> Uploaded:
    """Take a picture from the field `image` of a form."""
    folders = call.services.folders.of(call.user.name)
    limit = call.services.settings.max_upload_bytes
    async with received_form(call.request, folders.input, limit, "image") as form:
        part = _file(form)
        await check_disk(call.services.folders, call.user)
        return await asyncio.to_thread(_settle, form, part, folders)


@routes("POST", "/upload/mask", takes="raw", answers=Uploaded)
async def upload_mask(call: Call[None, None]) -> Uploaded:
    """Take a mask; the picture in `original_ref` with the mask's transparency is kept."""
    folders = call.services.folders.of(call.user.name)
    limit = call.services.settings.max_upload_bytes
    async with received_form(call.request, folders.input, limit, "image") as form:
        part = _file(form)
        await check_disk(call.services.folders, call.user)
        original = await asyncio.to_thread(_original, form, folders)
        masked = await made(_masked, original, part.path)
        async with received(_whole(masked), folders.input, max(limit, len(masked))) as result:
            return await asyncio.to_thread(_settle, form, result, folders)


def _file(form: Form) -> Part:
    if form.part is None or not form.name:
        raise BadRequest('The form holds no picture. Send one with a name in its field "image".')
    return form.part


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _settle(form: Form, part: Part, folders: Folders) -> Uploaded:
    kind = form.texts.get("type") or "input"
    if kind not in KINDS:
        raise BadRequest(f'"{kind[:20]}" is no type of upload. Use input, output or temp.')
    (root,) = folders.roots(kind)
    subfolder = form.texts.get("subfolder", "")
    name = f"{subfolder}/{form.name}" if subfolder else form.name
    overwrite = form.texts.get("overwrite", "").lower() in ("true", "1")
    path = settled(part, root, name, overwrite=overwrite)
    below, name = relative(root, path)
    return Uploaded(name, below, kind)


def _original(form: Form, folders: Folders) -> Path:
    try:
        ref = msgspec.json.decode(form.texts.get("original_ref", ""), type=OriginalRef)
    except (msgspec.DecodeError, UnicodeEncodeError) as problem:
        raise BadRequest(
            'The field "original_ref" names no picture: it is to be JSON with "filename", '
            '"subfolder" and "type".'
        ) from problem
    return referred(Reference(ref.filename, ref.subfolder, ref.type), folders)


def _masked(original: Path, mask: Path) -> bytes:
    """Return a picture with the transparency of another; its PNG texts are kept."""
    from PIL import ImageOps
    from PIL.PngImagePlugin import PngInfo

    from engine.server.files import pillow

    with pillow.opened(mask, "the mask") as upper, room_for(upper):
        alpha = upper.convert("RGBA").getchannel("A")
    texts, out = PngInfo(), io.BytesIO()
    with pillow.opened(original, original.name) as picture, room_for(picture):
        # upright, as it is seen where the mask is drawn and as nodes load it
        result = _colours(ImageOps.exif_transpose(picture)).convert("RGBA")
        for keyword, text in getattr(picture, "text", {}).items():
            texts.add_text(keyword, text)
        result.putalpha(alpha if alpha.size == result.size else alpha.resize(result.size))
        result.save(out, "PNG", pnginfo=texts, compress_level=4)
    return out.getvalue()


def _colours(picture: Image.Image) -> Image.Image:
    """Return a picture in 8 bits; Pillow's own conversion of 16-bit grey clips."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
