"""What several commands need: folders and an engine from the arguments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SettingError
from engine.model_folders.sources import hash_in_background, installation
from engine.server.option_values import parse_size
from engine.server.settings_file import SettingsFile, read_file
from engine.workflow import HOME, locate

if TYPE_CHECKING:
    import argparse

    from engine.engine import Engine
    from engine.importers import Imported
    from engine.paths import Folders
    from engine.registry import Registry


def folders_from(arguments: argparse.Namespace) -> Folders:
    """Return the folders that the settings and the common flags name, with `--output`.

    Raises:
        SettingError: a flag names what can not be used, or the settings can not be read.
    """
    base = base_from(arguments)
    output: Path | None = getattr(arguments, "output", None)
    return installation(
        base,
        output=output.resolve() if output else None,
        model_folders=getattr(arguments, "model_folders", ()),
        extra_model_paths=getattr(arguments, "extra_model_paths", ()),
    )


def base_from(arguments: argparse.Namespace) -> Path:
    """Return the folder of the installation: of the flag, a variable, a file, or the checkout.

    Raises:
        SettingError: it is no folder, or the file that would say it can not be read.
    """
    named: Path | None = arguments.base_directory
    if named is None and (text := os.environ.get("SFUMATO_BASE_DIRECTORY")):
        named = Path(text).expanduser()
    if named is None and (file := settings_file_from(arguments)) is not None:
        named = file.base()
    base = (named or HOME).resolve()
    if os.path.exists(base) and not os.path.isdir(base):  # noqa: PTH110, PTH112 never raise
        raise SettingError(f'The base directory "{base}" is no folder. Name another one.')
    return base


def settings_file_from(arguments: argparse.Namespace) -> SettingsFile | None:
    """Return the file of settings that the flag or the variable names; None if neither does.

    Raises:
        SettingError: it can not be read.
    """
    named = getattr(arguments, "config", None) or os.environ.get("SFUMATO_CONFIG")
    return read_file(Path(named).expanduser()) if named else None


def add_device_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose where and how exactly networks compute."""
    parser.add_argument(
        "--precision", choices=("auto", "fp32", "fp16", "bf16"), default="auto",
        help="number format of the networks (auto: the fastest that is safe here)",
    )  # fmt: skip
    parser.add_argument(
        "--device", default="auto", metavar="DEVICE", help='"cpu", "cuda", "cuda:1", "mps" (auto)'
    )
    parser.add_argument(
        "--memory", metavar="SIZE",
        help="what the weights of networks may take, as 4G or 512M; larger ones are read while "
        "they compute (60 %% of the device's memory)",
    )  # fmt: skip


def memory_from(arguments: argparse.Namespace) -> int | None:
    """Return what the weights of networks may take; None if nobody said.

    Raises:
        SettingError: it is no size.
    """
    given: str | None = arguments.memory
    if given is None:
        return None
    if not (size := parse_size(given)):
        raise SettingError("--memory 0 leaves no room for any network. Give a size such as 4G.")
    return size


def engine_from(arguments: argparse.Namespace) -> Engine:
    """Return an engine with the built-in nodes."""
    from engine.engine import Engine, Settings

    settings = Settings(
        precision=arguments.precision,
        device=arguments.device,
        memory_bytes=memory_from(arguments),
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
