"""Pictures that a running node writes: numbered files with the graph inside (COMPAT.md A8)."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.comfy.api.widgets import FolderType
from engine.comfy.running import running_node

if TYPE_CHECKING:
    from engine.context import Context
    from engine.diffusion.imaging.output_names import NumberedFiles

#: EXIF tags: the graph for the API, and from here downward what else is said.
EXIF_PROMPT, EXIF_FIRST = 0x0110, 0x010F
MILLISECONDS = 1000


class SavedResult(dict[str, str]):
    """One file as clients find it."""

    def __init__(self, filename: str, subfolder: str, type: FolderType | str) -> None:  # noqa: A002
        super().__init__(filename=filename, subfolder=subfolder, type=FolderType(type).value)

    @property
    def filename(self) -> str:
        """Return the file's name."""
        return self["filename"]

    @property
    def subfolder(self) -> str:
        """Return its folder below the root."""
        return self["subfolder"]

    @property
    def type(self) -> FolderType:
        """Return its root."""
        return FolderType(self["type"])


def save_pictures(
    images: Any, prefix: str, folder: FolderType, cls: Any, compress_level: int
) -> list[SavedResult]:
    """Write pictures (B, H, W, C) in 0..1 as PNG files."""
    from engine.diffusion.imaging.pictures import encode_png, graph_texts  # late: it imports torch

    context = running_node("Saving pictures")
    files = _files(context, folder, prefix, images)
    texts = graph_texts(*_metadata(cls))
    saved: list[SavedResult] = []
    for place, image in enumerate(images):
        context.check_cancelled()
        path = files.write(encode_png(image, texts, compress_level), ".png", place)
        saved.append(SavedResult(path.name, files.subfolder, folder))
    return saved


def save_animation(
    images: Any, prefix: str, folder: FolderType, cls: Any, *, form: str, fps: float, **options: Any
) -> SavedResult:
    """Write pictures (B, H, W, C) in 0..1 as the frames of one file.

    Args:
        images: the frames.
        prefix: as of all output files.
        folder: where it goes.
        cls: whose hidden values go into the file.
        form: "PNG" or "WEBP".
        fps: frames in a second.
        options: what Pillow's writer of that form takes.
    """
    from engine.diffusion.imaging.pictures import to_pillow  # late: it imports torch

    context = running_node("Saving an animation")
    first, *rest = to_pillow(images)
    file = io.BytesIO()
    inside = _png_chunks(cls) if form == "PNG" else _exif(first, cls)
    duration = int(MILLISECONDS / fps)
    moving = {"save_all": True, "append_images": rest, "duration": duration}
    first.save(file, form, **moving, **inside, **options)
    files = _files(context, folder, prefix, images)
    path = files.write(file.getvalue(), f".{form.lower()}")
    return SavedResult(path.name, files.subfolder, folder)


def _files(context: Context, folder: FolderType, prefix: str, images: Any) -> NumberedFiles:
    from engine.diffusion.imaging.output_names import numbered_files, widget_value

    kind = FolderType(folder).value
    (root,) = context.folders.roots(kind)
    height, width = images.shape[1:3]
    return numbered_files(
        root,
        prefix,
        width=width,
        height=height,
        now=datetime.now(),
        find_widget=partial(widget_value, context.prompt),
        name_for=context.names_in(kind),
    )


def _metadata(cls: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the graph and what else goes into a file, as far as the node asked for them."""
    hidden = getattr(cls, "hidden", None)
    return getattr(hidden, "prompt", None) or {}, getattr(hidden, "extra_pnginfo", None) or {}


def _png_chunks(cls: Any) -> dict[str, Any]:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    prompt, extra = _metadata(cls)
    for keyword, value in {**({"prompt": prompt} if prompt else {}), **extra}.items():
        text = keyword.encode("latin-1", "replace") + b"\0" + json.dumps(value).encode("latin-1")
        info.add(b"comf", text, after_idat=True)
    return {"pnginfo": info}


def _exif(first: Any, cls: Any) -> dict[str, Any]:
    exif = first.getexif()
    prompt, extra = _metadata(cls)
    if prompt:
        exif[EXIF_PROMPT] = f"prompt:{json.dumps(dict(prompt))}"
    for index, (keyword, value) in enumerate(extra.items()):
        exif[EXIF_FIRST - index] = f"{keyword}:{json.dumps(value)}"
    return {"exif": exif}
