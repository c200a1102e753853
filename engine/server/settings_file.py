"""The file of a server's settings: `sfumato.toml` in the base directory, or named by `--config`.

    port = 8288
    allowed-host = ["art.local"]
    cache-disk = "20G"

A key is the name of a flag. Paths are relative to the file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from engine.errors import SettingError

NAME = "sfumato.toml"
#: The folder of the installation; only a file that lies elsewhere can say it.
BASE = "base-directory"


class SettingsFile(NamedTuple):
    """What a file of settings holds, as TOML has it."""

    path: Path
    values: Mapping[str, Any]

    def base(self) -> Path | None:
        """Return the base directory that it names.

        Raises:
            SettingError: what it names can not be one.
        """
        match self.values.get(BASE):
            case None:
                return None
            case str(text) if text:
                return self.path.parent / Path(text).expanduser()
            case other:
                raise SettingError(
                    f'"{BASE}" in "{self.path}" can not be {shown(other)}. '
                    "Give the path of a folder, in quotes."
                )


def settings_in(base: Path) -> SettingsFile | None:
    """Return the file of settings that lies in a base directory, if there is one.

    Raises:
        SettingError: it can not be read.
    """
    path = base / NAME
    if not os.path.lexists(path):  # a link that leads nowhere is told
        return None
    found = read_file(path)
    if BASE in found.values:
        raise SettingError(
            f'"{BASE}" in "{path}" says nothing, as the file was found there. '
            "Take it out, or name the file with --config."
        )
    return found


def read_file(path: Path) -> SettingsFile:
    """Read a file of settings; what its values mean is not looked at.

    Raises:
        SettingError: it is not there, can not be read, or is no TOML.
    """
    import tomllib  # late: most installations have no such file

    try:
        values = tomllib.loads(path.read_bytes().decode())
    except OSError as problem:
        raise SettingError(
            f'The settings "{path}" can not be read: {problem.strerror}. '
            "Name another file with --config, or give this account the right to read it."
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise SettingError(
            f'The settings "{path}" are no TOML: {problem}. Lines look like port = 8188.'
        ) from problem
    return SettingsFile(path.absolute(), values)


def shown(value: Any) -> str:
    """Return a value of a file, or a text, as a message shows it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case dict():
            return "a table"
        case list():
            return f"[{', '.join(map(shown, value))}]"
        case _:
            return str(value)
