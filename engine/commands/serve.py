"""`main.py serve`: the server. It answers before the process that computes is there."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.commands.examples import give_examples
from engine.commands.setting_up import folders_from, settings_file_from
from engine.commands.worker import worker_command
from engine.errors import SettingError
from engine.hardware.machine import give_back_large_memory
from engine.server.options import OPTIONS, read_settings
from engine.server.settings_file import settings_in

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from engine.paths import Folders
    from engine.server.settings import ServerSettings

#: How long the event loop may keep the interpreter while the thread that writes wants it: it asks
#: after each statement, and with Python's 5 ms a busy loop lets it do but few jobs a second.
SWITCH_S = 0.0005
#: The variable that names the file of certificates.
CERTIFICATES = "SSL_CERT_FILE"
#: Objects between two collections; a request makes hundreds, and hardly any of them in cycles.
COLLECTED = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags; one that is not given is looked for in the environment, then in a file."""
    parser.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="open the browser, where there is one (--no-open)",
    )
    for option in OPTIONS:
        parser.add_argument(
            option.flag,
            metavar=option.shape,
            help=option.help,
            action="append" if option.is_repeated else "store",
        )


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal says to end."""
    with _without_certificates():
        from engine.server.logs import set_up
        from engine.server.running import serve

    folders = folders_from(arguments)
    settings = settings_from(arguments, folders.base)
    _check_writable(folders)
    give_examples(folders)
    set_up(settings.log_format, debug=arguments.debug)
    give_back_large_memory()
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(COLLECTED)
    command = worker_command(
        folders.base,
        precision=settings.precision,
        device=settings.device,
        memory_bytes=settings.memory_bytes,
        cache_ram_bytes=settings.cache_ram_bytes,
        cache_disk_bytes=settings.cache_disk_bytes,
        debug=arguments.debug,
        more=_model_options(arguments),
    )
    asyncio.run(serve(settings, folders, command, opens_browser=arguments.open))
    return 0


def _check_writable(folders: Folders) -> None:
    """Make the folder that the server keeps its database in.

    Raises:
        SettingError: the base directory can not be written.
    """
    reason = "this account may not write there"
    try:
        folders.user.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(folders.user, os.W_OK | os.X_OK)
    except OSError as problem:
        is_writable, reason = False, problem.strerror or str(problem)
    if not is_writable:
        raise SettingError(
            f'The folder "{folders.user}" can not be written: {reason}. '
            "Give this account the right to, or name another --base-directory."
        )


@contextmanager
def _without_certificates() -> Generator[None]:
    """Keep aiohttp from reading the system's certificates for a client that a server never has.

    It does so when it is imported, and that is a tenth of a start.
    """
    before = os.environ.get(CERTIFICATES)
    os.environ[CERTIFICATES] = os.devnull
    try:
        yield
    finally:
        if before is None:
            del os.environ[CERTIFICATES]
        else:
            os.environ[CERTIFICATES] = before


def settings_from(arguments: argparse.Namespace, base: Path) -> ServerSettings:
    """Return the settings of the arguments, the environment and the file of settings.

    Raises:
        SettingError: one of them can not be used.
    """
    given = {
        option.key: value
        for option in OPTIONS
        if (value := getattr(arguments, option.key)) is not None
    }
    file = settings_file_from(arguments) or settings_in(base)
    return read_settings(given, os.environ, file)


def _model_options(arguments: argparse.Namespace) -> list[str]:
    models = [f"--models={each}" for each in getattr(arguments, "model_folders", ())]
    files = getattr(arguments, "extra_model_paths", ())
    return [*models, *(f"--extra-model-paths-config={each}" for each in files)]
