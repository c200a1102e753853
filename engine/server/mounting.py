"""A route of the table with what reads its requests and writes its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from engine.server.answers import in_json
from engine.server.checking import body_reader, query_reader
from engine.server.disk_use import check_disk
from engine.server.limits import EXPECT, ask_for_body, check_length, max_body, read_body
from engine.server.routing import Call, Route

if TYPE_CHECKING:
    from engine.server.services import Services
    from engine.server.users import User

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Mounted:
    """A route, ready to be called; its readers are made when first used.

    Attributes:
        max_bytes: of the body.
    """

    route: Route
    max_bytes: int

    @classmethod
    def of(cls, route: Route, services: Services) -> Mounted:
        """Return a route with what its declaration comes to."""
        return cls(route, max_body(route, services.settings))

    @cached_property
    def _read_body(self) -> Callable[[bytes], Any]:
        return body_reader(self.route)

    @cached_property
    def _read_query(self) -> Callable[[Any], Any]:
        return query_reader(self.route)

    async def call(
        self, request: web.Request, services: Services, user: User, path: dict[str, str]
    ) -> web.StreamResponse:
        """Check a request, have it handled, and return the answer."""
        check_length(request, self.max_bytes)
        if self.route.takes == "raw":
            await check_disk(services.folders, user, request.content_length or 0)
        if EXPECT in request.headers:
            await ask_for_body(request)
        body = None
        if self.route.takes == "json":
            body = self._read_body(await read_body(request, self.max_bytes))
        query = self._read_query(request.query)
        answer = await self.route.handler(Call(request, services, user, body, query, path))
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer is None:
            return web.Response(status=self.route.status)
        return await in_json(request, _encode(answer), self.route.status)
