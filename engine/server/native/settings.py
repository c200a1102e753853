"""What people set: each user their own settings, admins those of the installation.

A change is a merge patch (RFC 7386): it names what changes, so two open windows do not undo each
other's changes; null takes a setting away.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Annotated, Any, cast

import msgspec

from engine import config
from engine.config import Config
from engine.errors import BadRequest, Denied, SettingError, TooLarge
from engine.paths import inside
from engine.server.routing import Call, Routes
from engine.server.writing import write_whole

if TYPE_CHECKING:
    from pathlib import Path

routes = Routes("settings")

FILE = "sfumato.settings.json"
#: Of one user's settings.
MAX_BYTES = 2**20
#: They name folders whose files are run as code, so no request changes them.
ON_THE_MACHINE = frozenset({"custom_nodes", "extra_model_paths"})
#: Deeper patches are refused.
DEEPEST = 32

Settings = dict[str, Any]
Patch = Annotated[dict[str, Any], msgspec.Meta(description="A merge patch (RFC 7386).")]

#: One change after the other; they are small.
_changing = threading.Lock()


class InstallationSettings(msgspec.Struct, frozen=True):
    """The settings of the installation, and their JSON Schema.

    Most take effect when the server starts again. Keys that this version does not know are kept.
    """

    settings: Config
    schema: dict[str, Any]


@routes("GET", "/settings", answers=Settings)
async def show_settings(call: Call[None, None]) -> Settings:
    """Return the user's settings; what they mean is the editor's business."""
    return await asyncio.to_thread(_read, _file_of(call))


@routes("PATCH", "/settings", role="viewer", body=Patch, answers=Settings, max_bytes=MAX_BYTES)
async def change_settings(call: Call[Settings, None]) -> Settings:
    """Change some of the user's settings and return all of them."""
    path = _file_of(call)

    def change() -> Settings:
        with _changing:
            changed = merged(_read(path), call.body)
            _write(path, changed)
            return changed

    return await asyncio.to_thread(change)


@routes("GET", "/system/settings", role="admin", answers=InstallationSettings)
async def show_installation(call: Call[None, None]) -> InstallationSettings:
    """Return the settings of the installation."""
    found = await asyncio.to_thread(config.load_config, call.services.folders.base)
    return _told(found)


@routes("PATCH", "/system/settings", role="admin", body=Patch, answers=InstallationSettings)
async def change_installation(call: Call[Settings, None]) -> InstallationSettings:
    """Change some settings of the installation and return all of them.

    Where packs are read from is set on the machine itself alone.
    """
    base, patch = call.services.folders.base, call.body
    known = Config.__struct_fields__
    if unknown := [key for key in patch if key not in known]:
        raise BadRequest(f'There is no setting "{unknown[0]}". There are {", ".join(known)}.')
    if fixed := [key for key in patch if key in ON_THE_MACHINE]:
        raise Denied(f'"{fixed[0]}" is set on the machine itself, in "{config.FILE}".')

    def change() -> Config:
        with _changing:
            before = msgspec.to_builtins(config.load_config(base))
            changed = _fitting(merged(before, patch))
            config.save_config(base, changed)
            return changed

    return _told(await asyncio.to_thread(change))


def merged(target: Any, patch: Any, depth: int = 0) -> Any:
    """Return what a merge patch makes of a value.

    Raises:
        BadRequest: the patch is nested too deeply.
    """
    if not isinstance(patch, dict):
        return patch
    if depth > DEEPEST:
        raise BadRequest(f"The settings are nested more than {DEEPEST} deep. Send them flatter.")
    changed: Settings = dict(target) if isinstance(target, dict) else {}
    for key, value in cast("Settings", patch).items():
        if value is None:
            changed.pop(key, None)
        else:
            changed[key] = merged(changed.get(key), value, depth + 1)
    return changed


def _fitting(settings: Settings) -> Config:
    try:
        return msgspec.convert(settings, Config)
    except msgspec.ValidationError as problem:
        raise BadRequest(f"The setting does not fit: {problem}.") from problem


def _told(found: Config) -> InstallationSettings:
    return InstallationSettings(found, msgspec.json.schema(Config))


def _file_of(call: Call[Any, None]) -> Path:
    return inside(call.services.folders.user, call.user.name) / FILE


def _read(path: Path) -> Settings:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise SettingError(f'"{path.name}" can not be read: {problem}. Repair or delete it.') from (
            problem
        )


def _write(path: Path, settings: Settings) -> None:
    text = msgspec.json.format(msgspec.json.encode(settings), indent=2)
    if len(text) > MAX_BYTES:
        raise TooLarge(f"Settings take up to {MAX_BYTES:,} bytes. Keep larger things in files.")
    write_whole(path, text)
