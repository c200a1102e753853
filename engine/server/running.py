"""A server from its start to its end: the socket, the parts behind it, and signals."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from engine.hardware.machine import allow_many_files
from engine.registry import BUILT_INS, Registry
from engine.server.app import create_app
from engine.server.auth import AUTH
from engine.server.browsers import has_browser, opened
from engine.server.guards import EVERYWHERE
from engine.server.listening import BACKLOG, bound_socket, tls_context
from engine.server.patience import FIRST_ASKED
from engine.server.starting import started
from engine.server.table import all_routes
from engine.worker.host import WorkerHost

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.server.settings import ServerSettings

logger = logging.getLogger(__name__)

#: Seconds that requests have to end when the server does.
LAST_ANSWERS_S = 1.0
#: A connection on which nothing more is asked ends after so long; so does one whose next request
#: comes letter by letter.
IDLE_S = 75.0
#: Of the files that the process may open: for the database, what it sends, and the worker.
OWN_FILES = 128
#: Of a request's first line, and of each header; browsers send cookies of every local port.
LINE_BYTES = 16 * 1024
#: How aiohttp runs the application; it writes no log of its own, which would hold tokens.
RUNNING: dict[str, Any] = {
    "access_log": None,
    "shutdown_timeout": LAST_ANSWERS_S,
    "keepalive_timeout": IDLE_S,
    "max_line_size": LINE_BYTES,
    "max_field_size": LINE_BYTES,
}


async def serve(
    settings: ServerSettings, folders: Folders, command: Sequence[str], *, opens_browser: bool
) -> None:
    """Serve until a signal says to end; a second one ends at once.

    Args:
        command: what starts the process that computes.

    Raises:
        SettingError: the address can not be listened on, or the certificate not be used.
        StorageError: another server has the folder, or the database can not be used.
    """
    tls = tls_context(settings)
    ending = asyncio.Event()
    _end_on_signals(ending)
    with bound_socket(settings) as listener, contextlib.ExitStack() as ends:
        built_ins = Registry.of_packages(BUILT_INS)
        routes = all_routes()  # before the worker starts, which then imports as much beside this
        async with started(settings, folders, built_ins, WorkerHost(command)) as services:
            app = create_app(services, routes)
            runner = web.AppRunner(app, **RUNNING)
            await runner.setup()
            server = await listen(runner, app, sock=listener, ssl=tls)
            gc.freeze()  # what modules made stays: no collection need walk it
            address = _address(settings, listener.getsockname()[1], app[AUTH].one_time)
            _tell(address)
            if opens_browser and has_browser():
                is_secret = settings.auth == "token"
                ends.enter_context(opened(address, folders.user, is_secret=is_secret))
            await ending.wait()
            logger.info("The server ends")
            server.close()
            await runner.cleanup()


async def listen(runner: web.AppRunner, app: web.Application, **given: Any) -> asyncio.Server:
    """Take connections for an application; `given` goes to `loop.create_server`."""
    assert runner.server is not None
    most = max(1, allow_many_files() - OWN_FILES)
    accept = app[FIRST_ASKED].watched(runner.server, most)
    return await asyncio.get_running_loop().create_server(accept, backlog=BACKLOG, **given)


def _end_on_signals(ending: asyncio.Event) -> None:
    def end() -> None:
        if ending.is_set():
            os._exit(1)
        ending.set()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(each, end)
        except NotImplementedError:  # Windows
            signal.signal(each, lambda *_: loop.call_soon_threadsafe(end))


def _address(settings: ServerSettings, port: int, token: str | None) -> str:
    """Return where to open the server, with what signs one browser in."""
    scheme = "http" if settings.tls_cert is None else "https"
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    shown = f"[{host}]" if ":" in host else host
    address = f"{scheme}://{shown}:{port}{settings.path_prefix}/"
    return f"{address}?token={token}" if settings.auth == "token" else address


def _tell(address: str) -> None:
    """Say where to open the server; not through the log, which holds no token."""
    sys.stdout.write(f"Sfumato is at {address}\n")
    sys.stdout.flush()
