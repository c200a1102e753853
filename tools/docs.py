"""Writes the pages under docs/ that are made from the code, or says which are out of date."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.diffusion.samplers import SAMPLERS
from engine.document.schema import document_schema
from engine.registry import Registry
from engine.spec import Growing, Variants
from engine.widgets import listed
from tools import compatibility, sampler_page

if TYPE_CHECKING:
    from engine.spec import InputSpec, NodeSpec, OutputSpec

DOCS = Path(__file__).resolve().parent.parent / "docs"
HEAD = """\
# Nodes

Every built-in node, by category. Written by `make docs` from the declarations in `nodes/`.
"""
TABLE_HEAD = ["| input | type | value | meaning |", "| --- | --- | --- | --- |"]


def render(specs: Iterable[NodeSpec]) -> str:
    """Return the page: categories in order of name, nodes in order of title."""
    ordered = sorted(specs, key=lambda spec: (spec.category, spec.title, spec.id))
    lines = [HEAD]
    for category, members in groupby(ordered, key=lambda spec: spec.category):
        lines.append(f"## {category}\n")
        lines += ["\n".join(_node(spec)) + "\n" for spec in members]
    return "\n".join(lines)


def _node(spec: NodeSpec) -> Iterator[str]:
    yield f"### {spec.title}"
    yield ""
    yield f"`{spec.id}`{_facts(spec)} {spec.description}".rstrip()
    if spec.inputs:
        yield ""
        yield from TABLE_HEAD
        for each in spec.inputs:
            yield from _input_rows(each, each.name)
    if spec.outputs:
        yield ""
        yield f"Gives {', '.join(map(_output, spec.outputs))}."


def _facts(spec: NodeSpec) -> str:
    facts = {
        "output": spec.is_output,
        "deprecated": spec.deprecated,
        "experimental": spec.experimental,
    }
    shown = [fact for fact, holds in facts.items() if holds]
    return f" ({', '.join(shown)})" if shown else ""


def _output(spec: OutputSpec) -> str:
    kind = f"list of {_type(spec.type)}" if spec.is_list else _type(spec.type)
    return f"`{spec.name}` ({kind})" if spec.name != spec.type else kind


def _input_rows(spec: InputSpec, name: str) -> Iterator[str]:
    match spec.dynamic:
        case Growing() as growing:
            names = growing.names_at_most()
            yield _row(f"{name}.{names[0]} … {names[-1]}", growing.item, spec.tooltip)
        case Variants() as variants:
            yield _cells(name, "COMBO", f"one of {listed(variants.options)}", spec.tooltip)
            for choice, fields in variants.options.items():
                for field in fields:
                    yield from _input_rows(field, f"{name}.{field.name} ({choice})")
        case None:
            yield _row(name, spec, spec.tooltip)


def _row(name: str, spec: InputSpec, tooltip: str) -> str:
    kind = f"list of {_type(spec.type)}" if spec.takes_list else _type(spec.type)
    return _cells(name, kind, _value(spec), tooltip)


def _cells(*cells: str) -> str:
    escaped = [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    return f"| {' | '.join(escaped)} |"


def _type(name: str) -> str:
    return "any" if name == "*" else name.replace(",", " or ")


def _value(spec: InputSpec) -> str:
    """Return what may be typed, or that a link is optional."""
    if spec.widget is None or spec.socket_only:
        return "" if spec.required else "optional"
    shown = spec.widget.options(None)
    return ", ".join(part for part in (_default(shown), _range(shown)) if part)


def _default(shown: dict[str, Any]) -> str:
    default = shown.get("default", "")
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return f"`{text}`" if text else ""


def _range(shown: dict[str, Any]) -> str:
    if "options" in shown:
        return f"one of {listed(shown['options'])}" if shown["options"] else "a file"
    low, high = shown.get("min"), shown.get("max")
    if low is None:
        return "" if high is None else f"up to {high}"
    return f"from {low}" if high is None else f"{low} to {high}"


def pages() -> dict[Path, str]:
    """Return every generated page by its path."""
    specs = list(Registry.of_packages("nodes"))
    return {
        DOCS / "nodes.md": render(specs),
        DOCS / "compatibility.md": compatibility.render(specs, compatibility.read_types()),
        DOCS / "samplers.md": sampler_page.page(SAMPLERS, DOCS),
        DOCS / "workflow.schema.json": json.dumps(document_schema(), indent=2) + "\n",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages or, with --check, compare them; return the exit code."""
    parser = argparse.ArgumentParser(prog="docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if out of date")
    options = parser.parse_args(arguments)
    stale = [path for path, text in pages().items() if _text_of(path) != text]
    if not options.check:
        for path, text in pages().items():
            path.write_text(text, encoding="utf-8")
        return 0
    for path in stale:
        print(f"{path} is not what the code declares. Write it anew: make docs", file=sys.stderr)
    return 1 if stale else 0


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
