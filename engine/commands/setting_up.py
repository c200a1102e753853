"""What several commands need: folders and an engine from the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.paths import Folders
from engine.workflow import HOME

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from engine.engine import Engine


def folders_from(arguments: argparse.Namespace) -> Folders:
    """Return the folders that `--base-directory` and `--output` name."""
    base: Path = (arguments.base_directory or HOME).resolve()
    output: Path | None = getattr(arguments, "output", None)
    return Folders.at(base, output=output.resolve() if output else None)


def add_device_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose where and how exactly networks compute."""
    parser.add_argument(
        "--precision", choices=("auto", "fp32", "fp16", "bf16"), default="auto",
        help="number format of the networks (auto: the fastest that is safe here)",
    )  # fmt: skip
    parser.add_argument(
        "--device", default="auto", metavar="DEVICE", help='"cpu", "cuda", "cuda:1", "mps" (auto)'
    )


def engine_from(arguments: argparse.Namespace) -> Engine:
    """Return an engine with the built-in nodes."""
    from engine.engine import Engine, Settings

    settings = Settings(
        precision=arguments.precision,
        device=arguments.device,
        cache_disk_bytes=0 if arguments.no_cache else Settings.cache_disk_bytes,
    )
    return Engine.with_built_ins(folders_from(arguments), settings)
