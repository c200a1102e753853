"""`main.py run FILE`: a workflow as a program; its exposed inputs are the flags."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from engine.cli import EXIT_DONE, EXIT_INTERRUPTED, exit_code, tell
from engine.commands.flags import Flags, parse_set
from engine.commands.progress import ProgressLine
from engine.commands.setting_up import add_device_arguments, engine_from
from engine.context import Cancellation
from engine.document.dynamic_prompts import with_prompts_picked
from engine.document.flatten import node_at
from engine.errors import InvalidGraph, SettingError, WorkflowError
from engine.importers import Report as ImportReport
from engine.importers import open_document
from engine.importers.places import node_called
from engine.packs import streams
from engine.workflow import locate, written_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.document import Document
    from engine.engine import Engine
    from engine.running.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options; the workflow's inputs come on top of them."""
    add = parser.add_argument
    add("file", type=Path, nargs="?", help="a workflow file, or the name of a bundled one")
    add("-h", "--help", action="store_true", help="show this, and the inputs of the workflow")
    add("--set", action="append", default=[], metavar="NODE.INPUT=VALUE", help="set any value")
    add("--target", action="append", metavar="NODE", help="run only this node and what it needs")
    add("--output", type=Path, metavar="DIR", help="where pictures go (output/)")
    add("--n", type=int, default=1, metavar="COUNT", help="repeat with the next seeds")
    add("--from-file", type=Path, metavar="FILE", help="run one job a line: a prompt, or flags")
    add("--json", action="store_true", help="print one JSON object a job")
    add("--explain", action="store_true", help="say why each node ran or was reused")
    add("--no-cache", action="store_true", help="neither read nor write results on disk")
    add_device_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run a workflow once or several times."""
    if arguments.file is None:
        if arguments.help:
            return _print_help(None)
        raise SettingError("There is no workflow to run. Name a file, such as text_to_image.json.")
    file = locate(arguments.file)
    engine = engine_from(arguments)
    opened = open_document(file, engine.registry, engine.folders)
    document = opened.document
    flags = Flags(document, engine.registry, engine.folders)
    if arguments.help:
        return _print_help(flags)
    base = flags.fill(document, arguments.rest)
    for setting in arguments.set:
        base = parse_set(base, setting, flags)
    arguments.target = [node_called(base, each) or each for each in arguments.target or ()] or None
    _check_import(opened.report, base, engine, arguments)
    jobs = list(_repeated(_from_file(base, arguments.from_file, flags), arguments.n, flags))
    return _run_all(engine, jobs, arguments)


def _check_import(
    report: ImportReport, document: Document, engine: Engine, arguments: argparse.Namespace
) -> None:
    """Say what an import changed; refuse a document that cannot run for want of what is missing.

    Raises:
        WorkflowError: it cannot run.
    """
    if report.format == "sfumato":
        return
    problems = [] if report.is_complete else engine.validate(document, arguments.target)
    if problems:
        told = report.explained_nodes()
        others = [each.message for each in problems if each.node_id not in told]
        message = "\n".join([report.as_text(), *(["It can not run:", *others] if others else [])])
        raise WorkflowError(message, details=report.as_json())
    if report.notes:
        sys.stderr.write(f"{report.as_text()}\n")


def _print_help(flags: Flags | None) -> int:
    parser = argparse.ArgumentParser(prog="main.py run", add_help=False, allow_abbrev=False)
    add_arguments(parser)
    sys.stdout.write(parser.format_help())
    sys.stdout.write(flags.describe() if flags else "")
    return EXIT_DONE


def _from_file(base: Document, path: Path | None, flags: Flags) -> Iterator[Document]:
    """Yield a document for each line of a file: flags where it begins with --, else a prompt."""
    if path is None:
        yield base
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingError(f'"{path}" can not be read: {problem}.') from problem
    for line in lines:
        if line.strip():
            yield flags.fill_line(base, line.strip())


def _repeated(documents: Iterator[Document], count: int, flags: Flags) -> Iterator[Document]:
    if count < 1:
        raise SettingError(f"--n is {count}. It takes 1 or more.")
    for document in documents:
        for index in range(count):
            yield flags.with_seeds_moved(document, index)


class _Watch:
    """Lets Ctrl-C stop the present job cleanly; a second one ends the program."""

    def __init__(self) -> None:
        self.cancellation = Cancellation()
        self._before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}

    def __enter__(self) -> _Watch:
        for each in self._before:
            signal.signal(each, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def next_job(self) -> Cancellation:
        """Return what stops the job that begins now."""
        self.cancellation = Cancellation()
        return self.cancellation

    def _on_signal(self, *_: object) -> None:
        if self.cancellation.is_cancelled:
            raise KeyboardInterrupt
        self.cancellation.cancel()


def _run_all(engine: Engine, jobs: Sequence[Document], arguments: argparse.Namespace) -> int:
    worst = EXIT_DONE
    try:
        with _Watch() as watch:
            for number, document in enumerate(jobs, 1):
                label = f"{number}/{len(jobs)} " if len(jobs) > 1 else ""
                code = _run_one(engine, document, arguments, watch.next_job(), label)
                worst = max(worst, code)
                if code == EXIT_INTERRUPTED:
                    break
    finally:
        engine.close()  # the device may still be in its last step
    return worst


def _run_one(
    engine: Engine,
    document: Document,
    arguments: argparse.Namespace,
    cancellation: Cancellation,
    label: str,
) -> int:
    started = time.perf_counter()
    document = with_prompts_picked(document, engine.registry.specs, Random())
    with ProgressLine(label, partial(_name_of, document, engine)) as progress:
        try:
            with streams.kept():
                report = engine.run(
                    document,
                    targets=arguments.target,
                    on_event=progress.on_event,
                    cancellation=cancellation,
                )
        except InvalidGraph as problem:
            return tell(problem, as_json=arguments.json, debug=arguments.debug)
    _print(report, engine, arguments, time.perf_counter() - started)
    return EXIT_DONE if report.error is None else exit_code(report.error)


def _name_of(document: Document, engine: Engine, node_id: str) -> str:
    """Return a node as errors name it."""
    node = node_at(document, node_id)
    spec = engine.registry.get(node.type) if node else None
    return f'{node_id} "{spec.title}"' if spec else node_id


def _print(report: Report, engine: Engine, arguments: argparse.Namespace, seconds: float) -> None:
    files = [str(path) for path in written_files(report, engine.folders)]
    explained = {
        node_id: report.explain(node_id)
        for node_id in (report.trace.nodes if arguments.explain else ())
    }
    if arguments.json:
        shown = _as_json(report, files, seconds)
        told = {**shown, "explain": explained} if explained else shown
        sys.stdout.write(json.dumps(told, default=str) + "\n")  # packs show what they like
    else:
        sys.stdout.write("".join(f"{path}\n" for path in files))
        sys.stderr.write("".join(f"{sentence}\n" for sentence in explained.values()))
    sys.stdout.flush()
    if report.error is not None and not arguments.json:
        tell(report.error, as_json=False, debug=arguments.debug)


def _as_json(report: Report, files: list[str], seconds: float) -> dict[str, Any]:
    text: Mapping[str, Any] = {
        node_id: list(shown["text"]) for node_id, shown in report.ui.items() if "text" in shown
    }
    return {
        "files": files,
        "text": text,
        "ran": list(report.ran),
        "reused": sorted(report.reused),
        "seconds": round(seconds, 3),
        "error": report.error.as_json() if report.error else None,
    }
