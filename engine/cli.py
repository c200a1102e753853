"""The command line: which command, and how its failure is told.

Exit codes: 0 done, 2 a bad document or value, 3 a node failed, 130 interrupted. Heavy imports are
inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import json
import keyword
import logging
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from engine.errors import EngineError, Interrupted, NodeError, StorageError, for_terminal
from engine.hardware.descriptors import set_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_DONE = 0
EXIT_BAD_INPUT = 2
EXIT_NODE_FAILED = 3
EXIT_INTERRUPTED = 130

#: command -> what it does; its module in engine.commands has `add_arguments` and `run`
COMMANDS = {
    "serve": "start the server, for browsers and other programs",
    "run": "run a workflow file and write its pictures",
    "import": "turn a ComfyUI workflow, prompt or picture into a workflow file",
    "export": "write a workflow as ComfyUI's API prompt or editor file",
    "nodes": "list the node types",
    "packs": "list the packs of nodes and what is wrong with them; enable or disable one",
    "models": "list the model files and what they are",
    "users": "add and list users of the server, and give or revoke their tokens",
    "doctor": "say what this machine and this installation can do, and what is wrong",
}


def main(argv: Sequence[str]) -> int:
    """Run one command, "serve" if none is named, and return the exit code."""
    if not set(argv) & {*COMMANDS, "-h", "--help"}:
        argv = ["serve", *argv]
    parser = _parser(argv)
    known, rest = parser.parse_known_args(argv)
    if rest and known.command != "run":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    logging.basicConfig(
        level=logging.DEBUG if known.debug else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
    )
    known.rest = rest
    command = _module(known.command)
    with set_apart():
        try:
            return command.run(known)
        except KeyboardInterrupt:
            return tell(Interrupted("Interrupted."), as_json=False, debug=known.debug)
        except EngineError as problem:
            return tell(problem, as_json=getattr(known, "json", False), debug=known.debug)


def _module(command: str) -> ModuleType:
    """Return a command's module; one that Python keeps the name of has an underscore."""
    name = f"{command}_" if keyword.iskeyword(command) else command
    return importlib.import_module(f"engine.commands.{name}")


def tell(problem: EngineError, *, as_json: bool, debug: bool) -> int:
    """Print an error for people or machines, and return its exit code."""
    if debug:
        traceback.print_exception(problem)
    if as_json:
        sys.stdout.write(json.dumps({"error": problem.as_json()}) + "\n")
    else:
        sys.stderr.write(f"{for_terminal(problem.message)}\n")
    return exit_code(problem)


def exit_code(problem: EngineError) -> int:
    """Return the exit code that stands for an error."""
    match problem:
        case Interrupted():
            return EXIT_INTERRUPTED
        case NodeError() | StorageError():
            return EXIT_NODE_FAILED
        case _ if problem.node_id is not None and problem.kind in ("model", "path", "storage"):
            return EXIT_NODE_FAILED
        case _:
            return EXIT_BAD_INPUT


def _parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="Sfumato: node workflows for diffusion models.",
        parents=[common_options()],
    )
    parser.set_defaults(debug=False, base_directory=None)  # of these options of its own
    common = common_options()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    asked = next((each for each in argv if each in COMMANDS), None)
    for name, what in COMMANDS.items():
        # "run" answers --help itself: it first has to read which inputs the workflow exposes.
        child = commands.add_parser(
            name,
            help=what,
            description=f"{what.capitalize()}.",
            parents=[common],
            add_help=name != "run",
            allow_abbrev=False,
        )
        if name == asked:
            _module(name).add_arguments(child)
    commands.add_parser("setup", help="install what Sfumato needs into .venv")
    return parser


def common_options() -> argparse.ArgumentParser:
    """Return the options that may stand before and after the command."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    parser.add_argument(
        "--base-directory",
        type=Path,
        metavar="DIR",
        help="holds models/, input/, output/ and cache/; a ComfyUI or A1111 folder too "
        "(the checkout)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="settings of the server, and where the base directory is (sfumato.toml there)",
    )
    parser.add_argument(
        "--models",
        dest="model_folders",
        action="append",
        type=Path,
        metavar="DIR",
        help="more models: a ComfyUI, A1111 or Forge folder, or one with checkpoints/, loras/ …",
    )
    parser.add_argument(
        "--extra-model-paths-config",
        dest="extra_model_paths",
        action="append",
        type=Path,
        metavar="FILE",
        help="more models, as a file like ComfyUI's extra_model_paths.yaml names them",
    )
    return parser
