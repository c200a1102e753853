"""A real server process with its worker, and clients that cost little: they share the processors.

The clients speak HTTP/1.1 and websocket on plain sockets, as much of both as is needed here.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from engine.server.starting import DATABASE
from engine.store import users
from engine.store.database import Database
from engine.users import DEFAULT_USER

ROOT = Path(__file__).resolve().parent.parent
#: Seconds that a server has to answer, and its worker to be there.
PATIENCE_S = 120.0
#: A worker that computes no more than `IDLE_S` between looks has read all that it reads ahead.
LOOKS, LOOK_S, IDLE_S = 6, 0.4, 0.1
#: What the length of a websocket's frame says when it stands in the next bytes.
LONGER = {126: 2, 127: 8}


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        started: when the process was, by `time.perf_counter`.
    """

    process: subprocess.Popen[bytes]
    base: Path
    port: int
    token: str
    started: float

    def get(self, path: str) -> Any:
        """Return the JSON of an answer."""
        return json.loads(self.ask("GET", path))

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """Return an answer's body."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.read()

    def wait_for(self, path: str = "/healthz") -> float:
        """Wait until a request is answered well; return the seconds since the start."""
        while time.perf_counter() - self.started < PATIENCE_S:
            with suppress(urllib.error.URLError, ConnectionError):
                self.ask("GET", path)
                return time.perf_counter() - self.started
            time.sleep(0.005)
        raise TimeoutError(path)

    def processor_seconds(self) -> dict[str, float]:
        """Return what the server and its worker have computed so far."""
        pids = {"server": [self.process.pid], "worker": self.children()}
        return {name: sum(map(_computed, its)) for name, its in pids.items()}

    def resident_mib(self) -> dict[str, float]:
        """Return the memory of the server and of its worker."""
        pids = {"server": [self.process.pid], "worker": self.children()}
        return {name: sum(map(_resident, its)) for name, its in pids.items()}

    def children(self) -> list[int]:
        """Return the processes that the server has started."""
        pid = self.process.pid
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


@contextmanager
def serving(*options: str, base: Path | None = None) -> Generator[Server]:
    """Start a server on a free port with a folder of its own, and end it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = base or Path(temporary)
        token = _token(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "main.py", "serve", "--port", str(port)]
        command += ["--base-directory", str(folder), *options]
        with (folder / "server.log").open("wb") as log:
            started = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            yield Server(process, folder, port, token, started)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _token(base: Path) -> str:
    """Return a token of the default user; makes the database where there is none."""
    database = Database.open(base / "user" / DATABASE, shared=True)
    try:
        return database.write_now(
            lambda c: users.issue(c, DEFAULT_USER, "bearer", now=time.time())
        ).secret
    finally:
        database.close_now()


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _computed(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Http:
    """One connection, one request after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._common = f"Host: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.token}\r\n"

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._server.port)

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        head = f"{method} {path} HTTP/1.1\r\n{self._common}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        told = await self._reader.readuntil(b"\r\n\r\n")
        at = told.lower().index(b"content-length:")
        length = int(told[at + 15 : told.index(b"\r\n", at)])
        return int(told[9:12]), await self._reader.readexactly(length)

    def close(self) -> None:
        """Let the connection go."""
        self._writer.close()


@dataclass
class Socket:
    """A websocket that is read as fast as it comes.

    Attributes:
        received: bytes that came, frames and all.
    """

    server: Server
    path: str
    received: int = 0
    _reader: asyncio.StreamReader = field(init=False)
    _writer: asyncio.StreamWriter = field(init=False)

    async def open(self) -> None:
        """Connect."""
        connected = await asyncio.open_connection("127.0.0.1", self.server.port, limit=2**24)
        self._reader, self._writer = connected
        key = base64.b64encode(os.urandom(16)).decode()
        self._writer.write(
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
            f"Authorization: Bearer {self.server.token}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
            "".encode()
        )
        told = await self._reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in told.split(b"\r\n")[0], told

    async def receive(self) -> bytes:
        """Return the content of the next text or binary frame; pings are answered."""
        while True:
            head = await self._reader.readexactly(2)
            length = head[1]
            if size := LONGER.get(length, 0):
                length = int.from_bytes(await self._reader.readexactly(size), "big")
                self.received += size
            content = await self._reader.readexactly(length) if length else b""
            self.received += 2 + length
            match head[0] & 15:
                case 1 | 2:
                    return content
                case 9:
                    self._writer.write(bytes((0x8A, 0x80 | length)) + bytes(4) + content)
                case 8:
                    raise ConnectionError(content[2:])
                case _:
                    pass

    async def skim(self) -> None:
        """Read all that comes without looking at it, for less than a heartbeat."""
        while data := await self._reader.read(2**18):
            self.received += len(data)

    def close(self) -> None:
        """Let the connection go."""
        self._writer.close()


class Prompts:
    """Sends prompts and waits for the messages that say that they have ended."""

    def __init__(self, server: Server, connections: int = 1) -> None:
        self.socket = Socket(server, "/ws?clientId=bench")
        self.https = [Http(server) for _ in range(connections)]
        self._ends: dict[str, asyncio.Future[float]] = {}

    async def open(self) -> None:
        """Connect all."""
        await self.socket.open()
        for each in self.https:
            await each.open()
        self._listening = asyncio.create_task(self._listen())

    async def post(self, prompt: Mapping[str, Any], connection: int = 0) -> asyncio.Future[float]:
        """Send a prompt; return what gives the time at which its end was heard of."""
        body = json.dumps({"prompt": prompt, "client_id": "bench"}).encode()
        status, answer = await self.https[connection].ask("POST", "/prompt", body)
        assert status == HTTPStatus.OK, answer
        return self._end_of(json.loads(answer)["prompt_id"])

    def _end_of(self, prompt_id: str) -> asyncio.Future[float]:
        """Return what its end is put into; it may be heard of before the prompt is answered."""
        if prompt_id not in self._ends:
            self._ends[prompt_id] = asyncio.get_running_loop().create_future()
        return self._ends[prompt_id]

    async def _listen(self) -> None:
        while True:
            message = await self.socket.receive()
            if b'"executing"' in message and b'"node":null' in message:
                prompt_id = json.loads(message)["data"]["prompt_id"]
                self._end_of(prompt_id).set_result(time.perf_counter())
            elif b'"execution_error"' in message:
                raise AssertionError(message)

    def close(self) -> None:
        """Let all connections go."""
        self._listening.cancel()
        self.socket.close()
        for each in self.https:
            each.close()


def trivial(value: int, nodes: int = 3) -> dict[str, Any]:
    """Return a prompt of built-in nodes that hand a number on and show it."""
    prompt: dict[str, Any] = {"1": {"class_type": "PrimitiveInt", "inputs": {"value": value}}}
    for index in range(2, nodes):
        prompt[str(index)] = {
            "class_type": "PrimitiveInt",
            "inputs": {"value": [str(index - 1), 0]},
        }
    shown = [str(max(nodes - 1, 1)), 0]
    prompt[str(max(nodes, 2))] = {"class_type": "PreviewAny", "inputs": {"source": shown}}
    return prompt


def wait_for_worker(server: Server) -> None:
    """Wait until the worker is there and has read what it reads ahead."""
    server.wait_for("/readyz")
    server.ask("GET", "/api/v1/system")
    before, quiet = server.processor_seconds()["worker"], 0
    while quiet < LOOKS:
        time.sleep(LOOK_S)
        now = server.processor_seconds()["worker"]
        quiet = quiet + 1 if now - before < IDLE_S else 0
        before = now


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value below which a part of all lie."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]
