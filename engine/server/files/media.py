"""What a browser may show of a file, by its name.

Whatever a browser could run (HTML, SVG, scripts, XML, style sheets) and all that is unknown goes
out as bytes to save.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import quote

BYTES = "application/octet-stream"
#: Shown in the browser: none of these can run a script.
SHOWN: Mapping[str, str] = {
    ".png": "image/png",
    ".apng": "image/apng",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".avif": "image/avif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".glb": "model/gltf-binary",
}
#: No guessing, nothing loaded, nothing run, whatever a file turns out to be.
SAFE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def media_type(name: str) -> str:
    """Return the type under which a file is served."""
    return SHOWN.get(posixpath.splitext(name)[1].lower(), BYTES)


def is_picture(name: str) -> bool:
    """Say whether a file is one by its name."""
    return media_type(name).startswith("image/")


def headers_for(name: str) -> dict[str, str]:
    """Return the headers with which a file of this name goes out."""
    kind = media_type(name)
    how = "attachment" if kind == BYTES else "inline"
    shown = f"{how}; filename*=UTF-8''{quote(name)}"
    if (ascii_name := _quotable(name)) == name:
        shown = f'{how}; filename="{ascii_name}"'
    return {"Content-Type": kind, "Content-Disposition": shown, **SAFE_HEADERS}


def quoted_disposition(name: str) -> str:
    """Return `filename="…"` as clients of ComfyUI look for it."""
    shown = f'filename="{_quotable(name)}"'
    return shown if media_type(name) != BYTES else f"attachment; {shown}"


def _quotable(name: str) -> str:
    return "".join(each if " " <= each <= "~" and each not in '"\\' else "_" for each in name)
