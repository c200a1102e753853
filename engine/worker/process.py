"""The worker as a process of its own: pipes, signals, the end of the server, and one session.

The main thread runs jobs, so that a trace after a crash begins with them. Packs get standard error
for standard output, and nothing to read.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.hardware.descriptors import STDERR, STDIN, STDOUT
from engine.hardware.machine import end_with_parent
from engine.worker.logs import log_to_stderr
from engine.worker.messages import Message, decode_to_worker, encode
from engine.worker.session import Session
from engine.worker.warm_up import warm_up_when_idle
from engine.worker.wire import Frames, framed

if TYPE_CHECKING:
    from engine.engine import Engine

CHUNK = 2**20
#: A job that has not ended so long after the server did is left as it is.
LAST_S = 2.0


def serve(make_engine: Callable[[], Engine], *, debug: bool = False) -> None:
    """Speak with the server over stdin and stdout until it closes them; does not return."""
    pipes = _Pipes()
    end_with_parent()
    _leave_signals_to_the_server()
    faulthandler.enable(all_threads=False)  # that of the crash says what it was
    engine = make_engine()
    session = Session(engine, pipes.send)
    log_to_stderr(logging.DEBUG if debug else logging.INFO, lambda: session.job)
    threading.Thread(target=_read, args=(session, pipes), name="reader", daemon=True).start()
    warm_up_when_idle(engine, session)
    session.run()
    _exit(0)


class _Pipes:
    """The descriptors that the server holds the other ends of, kept from whoever else writes."""

    def __init__(self) -> None:
        self._input, self._output = os.dup(STDIN), os.dup(STDOUT)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, STDIN)
        os.close(nothing)
        os.dup2(STDERR, STDOUT)
        if hasattr(os, "register_at_fork"):  # a fork of a pack must not outlive the worker as it
            os.register_at_fork(after_in_child=self._close)

    def read(self) -> bytes:
        """Return what has come, nothing at the end."""
        return os.read(self._input, CHUNK)

    def send(self, messages: Sequence[Message]) -> None:
        """Write one frame, waiting for the server to read."""
        left = memoryview(framed(encode(messages)))
        with suppress(BrokenPipeError):  # the reader notices too, and ends the process
            while left:
                left = left[os.write(self._output, left) :]

    def _close(self) -> None:
        os.close(self._input)
        os.close(self._output)


def _read(session: Session, pipes: _Pipes) -> None:
    """Hand messages to the session until the server closes the pipe or says the end."""
    frames = Frames()
    try:
        while data := pipes.read():
            for frame in frames.feed(data):
                for message in decode_to_worker(frame):
                    session.take(message)
    finally:
        threading.Timer(LAST_S, _exit, (1,)).start()
        session.end()


def _leave_signals_to_the_server() -> None:
    """Ignore what a terminal or a service manager sends to all processes: the server decides.

    Handlers rather than SIG_IGN, which programs that a pack starts would inherit.
    """
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: None)


def _exit(code: int) -> None:
    """End without waiting for threads, which a pack may have left hanging."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
