"""What several commands need: folders and an engine from the arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.model_folders.sources import hash_in_background, installation
from engine.workflow import HOME, locate

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from engine.engine import Engine
    from engine.importers import Imported
    from engine.paths import Folders
    from engine.registry import Registry


def folders_from(arguments: argparse.Namespace) -> Folders:
    """Return the folders that the settings and the common flags name, with `--output`.

    Raises:
        SettingError: a flag names what can not be used, or the settings can not be read.
    """
    base: Path = (arguments.base_directory or HOME).resolve()
    output: Path | None = getattr(arguments, "output", None)
    return installation(
        base,
        output=output.resolve() if output else None,
        model_folders=getattr(arguments, "model_folders", ()),
        extra_model_paths=getattr(arguments, "extra_model_paths", ()),
    )


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
    folders = folders_from(arguments)
    hash_in_background(folders)
    return Engine.with_built_ins(folders, settings)


def open_here(arguments: argparse.Namespace) -> tuple[Imported, Registry]:
    """Return the file that the arguments name, put to what this installation has.

    Raises:
        WorkflowError: it can not be read, or holds no workflow.
    """
    from engine.engine import Engine
    from engine.importers import open_document

    folders = folders_from(arguments)
    registry = Engine.with_built_ins(folders).registry
    return open_document(locate(arguments.file), registry, folders), registry
