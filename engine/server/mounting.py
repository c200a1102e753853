"""A route of the table with what reads its requests and writes its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from engine.server.checking import body_reader, query_reader
from engine.server.disk_use import check_disk
from engine.server.limits import check_length, max_body, read_body
from engine.server.routing import Call, Route

if TYPE_CHECKING:
    from engine.server.services import Services
    from engine.server.users import User

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Mounted:
    """A route, ready to be called.

    Attributes:
        max_bytes: of the body.
    """

    route: Route
    max_bytes: int
    _read_body: Callable[[bytes], Any]
    _read_query: Callable[[Any], Any]

    @classmethod
    def of(cls, route: Route, services: Services) -> Mounted:
        """Return a route with what its declaration comes to."""
        limit = max_body(route, services.settings)
        return cls(route, limit, body_reader(route), query_reader(route))

    async def call(
        self, request: web.Request, services: Services, user: User, path: dict[str, str]
    ) -> web.StreamResponse:
        """Check a request, have it handled, and return the answer."""
        check_length(request, self.max_bytes)
        if self.route.takes == "raw":
            await check_disk(services.folders, user, request.content_length or 0)
        body = None
        if self.route.takes == "json":
            body = self._read_body(await read_body(request, self.max_bytes))
        query = self._read_query(request.query)
        answer = await self.route.handler(Call(request, services, user, body, query, path))
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer is None:
            return web.Response(status=self.route.status)
        return web.Response(
            body=_encode(answer), status=self.route.status, content_type="application/json"
        )
