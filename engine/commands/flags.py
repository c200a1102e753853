"""A workflow's exposed inputs as command-line flags: their types, their help, their values."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.document.exposed import input_behind
from engine.document.flatten import node_at
from engine.errors import EngineError, SettingError
from engine.files.uploads import take_in
from engine.importers.places import node_called
from engine.widgets import SEED_MAX, FileChoice, Int, Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.document import Document, ExposedInput, Node
    from engine.paths import Folders
    from engine.registry import Registry
    from engine.spec import InputSpec

#: Values of a workflow that the help lists at most, and letters of each.
LISTED, SHOWN = 60, 60
#: What a line of `--from-file` that is no flags goes into.
PROMPT = "prompt"


@dataclass(frozen=True)
class Flag:
    """One exposed input: what it is and what it holds in the document."""

    exposed: ExposedInput
    spec: InputSpec | None
    present: Any

    @property
    def default(self) -> Any:
        """Return the value it has when the flag is not given."""
        widget = self.spec.widget if self.spec else None
        return self.present if self.present is not None or widget is None else widget.default


class Flags:
    """The flags of one workflow."""

    def __init__(self, document: Document, registry: Registry, folders: Folders) -> None:
        self._registry = registry
        self._folders = folders
        self._nodes = document.nodes
        self._subgraphs = document.subgraphs
        self._flags = {each.name: self._flag(document, each) for each in document.inputs}

    def _flag(self, document: Document, exposed: ExposedInput) -> Flag:
        for node_id, socket in exposed.targets:
            node = node_at(document, node_id)
            if node is not None:
                return Flag(exposed, self.spec_of(node, socket), node.values.get(socket))
        return Flag(exposed, None, None)

    def spec_of(self, node: Node, socket: str) -> InputSpec | None:
        """Return the input of a node, dynamic ones and those of subgraph instances too."""
        node, socket = input_behind(self._subgraphs, node, socket)
        spec = self._registry.get(node.type)
        if spec is None:
            return None
        inputs = spec.inputs_for(node.values, [*node.links, socket])
        return next((each for each in inputs if each.name == socket), None)

    def fill(self, document: Document, words: Sequence[str]) -> Document:
        """Return the document with the values that `--name value` words give.

        Raises:
            SettingError: a flag is not known, lacks a value or has a wrong one.
        """
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
        for name in self._flags:
            spellings = dict.fromkeys((f"--{name}", f"--{name.replace('_', '-')}"))
            parser.add_argument(*spellings, dest=name)
        try:
            found, unknown = parser.parse_known_args(list(words))
        except argparse.ArgumentError as problem:
            raise SettingError(
                f"The {problem}. A value that begins with a dash is written --name=VALUE."
            ) from problem
        if unknown:
            known = ", ".join(f"--{name}" for name in self._flags) or "none"
            raise SettingError(
                f'The workflow has no flag "{unknown[0]}". Its inputs: {known}. '
                "Any other value is set with --set NODE.INPUT=VALUE."
            )
        given = {name: value for name, value in vars(found).items() if value is not None}
        return document.with_inputs(
            {name: self.convert(self._flags[name].spec, text) for name, text in given.items()}
        )

    def fill_line(self, document: Document, line: str) -> Document:
        """Return the document for one line of a file.

        Raises:
            SettingError: the line's flags are wrong, or there is no prompt to put it into.
        """
        if line.startswith("--"):
            try:
                return self.fill(document, shlex.split(line))
            except ValueError as problem:
                raise SettingError(f'"{line}" can not be read: {problem}.') from problem
        if PROMPT not in self._flags:
            raise SettingError(f'The workflow exposes no "{PROMPT}". Write lines as --name value.')
        return document.with_inputs({PROMPT: line})

    def convert(self, spec: InputSpec | None, text: str) -> Any:
        """Return a word of the command line as a value of the input's type.

        A picture anywhere on the disk is taken into the input folder.
        """
        if spec and isinstance(spec.widget, FileChoice) and spec.widget.upload:
            source = os.path.expanduser(text)  # noqa: PTH111 neither call ever raises
            is_file = os.path.isfile(source)  # noqa: PTH113
            return take_in(Path(source), self._folders) if is_file else text
        kind = spec.type if spec else "*"
        if kind == "BOOLEAN" and text.lower() in ("true", "false", "yes", "no", "on", "off"):
            return text.lower() in ("true", "yes", "on")
        if kind in ("STRING", "COMBO", "INT", "FLOAT", "BOOLEAN"):
            return text
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text

    def with_seeds_moved(self, document: Document, steps: int) -> Document:
        """Return the document with every seed raised by `steps`, past the largest to 0."""
        if not steps:
            return document
        subgraphs = {
            key: replace(each, nodes=self._seeds_moved(each.nodes, steps))
            for key, each in document.subgraphs.items()
        }
        return replace(
            document, nodes=self._seeds_moved(document.nodes, steps), subgraphs=subgraphs
        )

    def _seeds_moved(self, nodes: Mapping[str, Node], steps: int) -> dict[str, Node]:
        moved = dict(nodes)
        for node_id, node in nodes.items():
            spec = self._registry.get(node.type)
            declared = [each.name for each in spec.inputs] if spec else []
            for name in dict.fromkeys([*declared, *node.values]):
                seed = None if name in node.links else self._seed(node, name)
                if seed is not None:
                    later = (seed + steps) % (SEED_MAX + 1)
                    values = {**moved[node_id].values, name: later}
                    moved[node_id] = replace(moved[node_id], values=values)
        return moved

    def _seed(self, node: Node, name: str) -> int | None:
        """Return the value of an input if it is a seed."""
        spec = self.spec_of(node, name)
        if spec is None or not isinstance(spec.widget, Int) or spec.widget.max != SEED_MAX:
            return None
        try:
            return spec.widget.check(node.values.get(name, spec.widget.default))
        except Unfit:  # told with all other problems before the run
            return None

    def describe(self) -> str:
        """Return the help of the workflow's inputs."""
        if not self._flags:
            return f"\nThe workflow exposes no inputs.\n{self._describe_values()}"
        lines = ["\ninputs of the workflow:\n"]
        for name, flag in self._flags.items():
            lines.append(f"  --{name} {_kind(flag)}\n")
            about = [flag.exposed.description or (flag.spec.tooltip if flag.spec else "")]
            about += [_range(flag), f"(default: {_shown(flag)})"]
            text = " ".join(part for part in about if part)
            lines.append(textwrap.indent(textwrap.fill(text, 76), " " * 22) + "\n")
        return "".join(lines)

    def _describe_values(self) -> str:
        """Return the values that `--set` reaches, as a list to copy from."""
        shown = [
            f"  --set {node_id}.{name}={json.dumps(value)[:SHOWN]}\n"
            for node_id, node in self._nodes.items()
            for name, value in node.values.items()
            if name not in node.links and self.spec_of(node, name) is not None
        ]
        more = f"  … and {len(shown) - LISTED} more\n" if len(shown) > LISTED else ""
        return f"\nvalues of the workflow:\n{''.join(shown[:LISTED])}{more}" if shown else ""


def parse_set(document: Document, setting: str, flags: Flags) -> Document:
    """Return the document with `NODE.input=value` or `name=value` done.

    Raises:
        SettingError: it is not of that form, or names nothing.
    """
    place, sign, text = setting.partition("=")
    if not sign or not place:
        raise SettingError(f'"{setting}" sets nothing. Write --set NODE.INPUT=VALUE.')
    if "." not in place:
        return flags.fill(document, [f"--{place}={text}"])
    node_id, socket = _place(document, place)
    node = node_at(document, node_id)
    if node is None:
        raise SettingError(f'--set {setting}: there is no node "{node_id}" in the workflow.')
    spec = flags.spec_of(node, socket)
    if spec is None:
        raise SettingError(f'--set {setting}: node "{node_id}" ({node.type}) has no "{socket}".')
    return _attempt(lambda: document.with_value(node_id, socket, flags.convert(spec, text)))


def _place(document: Document, place: str) -> tuple[str, str]:
    """Return node and input of `NODE.input`; both may hold dots, so the longest known id counts."""
    cut = place.rfind(".")
    while cut > 0:
        if (node_id := node_called(document, place[:cut])) is not None:
            return node_id, place[cut + 1 :]
        cut = place.rfind(".", 0, cut)
    node_id, _, socket = place.partition(".")
    return node_id, socket


def _attempt(change: Callable[[], Document]) -> Document:
    try:
        return change()
    except EngineError as problem:
        raise SettingError(problem.message) from problem


def _kind(flag: Flag) -> str:
    return flag.spec.type if flag.spec else "VALUE"


def _range(flag: Flag) -> str:
    shown: Mapping[str, Any] = (
        flag.spec.widget.options(None) if flag.spec and flag.spec.widget else {}
    )
    if shown.get("options"):
        return f"One of {', '.join(map(str, shown['options']))}."
    if "min" in shown and "max" in shown:
        return f"From {shown['min']} to {shown['max']}."
    return ""


def _shown(flag: Flag) -> str:
    is_text = isinstance(flag.default, str) and _kind(flag) not in ("INT", "FLOAT")
    return f'"{flag.default}"' if is_text else str(flag.default)
