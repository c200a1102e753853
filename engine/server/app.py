"""The application: every request goes through the same steps, in the order of `Gate._answer`.

One catch-all route of aiohttp leads here, so that a prefix or a token in the path is taken off
before the routes of the table are looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from aiohttp import web

from engine.errors import Denied, NotSignedIn
from engine.server import guards, logs
from engine.server.addresses import taken_apart, with_path
from engine.server.auth import AUTH, Auth, Identity
from engine.server.errors import answer_to
from engine.server.limits import say_nothing_yet
from engine.server.mounting import Mounted
from engine.server.observing import observing
from engine.server.patience import FIRST_ASKED, Patience
from engine.server.sessions import cookie_name, sign_in_page, signed_in, wants_page
from engine.server.sockets import Sockets
from engine.server.table import all_routes
from engine.server.users import DEFAULT_USER, User

if TYPE_CHECKING:
    from engine.server.routing import Route
    from engine.server.services import Services

logger = logging.getLogger(__name__)

#: Answers are logged from this status on, and slow ones; all others with `--debug`: a line costs as
#: much as a third of a small answer, and hundreds come in a second.
LEAST_TOLD, SLOW_S = 400, 1.0

#: The path of the present request's route, as the table has it.
_pattern: ContextVar[str] = ContextVar("pattern", default="")
#: The present request's answer, once something of it is sent.
_begun: ContextVar[web.StreamResponse | None] = ContextVar("begun", default=None)
#: Stands for who asks where nobody has to say it.
NOBODY = Identity(User(name=DEFAULT_USER, role="viewer"), "none")


def create_app(services: Services, routes: Sequence[Route] | None = None) -> web.Application:
    """Return the application that serves the routes of the table."""
    app = web.Application()
    app[AUTH] = Auth(services)
    app[FIRST_ASKED] = Patience()
    gate = Gate(services, app, all_routes() if routes is None else routes)
    everything = "/{path:(?s:.*)}"  # with line breaks, too
    app.router.add_route("*", everything, gate.answer, expect_handler=say_nothing_yet)
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(gate.watched)
    app.cleanup_ctx.append(observing(services))
    app.cleanup_ctx.append(services.comfyui.followed)
    return app


class Gate:
    """What every request passes."""

    def __init__(self, services: Services, app: web.Application, routes: Sequence[Route]) -> None:
        self._services = services
        self._settings = services.settings
        self._auth = auth = app[AUTH]
        self._patience = app[FIRST_ASKED]
        self._hosts = guards.Hosts.of(services.settings)
        self._sockets = Sockets(auth, services.settings.max_sockets)
        self._router = web.UrlDispatcher()
        self._mounted: dict[Any, Mounted] = {}
        #: method and path -> what the router finds for a path without variables
        self._fixed: dict[tuple[str, str], Mounted] = {}
        for route in routes:
            self._mount(route)

    def _mount(self, route: Route) -> None:
        mounted = Mounted.of(route, self._services)

        async def place(_: web.Request) -> web.StreamResponse:
            raise NotImplementedError  # the router finds it, nobody calls it

        self._mounted[place] = mounted
        methods = ("GET", "HEAD") if route.method == "GET" else (route.method,)
        for path in route.paths:
            for method in methods:
                self._router.add_route(method, path, place)
                if "{" not in path:
                    self._fixed.setdefault((method, path), mounted)

    async def watched(self, _: web.Application) -> AsyncIterator[None]:
        """Look after open websockets while the application runs."""
        watching = asyncio.create_task(self._sockets.watch())
        yield
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await self._auth.close()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, count it, and write a line about it."""
        began = time.perf_counter()
        self._patience.heard(request)
        _pattern.set("")
        _begun.set(None)
        logs.context.set({"request": f"{random.getrandbits(32):08x}"})
        try:
            answer = await self._answer(request)
        except Exception as problem:  # noqa: BLE001 whatever happens, there is one shape for it
            answer = self._told(request, problem)
        self._note(request, answer.status, time.perf_counter() - began)
        return answer

    def _told(self, request: web.Request, problem: Exception) -> web.StreamResponse:
        if (begun := _begun.get()) is not None:  # too late to say it: the client sees it break off
            answer_to(problem)
            request.protocol.force_close()
            return begun
        if isinstance(problem, NotSignedIn) and wants_page(request):
            return sign_in_page(request, problem.message, self._settings)
        return answer_to(problem)

    def _note(self, request: web.Request, status: int, seconds: float) -> None:
        if not is_websocket(request):
            route = _pattern.get()
            method = request.method if route else ""  # a stranger's methods may be many
            self._services.metrics.answered(method, route, status, seconds)
        level = logging.DEBUG if status < LEAST_TOLD and seconds < SLOW_S else logging.INFO
        if logger.isEnabledFor(level):
            path = logs.redacted(request.rel_url.raw_path)
            facts = {"status": status, "ms": round(seconds * 1000, 1)}
            logger.log(level, "%s %s %s %s ms", request.method, path, *facts.values(), extra=facts)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        place = guards.check_host(request.headers.getall("Host", []), self._hosts)
        guards.check_origin(request.headers.get("Origin"), place, self._hosts)
        path = request.rel_url.raw_path
        address = taken_apart(path, self._settings.path_prefix)
        if address.path != path:
            request = request.clone(rel_url=with_path(request.rel_url, address.path))
        if request.method == "GET" and address.path == "/" and "token" in request.query:
            guards.check_fetch(request.headers, is_page=True)
            return await signed_in(request, request.query["token"], self._settings)
        mounted, variables = await self._found(request, address.path)
        is_found = isinstance(mounted, Mounted)
        guards.check_fetch(request.headers, is_page=not is_found or mounted.route.is_page)
        identity = self._identity(request, address.token, mounted if is_found else None)
        if not is_found:
            raise mounted
        if identity is not NOBODY:
            logs.note(user=identity.user.name)
        _pattern.set(mounted.route.path)
        return await self._called(mounted, request, identity, variables)

    async def _found(
        self, request: web.Request, path: str
    ) -> tuple[Mounted | web.HTTPException, dict[str, str]]:
        """Return the route of a request and the variables of its path, or why there is none."""
        if mounted := self._fixed.get((request.method, path)):
            return mounted, {}
        match = await self._router.resolve(request)
        if match.http_exception is not None:
            return match.http_exception, {}
        return self._mounted[match.handler], dict(match)

    def _identity(
        self, request: web.Request, token: str | None, mounted: Mounted | None
    ) -> Identity:
        """Return who asks for a route, if they may."""
        if mounted is not None and mounted.route.role == "open":
            return NOBODY
        identity = self._auth.identify(request, token, cookie_name(request))
        if identity is None:
            raise NotSignedIn(
                "This needs a token. Open the address that the server printed, "
                "or send `Authorization: Bearer` and a token."
            )
        if identity.how == "cookie":
            guards.check_cookie_use(request.method, request.headers)
        if mounted is not None and not identity.user.may(mounted.route.role):
            raise Denied(
                f'"{identity.user.name}" is a {identity.user.role}, '
                f"and this takes the role {mounted.route.role}."
            )
        return identity

    async def _called(
        self, mounted: Mounted, request: web.Request, identity: Identity, path: dict[str, str]
    ) -> web.StreamResponse:
        if is_websocket(request):
            metrics = self._services.metrics
            with self._sockets.one_more(identity), metrics.socket(mounted.route.path):
                return await mounted.call(request, self._services, identity.user, path)
        return await mounted.call(request, self._services, identity.user, path)


def is_websocket(request: web.Request) -> bool:
    """Say whether a request opens a websocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Add what tells a browser to be careful with an answer."""
    _begun.set(response)
    for name, value in guards.headers_of(response.content_type).items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = guards.SERVER
