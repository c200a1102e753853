"""The settings of ComfyUI's editor: one JSON file a user."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import StorageError, TooLarge
from engine.server.files import user_data

FILE = "comfy.settings.json"
MAX_BYTES = 4 * 2**20

_writing = threading.Lock()


def read(root: Path) -> dict[str, Any]:
    """Return a user's settings; none were made yet where there is no file.

    Raises:
        StorageError: the file is damaged.
    """
    try:
        return msgspec.json.decode((root / FILE).read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise StorageError(
            f'The settings in "{FILE}" can not be read: {problem}. Repair or delete the file.'
        ) from problem


def change(root: Path, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set some of a user's settings, and return all of them.

    Raises:
        StorageError: the file is damaged, or can not be written.
        TooLarge: there would be too many.
    """
    with _writing:
        merged = read(root) | dict(changes)
        content = msgspec.json.format(msgspec.json.encode(merged), indent=2)
        if len(content) > MAX_BYTES:
            raise TooLarge(f"The settings would have more than {MAX_BYTES // 2**20} MB.")
        user_data.write(root / FILE, content, overwrite=True)
    return merged
