"""Runs what verifies models, full-size runs too, and writes docs/models.md of what became of it.

What is verified, how, and what is not stands in `tests/verified/*.toml`, a file a subject.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.__main__ import surroundings

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "tests" / "verified"
PAGE = ROOT / "docs" / "models.md"
HEAD = """\
# Models: what was verified

Written by `make verify` from `tests/verified/` and from what became of the tests named there. No
weights can be downloaded where this is built: shapes are the real ones where the size is full,
values random and never zero. A row passes when every test of it passed; tests that a missing
library left out are counted as skipped.
"""
TABLE = "| what | against | within | size | result |\n| --- | --- | --- | --- | --- |"
NOT_RUN = "not run"
Outcomes = dict[str, str]


def subjects() -> list[dict[str, Any]]:
    """Return what the files say, in the order of their names."""
    return [tomllib.loads(path.read_text()) for path in sorted(ROWS.glob("*.toml"))]


def groups(rows: Iterable[dict[str, Any]]) -> list[list[str]]:
    """Part tests into those that run together: all small ones, and each file of full size.

    A process of its own gives back what a network of full size has taken.
    """
    parts: dict[str, set[str]] = {}
    for row in rows:
        for test in row["tests"]:
            part = "" if row["size"] == "small" else test.partition("::")[0]
            parts.setdefault(part, set()).add(test)
    return [sorted(part) for part in parts.values()]


def run(tests: Sequence[str]) -> Outcomes:
    """Run tests, slow ones too, and return what became of each by its id."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "slow or not slow"]
        options = [f"--junitxml={report}", "-o", "junit_family=xunit1"]
        subprocess.run([*command, *options, *tests], cwd=ROOT, check=False)
        return dict(outcomes(report)) if report.exists() else {}  # the system may have ended it


def outcomes(report: Path) -> Iterator[tuple[str, str]]:
    """Yield test ids and "passed", "failed" or "skipped" from pytest's report."""
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "passed"
        yield (
            f"{case.get('file')}::{case.get('name')}",
            "skipped" if "skipped" in kinds else outcome,
        )


def result(tests: Iterable[str], found: Outcomes) -> str:
    """Return what became of the tests of a row."""
    wanted = tuple(tests)
    mine = [outcome for test, outcome in found.items() if belongs(test, wanted)]
    counts = {kind: mine.count(kind) for kind in ("passed", "failed", "skipped")}
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or NOT_RUN


def belongs(test: str, wanted: tuple[str, ...]) -> bool:
    """Say whether a test is one of those that are named, in part or with its parameters."""
    return any(test == each or test.startswith((f"{each}::", f"{each}[")) for each in wanted)


def page(found: Outcomes) -> str:
    """Return the page."""
    lines = [HEAD, f"Last run: {surroundings()}.\n"]
    for subject in subjects():
        lines.append(f"## {subject['title']}\n\n{TABLE}")
        for row in subject.get("verified", ()):
            cells = [row[key] for key in ("what", "against", "within", "size")]
            lines.append(f"| {' | '.join([*cells, result(row['tests'], found)])} |")
        lines.append("")
        lines += [f"* Not verified: {row['what']}: {row['why']}." for row in open_rows(subject)]
        lines.append("")
    return "\n".join(lines)


def open_rows(subject: dict[str, Any]) -> list[dict[str, str]]:
    """Return what of a subject was not verified."""
    return subject.get("open", [])


def main(arguments: list[str]) -> int:
    """Run, write, and say by the exit status whether anything failed or did not run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a subject's file name without .toml")
    parser.add_argument("--small", action="store_true", help="leave out what is of full size")
    parser.add_argument("--print", action="store_true", help="write the page to the terminal")
    options = parser.parse_args(arguments)
    names = {path.stem: path for path in ROWS.glob("*.toml")}
    chosen = [names[options.only]] if options.only else list(names.values())
    rows = [row for path in chosen for row in tomllib.loads(path.read_text()).get("verified", ())]
    rows = [row for row in rows if row["size"] == "small" or not options.small]
    found: Outcomes = {}
    for group in groups(rows):
        found |= run(group)
    if options.print or options.only:
        print(page(found))
    else:
        PAGE.write_text(page(found), encoding="utf-8")
    is_whole = all(result(row["tests"], found) != NOT_RUN for row in rows)
    return int("failed" in found.values() or not is_whole)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
