"""Questions about packs, and what can be done with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.config import load_config, save_config
from engine.errors import PackError
from engine.packs.listing import as_json, nearest
from engine.worker.questions.registry import question

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.engine import Engine
    from engine.packs.shelf import PackShelf


@question("packs")
def packs(engine: Engine) -> list[dict[str, Any]]:
    """Return a record of each pack."""
    return [as_json(each) for each in engine.packs.packs()] if engine.packs else []


@question("reload")
def reload(engine: Engine, name: str) -> None:
    """Read a pack again."""
    engine.reload_pack(name)


@question("enable")
def enable(engine: Engine, name: str) -> None:
    """Read a pack that was disabled, or that took a process down."""
    shelf = _shelf(engine)
    disabled = load_config(engine.folders.base).disabled_packs
    if name not in disabled and shelf.forgive(name):
        return
    _check(name, disabled, "is disabled")
    _disable(engine, [each for each in disabled if each != name])


@question("disable")
def disable(engine: Engine, name: str) -> None:
    """Leave a pack unread from now on."""
    _check(name, _shelf(engine).names(), "lies in custom_nodes")
    _disable(engine, sorted({*load_config(engine.folders.base).disabled_packs, name}))


def _disable(engine: Engine, names: list[str]) -> None:
    base = engine.folders.base
    save_config(base, replace(load_config(base), disabled_packs=names))
    _shelf(engine).set_disabled(names)


def _check(name: str, names: Collection[str], what: str) -> None:
    if name not in names:
        raise PackError(f'No pack "{name}" {what}.{nearest(name, names)}')


def _shelf(engine: Engine) -> PackShelf:
    if engine.packs is None:
        raise PackError("This engine has the built-in nodes alone, and no packs.")
    return engine.packs
