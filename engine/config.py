"""What a person has set for an installation: `user/sfumato.settings.json` beside models/.

Keys that this version does not know are kept when it is written.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import SettingError, StorageError
from engine.hardware.machine import NO_ROOM

FILE = Path("user") / "sfumato.settings.json"


class Config(msgspec.Struct, frozen=True, omit_defaults=True):
    """The settings of one installation.

    Attributes:
        custom_nodes: further folders of packs, relative to the installation or absolute.
        disabled_packs: names of packs that are not read.
        model_folders: further places of models: a ComfyUI, A1111 or Forge installation, or a
            folder that holds checkpoints/, loras/ and so on.
        extra_model_paths: files in the form of ComfyUI's `extra_model_paths.yaml`.
    """

    custom_nodes: list[str] = []
    disabled_packs: list[str] = []
    model_folders: list[str] = []
    extra_model_paths: list[str] = []


def load_config(base: Path) -> Config:
    """Return the settings of the installation at `base`; without a file, the defaults.

    Raises:
        SettingError: the file cannot be read or holds something else.
    """
    try:
        return msgspec.convert(_read(base), Config)
    except msgspec.ValidationError as problem:
        raise SettingError(f'"{FILE}" is not a file of settings: {problem}.') from problem


def save_config(base: Path, config: Config) -> None:
    """Write the settings beside and rename.

    Raises:
        SettingError: what is there cannot be read.
        StorageError: it cannot be written.
    """
    kept = {key: value for key, value in _read(base).items() if key not in Config.__struct_fields__}
    path = base / FILE
    beside = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = msgspec.json.encode({**kept, **msgspec.to_builtins(config)})
        beside.write_bytes(msgspec.json.format(text, indent=2))
        beside.replace(path)
    except OSError as problem:
        reason = problem.strerror or problem
        details = {"reason": "full"} if problem.errno in NO_ROOM else {}
        told = f'"{FILE}" can not be written: {reason}. What was set before stays.'
        raise StorageError(told, details=details) from problem
    finally:
        beside.unlink(missing_ok=True)


def _read(base: Path) -> dict[str, Any]:
    try:
        found = msgspec.json.decode((base / FILE).read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as problem:
        reason = problem.strerror or problem
        raise SettingError(f'"{base / FILE}" can not be read: {reason}.') from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise SettingError(f'"{base / FILE}" is not JSON: {problem}.') from problem
    if not isinstance(found, dict):
        raise SettingError(f'"{base / FILE}" is not a JSON object. Write {{}} to begin with.')
    return found
