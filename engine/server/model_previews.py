"""Pictures of models: put to one here, beside its file, or in its header.

They come from strangers; who shows them has them made anew first (`files.thumbnails`).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.errors import NotFound
from engine.model_folders.about import about, thumbnail
from engine.server.files.making import room_for
from engine.server.writing import write_whole

if TYPE_CHECKING:
    from engine.paths import Folders

#: Of the longer side, pixels.
SIDE = 512


def picture_of(model: Path, folders: Folders) -> Path | None:
    """Return the file with a model's picture, if it has one; what is in it nobody has checked."""
    if (put_to := _put_to(model, folders)).is_file():
        return put_to
    return about(model, {}).preview or _from_header(model, folders)


def put(model: Path, folders: Folders, content: bytes) -> None:
    """Put a picture to a model, made small, in place of one that was put before.

    Raises:
        BadRequest: it is no picture.
        TooLarge: it has too many pixels.
    """
    from engine.server.files import pillow  # late: Pillow takes a while

    with TemporaryDirectory() as folder:
        given = Path(folder, "picture")
        given.write_bytes(content)
        with pillow.opened(given, "The body of the request") as picture, room_for(picture):
            made = pillow.small(picture, SIDE)
    write_whole(_put_to(model, folders), made)


def is_put(model: Path, folders: Folders) -> bool:
    """Say whether a picture was put to a model."""
    return _put_to(model, folders).is_file()


def delete(model: Path, folders: Folders) -> None:
    """Take away the picture that was put to a model.

    Raises:
        NotFound: none was.
    """
    try:
        _put_to(model, folders).unlink()
    except FileNotFoundError:
        raise NotFound(f'No picture was put to the model "{model.name}".') from None


def _put_to(model: Path, folders: Folders) -> Path:
    return folders.user / ".model_previews" / f"{_digest(os.fsencode(model))}.webp"


def _from_header(model: Path, folders: Folders) -> Path | None:
    """Return a copy of the picture in a model's header, made when it is first asked for."""
    if not model.is_file():
        return None
    status = model.stat()
    state = os.fsencode(model) + f"\0{status.st_size}\0{status.st_mtime_ns}".encode()
    copy = folders.cache / "model_previews" / _digest(state)
    if not copy.is_file():
        if not (content := thumbnail(model)):
            return None
        write_whole(copy, content)
    return copy


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
