"""What a pack's exception says to a person: where in the pack it came from, and what to do."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from engine.errors import EngineError
from engine.packs.importing import entrance, module_name
from engine.packs.pack import Pack, PackProblem
from engine.packs.requirements import REQUIREMENTS, unmet

#: ComfyUI's own modules, which packs import to reach into it.
COMFYUI_MODULES = frozenset({
    "comfy", "comfy_config", "comfy_extras", "execution", "folder_paths", "latent_preview",
    "node_helpers", "nodes", "server",
})  # fmt: skip
_OWN = 'It uses ComfyUI\'s own module "{}". Packs that do are not supported yet.'


def problem_of(error: BaseException, pack: Pack, what: str = "") -> PackProblem:
    """Return what an exception of a pack means.

    Args:
        error: what was raised.
        pack: where to look for the place.
        what: what failed, to begin the sentence with.
    """
    file, line = _place(error, pack.path)
    told = _told(error, pack)
    return PackProblem(f"{what}: {told}" if what else told, file, line)


def _place(error: BaseException, path: Path) -> tuple[str, int]:
    """Return the innermost place in the pack; where there is none, the file that was imported.

    An error of ours about a pack's class has the pack's own error as its cause.
    """
    if isinstance(error, EngineError) and error.details.get("line"):
        return str(error.details["file"]), int(error.details["line"])
    home = os.path.abspath(path)  # noqa: PTH100 as importlib names files: links unresolved
    for each in (error, error.__cause__):
        inside = [place for place in _places(each) if _is_inside(place[0], home)] if each else []
        if inside:
            return inside[-1]
    return str(entrance(path)), 0


def _places(error: BaseException) -> Iterator[tuple[str, int]]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield frame.f_code.co_filename, line
    if isinstance(error, SyntaxError) and error.filename:
        yield error.filename, error.lineno or 0


def _is_inside(file: str, home: str) -> bool:
    return file == home or file.startswith(home + os.sep)


def _told(error: BaseException, pack: Pack) -> str:
    if _reaches_into_nodes(error):
        return _OWN.format("nodes")
    match error:
        case ModuleNotFoundError(name=str(name)):
            return _missing_module(name, pack)
        case SyntaxError():
            return f"This is no Python that can be read: {error.msg}."
        case SystemExit():
            return f"It ends the program, by sys.exit({error.code!r}). A pack only declares nodes."
        case EngineError():
            return error.message
        case _:
            text = f"{type(error).__name__}: {_text(error)}"
            return re.sub(r"\s+", " ", text).rstrip(": .") + "."


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 this is the pack's code too
        return ""


def _reaches_into_nodes(error: BaseException) -> bool:
    """Say whether a pack wants what ComfyUI's module `nodes` has; ours holds the built-ins."""
    if isinstance(error, ImportError):
        return error.name == "nodes"
    ours = sys.modules.get("nodes")
    return isinstance(error, AttributeError) and error.obj is ours and ours is not None


def _missing_module(name: str, pack: Pack) -> str:
    own = f"{module_name(pack.path)}."
    if name.startswith(own):
        return f'It imports its own module "{name.removeprefix(own)}", which is not there.'
    root = name.split(".")[0]
    if root in COMFYUI_MODULES:
        return _OWN.format(name)
    said = f'It needs the module "{root}", which is not installed.'
    if unmet(pack.path):
        return f'{said} Run: pip install -r "{pack.path / REQUIREMENTS}".'
    return f"{said} Install the package that has it, with pip."
