"""Read `extra_model_paths.yaml`, in which ComfyUI's users say where else their models lie.

A mapping of sections; a section maps kinds to folders, one a line, below its `base_path`. YAML is
read without any types: every value is text, so that a folder named 2024 is one, and no alias or
tag can grow into more than what is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Any, cast

from engine.errors import SettingError
from engine.model_folders.kinds import PLACES, current_kind

if TYPE_CHECKING:
    import yaml

NAME = "extra_model_paths.yaml"
CUSTOM_NODES = "custom_nodes"
MAX_BYTES = 2**20
TRUE = frozenset({"true", "yes", "on", "1"})


@dataclass(frozen=True)
class Root:
    """One folder of a kind; `is_default` ones are searched first."""

    kind: str
    path: Path
    is_default: bool = False


@dataclass(frozen=True)
class ExtraPaths:
    """What a file names.

    Attributes:
        notes: what in it could not be used.
    """

    roots: tuple[Root, ...] = ()
    custom_nodes: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def read_extra_paths(file: Path) -> ExtraPaths:
    """Return the folders that a file names; sections that can not be used become notes.

    Raises:
        SettingError: it can not be read, or is no mapping of sections.
    """
    roots: list[Root] = []
    packs: list[Path] = []
    notes: list[str] = []
    for section, content in _content(file).items():
        if not content:
            continue
        where = f'section "{section}" of "{file.name}"'
        if not isinstance(content, dict):
            notes.append(f"The {where} is {_what(content)}. Write kind: folder pairs below it.")
            continue
        for root in _roots(cast("dict[str, Any]", content), file.absolute().parent, where, notes):
            if root.kind == CUSTOM_NODES:
                packs.append(root.path)
            else:
                roots.append(root)
    return ExtraPaths(tuple(roots), tuple(packs), tuple(notes))


def _content(file: Path) -> dict[str, Any]:
    import yaml  # 20 ms that most starts do not need

    try:
        status = file.stat()
        if not (S_ISREG(status.st_mode) or S_ISDIR(status.st_mode)):  # a pipe may never open
            raise SettingError(f'"{file}" is no file but a pipe or a device. Save it to a file.')
        if status.st_size > MAX_BYTES:
            raise SettingError(f'"{file}" is too large for a list of folders. Shorten it.')
        content = yaml.load(file.read_text(encoding="utf-8-sig"), yaml.BaseLoader)
    except OSError as problem:
        raise SettingError(f'"{file}" can not be read: {problem.strerror or problem}.') from problem
    except UnicodeDecodeError as problem:
        raise SettingError(f'"{file}" is not written in UTF-8. Save it as UTF-8.') from problem
    except RecursionError as problem:
        raise SettingError(f'"{file}" is nested too deeply. Use two levels.') from problem
    except yaml.YAMLError as problem:
        raise SettingError(f'"{file}" is not YAML: {_reason(problem)}.') from problem
    if not content:
        return {}
    if not isinstance(content, dict):
        raise SettingError(f'"{file}" is {_what(content)}, not a mapping of sections to folders.')
    return cast("dict[str, Any]", content)


def _reason(problem: yaml.YAMLError) -> str:
    """Return what a parser found wrong, with the line where it tells one."""
    mark: yaml.Mark | None = getattr(problem, "problem_mark", None)
    told = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "it is damaged"
    return f"line {mark.line + 1}, {told}" if mark else str(told)


def _roots(section: dict[str, Any], home: Path, where: str, notes: list[str]) -> Iterator[Root]:
    base = home / os.path.expandvars(os.path.expanduser(_text(section, "base_path")))  # noqa: PTH111 raises nothing
    is_default = _text(section, "is_default").strip().lower() in TRUE
    for key, value in section.items():
        if key in ("base_path", "is_default"):
            if not isinstance(value, str):
                notes.append(f'"{key}" in the {where} is {_what(value)}, not text.')
            continue
        paths = _paths(value)
        if key in PLACES or paths is None:
            problem = "no kind of models" if key in PLACES else _what(value)
            notes.append(f'"{key}" in the {where} is {problem}. Write one folder a line.')
            continue
        for path in paths:
            full = Path(os.path.normpath(base / path))
            yield Root(current_kind(key), full, is_default)


def _text(section: dict[str, Any], key: str) -> str:
    value = section.get(key, "")
    return value if isinstance(value, str) else ""


def _paths(value: object) -> list[str] | None:
    """Return the paths of a block of text or of a list of texts."""
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    if isinstance(value, list):
        lines = cast("list[object]", value)
        if all(isinstance(line, str) for line in lines):
            return [str(line).strip() for line in lines if str(line).strip()]
    return None


def _what(value: object) -> str:
    """Name a value's kind; never the value, which may be large."""
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, dict) else "a single value"
