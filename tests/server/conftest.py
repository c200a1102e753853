"""A real server on a free loopback port, driven by plain (not async) tests.

    def test_unknown_job_is_not_found(client):
        answer = client.get("/api/v1/jobs/nope")

        assert answer.status == 404
        assert answer.json()["error"]["type"] == "not_found"

    def test_events_arrive(client):
        with client.websocket("/api/v1/events") as socket:
            assert socket.receive_json()["seq"] == 1

`client` is signed in as the default user, an admin. `client.of("ada", role="user")` is another user
of the same server, `client.anonymous()` has no token. `client.services` and `client.auth` are the
server's parts, and `client.run(coroutine)` runs something on its event loop.
`serving(registry=…, routes=…, max_upload_bytes=…)` starts a server with other node types, with more
routes or other settings, and returns its client.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest
from aiohttp import web
from yarl import URL

from engine.engine import Engine
from engine.engine import Settings as EngineSettings
from engine.paths import Folders
from engine.registry import Registry
from engine.server.app import create_app
from engine.server.auth import AUTH, Auth
from engine.server.routing import Route
from engine.server.running import RUNNING, listen
from engine.server.services import Services
from engine.server.settings import ServerSettings
from engine.server.starting import started
from engine.server.table import all_routes
from engine.store import users
from engine.users import DEFAULT_USER, User
from engine.worker.in_process import InProcess

T = TypeVar("T")
#: Seconds after which a test gives up on an answer.
PATIENCE = 20.0


async def _all_ended() -> None:
    """End what a server leaves behind, such as connections that a client did not close."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="server", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def close(self) -> None:
        self.run(_all_ended())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()


@dataclass(frozen=True)
class Answer:
    """What a request came to."""

    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Socket:
    """A websocket, for plain tests."""

    def __init__(self, loop: Loop, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._loop = loop
        self.socket = socket

    def receive(self, timeout: float = PATIENCE) -> aiohttp.WSMessage:
        return self._loop.run(self.socket.receive(timeout=timeout))

    def receive_json(self, timeout: float = PATIENCE) -> Any:
        return json.loads(self.receive(timeout).data)

    def receive_until(self, is_last: Callable[[Any], bool]) -> list[Any]:
        """Return the JSON messages up to the first that `is_last` holds for."""
        found: list[Any] = []
        while not found or not is_last(found[-1]):
            message = self.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                found.append(json.loads(message.data))
            elif message.type is not aiohttp.WSMsgType.BINARY:
                raise AssertionError(f"the websocket ended: {message}, after {found}")
        return found

    def send_json(self, message: Any) -> None:
        self._loop.run(self.socket.send_str(json.dumps(message)))

    def close(self) -> None:
        self._loop.run(self.socket.close())


@dataclass(frozen=True)
class Client:
    """Requests to one server, as one user; `prefix` goes before every path."""

    loop: Loop
    session: aiohttp.ClientSession
    address: str
    services: Services
    auth: Auth
    headers: dict[str, str] = field(default_factory=dict[str, str])
    prefix: str = ""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's event loop."""
        return self.loop.run(coroutine)

    def request(self, method: str, path: str, **given: Any) -> Answer:
        return self.run(self._request(method, path, given))

    async def _request(self, method: str, path: str, given: dict[str, Any]) -> Answer:
        headers = {**self.headers, **given.pop("headers", {})}
        given.setdefault("allow_redirects", False)
        url = URL(self.url(path), encoded=given.pop("is_escaped", False))
        async with self.session.request(method, url, headers=headers, **given) as answer:
            return Answer(answer.status, answer.headers.copy(), await answer.read())

    def url(self, path: str) -> str:
        """Return a whole address; requests with `is_escaped=True` leave it as it is."""
        return self.address + self.prefix + path

    def get(self, path: str, **given: Any) -> Answer:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> Answer:
        return self.request("POST", path, **given)

    def put(self, path: str, **given: Any) -> Answer:
        return self.request("PUT", path, **given)

    def patch(self, path: str, **given: Any) -> Answer:
        return self.request("PATCH", path, **given)

    def delete(self, path: str, **given: Any) -> Answer:
        return self.request("DELETE", path, **given)

    @contextmanager
    def websocket(self, path: str, **given: Any) -> Generator[Socket]:
        headers = {**self.headers, **given.pop("headers", {})}
        url = self.url(path)

        async def connect() -> aiohttp.ClientWebSocketResponse:
            return await self.session.ws_connect(url, headers=headers, **given)

        socket = Socket(self.loop, self.run(connect()))
        try:
            yield socket
        finally:
            socket.close()

    def anonymous(self) -> Client:
        """Return a client without a token."""
        return replace(self, headers={})

    def of(self, name: str, role: str = "user", **quotas: int) -> Client:
        """Return a client of another user, who is made if there is none."""

        def enter(connection: sqlite3.Connection) -> str:
            if name not in {each.name for each in users.everybody(connection)}:
                user = msgspec.convert({"name": name, "role": role, **quotas}, User)
                users.add(connection, user, now=0.0)
            return users.issue(connection, name, "bearer", now=time.time()).secret

        return self.with_token(self.run(self.services.database.write(enter)))

    def with_token(self, token: str) -> Client:
        """Return a client that sends this token."""
        return replace(self, headers={"Authorization": f"Bearer {token}"}, prefix="")

    def by_address(self) -> Client:
        """Return a client of the default user whose token is in the address, not in a header."""
        issue = partial(users.issue, name=DEFAULT_USER, kind="url", now=time.time())
        issued = self.run(self.services.database.write(issue))
        return replace(self, headers={}, prefix=f"/t/{issued.secret}")


class Serving:
    """Starts servers in one folder, and ends them."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._loop = Loop()
        self._ends = AsyncExitStack()

    def __call__(
        self,
        registry: Registry | None = None,
        routes: Sequence[Route] | None = None,
        **settings: Any,
    ) -> Client:
        return self._loop.run(self._start(registry or Registry(), routes, settings))

    async def _start(
        self, registry: Registry, routes: Sequence[Route] | None, settings: dict[str, Any]
    ) -> Client:
        folders = Folders.at(self.base)
        chosen = msgspec.structs.replace(ServerSettings(port=0), **settings)
        engine = Engine(registry, folders, EngineSettings(cache_disk_bytes=0, cpu_threads=2))
        self._ends.callback(engine.close)
        parts = started(chosen, folders, registry, InProcess(engine))
        services = await self._ends.enter_async_context(parts)
        app = create_app(services, None if routes is None else [*all_routes(), *routes])
        runner = web.AppRunner(app, **RUNNING)
        await runner.setup()
        self._ends.push_async_callback(runner.cleanup)
        server = await listen(runner, app, host="127.0.0.1", port=chosen.port)
        self._ends.callback(server.close)
        host, port = server.sockets[0].getsockname()[:2]
        session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._ends.push_async_callback(session.close)
        client = Client(self._loop, session, f"http://{host}:{port}", services, app[AUTH])
        issue = partial(users.issue, name=DEFAULT_USER, kind="bearer", now=time.time())
        return client.with_token((await services.database.write(issue)).secret)

    def stop(self) -> None:
        """End the servers; another one may be started over the same folder."""
        self._loop.run(self._ends.aclose())

    def close(self) -> None:
        self.stop()
        self._loop.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Return what starts a server over `tmp_path` and returns its client."""
    started = Serving(tmp_path)
    yield started
    started.close()


@pytest.fixture
def client(serving: Serving) -> Client:
    """Return a client of a server with no node types."""
    return serving()
