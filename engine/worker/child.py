"""The worker as a child process: frames over its stdin and stdout, lines from its stderr."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import msgspec

from engine.errors import WorkerError
from engine.worker.logs import Line, read_line
from engine.worker.messages import ToWorker, decode_from_worker, encode
from engine.worker.wire import Frames, framed

if TYPE_CHECKING:
    from asyncio import SubprocessTransport, WriteTransport

    from engine.worker.connection import Listener

STDIN, STDOUT, STDERR = range(3)
#: What the process wrote before its end is waited for so long; children of its own may hold on.
LAST_WORDS_S = 0.5
#: Bytes of a line that is not ended yet, at most.
LONGEST_LINE = 16 * 2**10


async def start_child(command: Sequence[str], listener: Listener) -> Child:
    """Start the process.

    Raises:
        WorkerError: the system does not start it.
    """
    loop = asyncio.get_running_loop()
    try:
        _, child = await loop.subprocess_exec(lambda: Child(listener), *command)
    except OSError as problem:
        reason = problem.strerror or problem
        raise WorkerError(f'The worker can not be started with "{command[0]}": {reason}.') from None
    return child


class Child(asyncio.SubprocessProtocol):
    """One process; what it says goes to the listener as it comes in."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._frames = Frames()
        self._line = bytearray()
        self._open = {STDOUT, STDERR}
        self._has_exited = self._is_told = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("SubprocessTransport", transport)

    @property
    def pid(self) -> int:
        """Return its process."""
        return self._transport.get_pid()

    def send(self, messages: Sequence[ToWorker]) -> None:
        """Say something to it; to a process that is about to be found dead, nothing."""
        pipe = cast("WriteTransport | None", self._transport.get_pipe_transport(STDIN))
        if pipe is not None and not pipe.is_closing():
            pipe.write(framed(encode(messages)))

    def kill(self) -> None:
        """End it at once."""
        if not self._has_exited:
            self._transport.kill()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take bytes from one of its pipes."""
        if self._is_told:
            return
        if fd == STDERR:
            self._take_text(data)
            return
        try:
            for frame in self._frames.feed(data):
                self._listener.heard(decode_from_worker(frame))
        except (WorkerError, msgspec.DecodeError) as problem:
            told = f"What the worker said can not be read: {problem}"
            self._listener.logged(Line("ERROR", __name__, told))
            self.kill()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Note that a pipe has ended."""
        self._open.discard(fd)
        self._tell_if_over()

    def process_exited(self) -> None:
        """Note that the process has ended; its last words may still be on their way."""
        self._has_exited = True
        if self._open:
            asyncio.get_running_loop().call_later(LAST_WORDS_S, self._tell)
        self._tell_if_over()

    def _tell_if_over(self) -> None:
        if self._has_exited and not self._open:
            self._tell()

    def _tell(self) -> None:
        if self._is_told:
            return
        if self._line:
            self._take_text(b"\n")
        self._is_told = True
        code = self._transport.get_returncode()
        self._transport.close()
        self._listener.died(_how(code), code)

    def _take_text(self, data: bytes) -> None:
        *lines, rest = (self._line + data).split(b"\n")
        if len(rest) > LONGEST_LINE:
            lines, rest = [*lines, rest], b""
        self._line = bytearray(rest)
        for line in lines:
            self._listener.logged(read_line(bytes(line)))


def _how(code: int | None) -> str:
    if code is None or code >= 0 or os.name == "nt":
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
