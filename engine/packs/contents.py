"""What an imported pack offers: nodes in their three forms, files for the browser, model kinds."""

from __future__ import annotations

import inspect
import linecache
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from engine.declare import specs_in
from engine.document.model import SUBGRAPH
from engine.errors import DeclarationError
from engine.model_folders.kinds import PLACES
from engine.packs.blame import problem_of
from engine.packs.importing import entrance, modules_of
from engine.packs.memo import NodeSummary
from engine.packs.pack import Pack, PackProblem, is_name

if TYPE_CHECKING:
    from engine.spec import NodeSpec

CLASSES = "NODE_CLASS_MAPPINGS"
TITLES = "NODE_DISPLAY_NAME_MAPPINGS"
ENTRYPOINT = "comfy_entrypoint"
WEB = "WEB_DIRECTORY"
MODEL_FOLDERS = "MODEL_FOLDERS"


@dataclass(slots=True)
class Contents:
    """What a pack offers; filled while it is looked through."""

    pack: Pack
    specs: dict[str, NodeSpec] = field(default_factory=dict[str, "NodeSpec"])
    nodes: list[NodeSummary] = field(default_factory=list[NodeSummary])
    problems: list[PackProblem] = field(default_factory=list[PackProblem])
    web_directory: str = ""
    model_kinds: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def add(self, spec: NodeSpec, declared_by: object) -> None:
        """Take a node; of two with one id the first stays."""
        file, line = place_of(declared_by)
        if told := self._refusal(spec.id):
            self.problems.append(PackProblem(told, file, line))
            return
        if not spec.source:
            spec = replace(spec, source=self.pack.name, code=self.pack.code)
        self.specs[spec.id] = spec
        what = spec.description.split("\n", 1)[0]
        facts = _encodable(spec.title), _encodable(spec.category), _encodable(what), spec.is_output
        self.nodes.append(NodeSummary(str(spec.id), *facts, file, line))

    def _refusal(self, type_id: str) -> str:
        """Say why there can be no node with this id, or nothing."""
        if type_id in self.specs:
            return f'The node id "{type_id}" is declared twice. Give one of them another id.'
        if not is_name(type_id) or type_id.startswith(SUBGRAPH):
            return (
                f"{str(type_id)!a} can not be the id of a node. Take a name that can be read "
                f'and does not begin with "{SUBGRAPH}".'
            )
        return ""


def look_through(pack: Pack, module: ModuleType) -> Contents:
    """Return what a pack's module offers, and what of it is wrong."""
    contents = Contents(pack)
    for each in modules_of(pack.path).values():
        for spec in specs_in(each) if isinstance(each, ModuleType) else ():
            contents.add(spec, spec.function)
    _take_classes(contents, module)
    _take_web(contents, module)
    _take_model_kinds(contents, module)
    is_empty = not (contents.specs or contents.problems or contents.web_directory)
    if is_empty and getattr(module, CLASSES, None) is None:
        told = f"It declares no nodes: no @node function, no {CLASSES}, no {ENTRYPOINT}."
        contents.problems.append(PackProblem(told, str(entrance(pack.path))))
    return contents


def place_of(thing: object) -> tuple[str, int]:
    """Return file and line of a function or class; "" and 0 where they are not known."""
    if inspect.isfunction(thing):
        code = inspect.unwrap(thing).__code__
        return code.co_filename, code.co_firstlineno
    if not isinstance(thing, type):
        return "", 0
    methods = (getattr(each, "__func__", each) for each in vars(thing).values())
    codes = [each.__code__ for each in methods if inspect.isfunction(each)]
    if not codes:
        return getattr(inspect.getmodule(thing), "__file__", None) or "", 0
    first = min(codes, key=lambda code: code.co_firstlineno)
    above = linecache.getlines(first.co_filename)[: first.co_firstlineno]
    begins = re.compile(rf"\s*class\s+{re.escape(thing.__name__)}\b")
    lines = (number for number in range(len(above), 0, -1) if begins.match(above[number - 1]))
    return first.co_filename, next(lines, first.co_firstlineno)


def _take_classes(contents: Contents, module: ModuleType) -> None:
    """Take ComfyUI's forms: a mapping of classes, else what an entry point returns."""
    classes = getattr(module, CLASSES, None)
    if isinstance(classes, Mapping):
        given = getattr(module, TITLES, None)
        titles = given if isinstance(given, Mapping) else {}
        for type_id, kind in list(cast("Mapping[Any, Any]", classes).items()):
            _take_class(contents, type_id, kind, cast("Mapping[Any, Any]", titles).get(type_id))
    elif classes is not None:
        told = f"{CLASSES} is no dict of classes by node id."
        contents.problems.append(PackProblem(told, str(entrance(contents.pack.path))))
    elif callable(start := getattr(module, ENTRYPOINT, None)):
        _take_extension(contents, start)


def _take_class(contents: Contents, type_id: Any, kind: Any, title: Any) -> None:
    from engine.packs.v1 import v1_spec
    from engine.packs.v3 import is_v3, v3_spec

    try:
        if not isinstance(kind, type) or not isinstance(type_id, str):
            raise DeclarationError(f'{CLASSES} gives no class for "{type_id}".')
        if is_v3(kind):
            spec = v3_spec(kind, contents.pack)
            if title or type_id != spec.id:
                spec = replace(spec, id=type_id, title=str(title or spec.title))
        else:
            spec = v1_spec(type_id, kind, str(title or type_id), contents.pack)
    except (Exception, SystemExit) as error:  # noqa: BLE001 a pack's class may raise anything
        contents.problems.append(_wrong_node(contents.pack, error, str(type_id), kind))
        return
    contents.add(spec, kind)


def _take_extension(contents: Contents, start: Any) -> None:
    from engine.packs.v3 import extension_nodes, v3_spec

    try:
        kinds = list(extension_nodes(start))
    except (Exception, SystemExit) as error:  # noqa: BLE001 a pack's function may raise anything
        contents.problems.append(problem_of(error, contents.pack, f"{ENTRYPOINT} failed"))
        return
    for kind in kinds:
        try:
            contents.add(v3_spec(kind, contents.pack), kind)
        except (Exception, SystemExit) as error:  # noqa: BLE001 and so may its classes
            name = getattr(kind, "__name__", str(kind))
            contents.problems.append(_wrong_node(contents.pack, error, name, kind))


def _wrong_node(pack: Pack, error: BaseException, name: str, kind: Any) -> PackProblem:
    says_itself = isinstance(error, DeclarationError)
    problem = problem_of(error, pack, "" if says_itself else f'Node "{name}" can not be used')
    file, line = place_of(kind)
    return replace(problem, file=file, line=line) if file and not problem.line else problem


def _encodable(text: str) -> str:
    """Return a text without what no file can hold."""
    return text.encode(errors="replace").decode()


def _take_web(contents: Contents, module: ModuleType) -> None:
    path = contents.pack.path
    named = getattr(module, WEB, None) or _web_of_project(path)
    if not named or path.is_file():
        return
    if web := _folder_inside(path, str(named)):
        contents.web_directory = str(web)
    else:
        told = f'Its folder for the browser, "{named}", is not a folder inside the pack.'
        contents.problems.append(PackProblem(told, str(entrance(path))))


def _folder_inside(path: Path, name: str) -> Path | None:
    try:
        inside = (path / name).resolve()
        return inside if inside.is_relative_to(path.resolve()) and inside.is_dir() else None
    except (OSError, ValueError):  # no name that a file can have
        return None


def _web_of_project(path: Path) -> Any:
    try:
        project = tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))
        return project["tool"]["comfy"]["web"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _take_model_kinds(contents: Contents, module: ModuleType) -> None:
    given = getattr(module, MODEL_FOLDERS, None)
    if given is None:
        return
    try:
        contents.model_kinds = dict(_checked_kinds(given))
    except (TypeError, AttributeError):
        told = (
            f'{MODEL_FOLDERS} takes a form like {{"kind": ["folder", "another"]}}: any kind but '
            f"{', '.join(PLACES)}, and folders inside models/."
        )
        contents.problems.append(PackProblem(told, str(entrance(contents.pack.path))))


def _checked_kinds(given: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for kind, folders in given.items():
        names = tuple(folders)
        is_inside = all(isinstance(each, str) and _stays_inside(each) for each in (kind, *names))
        is_taken = kind in PLACES or len(PureWindowsPath(kind).parts) > 1
        if isinstance(folders, str) or is_taken or not is_inside:
            raise TypeError
        yield kind, names


def _stays_inside(name: str) -> bool:
    """Say whether a name leads to a folder below the one it is looked for in, on every system."""
    parts = PureWindowsPath(name).parts
    is_plain = name.isprintable() and not name.startswith("~")
    return bool(parts) and is_plain and ".." not in parts and not PureWindowsPath(name).anchor
