"""Prints the lines and the longest function of each module, and what is over budget.

A report, not a gate: long files are looked at, long functions are stopped by the linter.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("main.py", "engine", "nodes", "tools", "benchmarks", "tests")
FILE_BUDGET = 300
FUNCTION_BUDGET = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """The size of one file.

    Attributes:
        functions: name -> lines, the docstring not counted.
    """

    path: str
    lines: int
    functions: dict[str, int]

    @property
    def longest(self) -> tuple[str, int]:
        """Return the longest function and its lines."""
        return max(self.functions.items(), key=lambda item: item[1], default=("", 0))


def measure(path: str, source: str) -> Module:
    """Count the lines of a file and of each function in it."""
    functions = dict(_functions(ast.parse(source), ""))
    return Module(path, len(source.splitlines()), functions)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        is_named = isinstance(child, Function | ast.ClassDef)
        if isinstance(child, Function):
            yield f"{prefix}{child.name}", _lines(child)
        yield from _functions(child, f"{prefix}{child.name}." if is_named else prefix)


def _lines(function: Function) -> int:
    """Count from `def` to the end, without the docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return total
    docstring = function.body[0]
    return total - (docstring.end_lineno or docstring.lineno) + docstring.lineno - 1


def over_budget(modules: Iterable[Module]) -> list[str]:
    """Return a line for each file and each function that is longer than agreed."""
    found: list[str] = []
    for module in modules:
        if module.lines > FILE_BUDGET:
            found.append(f"{module.path}: {module.lines} lines (budget {FILE_BUDGET})")
        found += [
            f"{module.path}: {name} {lines} lines (budget {FUNCTION_BUDGET})"
            for name, lines in module.functions.items()
            if lines > FUNCTION_BUDGET
        ]
    return found


def report(modules: Sequence[Module]) -> str:
    """Return the table, a total for each room, and what is over budget."""
    rows = [f"{'lines':>6} {'longest':>8}  module"]
    for module in modules:
        name, lines = module.longest
        rows.append(f"{module.lines:6} {lines:8}  {module.path}{f' ({name})' if name else ''}")
    lengths = [lines for module in modules for lines in module.functions.values()]
    rows.append("")
    for room in ROOMS:
        total = sum(m.lines for m in modules if Path(m.path).parts[0] == room)
        rows.append(f"{total:6} {room}")
    rows.append(f"functions: {len(lengths)}, median {median(lengths or [0]):g} lines")
    over = over_budget(modules)
    return "\n".join([*rows, "", f"over budget: {len(over)}", *over])


def main() -> int:
    """Print the report on this checkout; return 0."""
    files = [path for room in ROOMS for path in _sources(ROOT / room)]
    modules = [
        measure(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in files
    ]
    print(report(modules))
    return 0


def _sources(room: Path) -> list[Path]:
    return [room] if room.is_file() else sorted(room.rglob("*.py"))


if __name__ == "__main__":
    sys.exit(main())
