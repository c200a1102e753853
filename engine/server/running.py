"""A server from its start to its end: the socket, the parts behind it, and signals."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import threading
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from engine.errors import SettingError
from engine.machine import allow_many_files
from engine.registry import BUILT_INS, Registry
from engine.server.app import create_app
from engine.server.auth import AUTH
from engine.server.guards import EVERYWHERE
from engine.server.patience import FIRST_ASKED
from engine.server.starting import started
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
#: Connections that wait to be taken.
BACKLOG = 512


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
    tls = _tls(settings)
    ending = asyncio.Event()
    _end_on_signals(ending)
    with _listening(settings) as listener:
        built_ins = Registry.of_packages(BUILT_INS)
        async with started(settings, folders, built_ins, WorkerHost(command)) as services:
            app = create_app(services)
            runner = web.AppRunner(app, **RUNNING)
            await runner.setup()
            server = await listen(runner, app, sock=listener, ssl=tls)
            gc.freeze()  # what modules made stays: no collection need walk it
            _tell(settings, listener.getsockname()[1], app[AUTH].one_time, opens_browser)
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


def _listening(settings: ServerSettings) -> socket.socket:
    """Return a socket that is bound."""
    host = settings.host or "0.0.0.0"
    try:
        family = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as problem:
        raise SettingError(f'"{host}" is no address of this machine: {problem}.') from problem
    try:
        if os.name == "posix":  # elsewhere it would let two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, settings.port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        raise SettingError(
            f"Port {settings.port} of {host} can not be had: {problem.strerror}. "
            "Another server may have it; stop that one, or choose another with --port."
        ) from problem
    except OverflowError as problem:
        listener.close()
        raise SettingError(f"{settings.port} is no port. Ports go up to 65535.") from problem
    return listener


def _tls(settings: ServerSettings) -> ssl.SSLContext | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except OSError as problem:
        reason = problem.strerror or problem
        files = f'"{settings.tls_cert}" with the key "{settings.tls_key}"'
        raise SettingError(f"The certificate {files} can not be used: {reason}.") from problem
    return context


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


def _tell(settings: ServerSettings, port: int, token: str | None, opens_browser: bool) -> None:
    """Say where to open the server; not through the log, which holds no token."""
    scheme = "http" if settings.tls_cert is None else "https"
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    shown = f"[{host}]" if ":" in host else host
    address = f"{scheme}://{shown}:{port}{settings.path_prefix}/"
    if settings.auth == "token":
        address += f"?token={token}"
    sys.stdout.write(f"Sfumato is at {address}\n")
    sys.stdout.flush()
    if opens_browser and _has_browser():
        threading.Thread(target=_open, args=(address,), daemon=True).start()


def _has_browser() -> bool:
    """Say whether there is a browser with windows; one in the terminal would take it over."""
    is_linux = sys.platform.startswith("linux")
    return not is_linux or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(address: str) -> None:
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)
