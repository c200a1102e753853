"""`main.py worker`: the process that computes; the server starts it and speaks with it.

It is no command for people, so the list of commands leaves it out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import common_options
from engine.commands.setting_up import add_device_arguments, folders_from, memory_from
from engine.files.output_files import clean_in_background
from engine.model_folders.sources import hash_in_background
from engine.workflow import HOME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.engine import Engine


def worker_command(
    base: Path,
    *,
    precision: str = "auto",
    device: str = "auto",
    memory_bytes: int | None = None,
    cache_ram_bytes: int | None = None,
    cache_disk_bytes: int | None = None,
    debug: bool = False,
    more: Sequence[str] = (),
) -> list[str]:
    """Return the command line that starts a worker of an installation.

    Args:
        base: the installation's folder.
        memory_bytes, cache_ram_bytes, cache_disk_bytes: None is the engine's own choice.
        more: options that all commands share, such as `--models DIR`.
    """
    words = [sys.executable, str(HOME / "main.py"), "worker", "--base-directory", str(base)]
    words += ["--precision", precision, "--device", device]
    if memory_bytes is not None:
        words += ["--memory", str(memory_bytes)]
    if cache_ram_bytes is not None:
        words += ["--cache-ram", str(cache_ram_bytes)]
    if cache_disk_bytes is not None:
        words += ["--cache-disk", str(cache_disk_bytes)]
    return [*words, *(["--debug"] if debug else []), *more]


def main(argv: Sequence[str]) -> int:
    """Work until the server ends."""
    from engine.worker.process import serve

    parser = argparse.ArgumentParser(
        prog="main.py worker", parents=[common_options()], allow_abbrev=False
    )
    parser.set_defaults(debug=False, base_directory=None)
    add_device_arguments(parser)
    parser.add_argument("--cache-ram", type=int, metavar="BYTES", help="of results in memory")
    parser.add_argument("--cache-disk", type=int, metavar="BYTES", help="of results on disk")
    arguments = parser.parse_args(argv)
    serve(lambda: _engine(arguments), debug=arguments.debug)
    return 0


def _engine(arguments: argparse.Namespace) -> Engine:
    from engine.engine import Engine, Settings

    bounds = {"cache_ram_bytes": arguments.cache_ram, "cache_disk_bytes": arguments.cache_disk}
    settings = Settings(
        precision=arguments.precision,
        device=arguments.device,
        memory_bytes=memory_from(arguments),
        **{name: bound for name, bound in bounds.items() if bound is not None},
    )
    folders = folders_from(arguments)
    hash_in_background(folders)
    clean_in_background(folders)
    return Engine.with_built_ins(folders, settings)
