"""Connections on which nothing is ever asked are not kept.

aiohttp closes a connection that is idle between two requests, but waits without end for the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakSet

from aiohttp import web

#: Seconds in which the head of a connection's first request is there.
FIRST_REQUEST_S = 30.0


class Patience:
    """Knows the connections on which something was asked."""

    def __init__(self) -> None:
        self._heard: WeakSet[asyncio.BaseTransport] = WeakSet()

    def heard(self, request: web.Request) -> None:
        """Take note that a request's head has come whole."""
        if request.transport is not None:
            self._heard.add(request.transport)

    def watched(self, make: Callable[[], web.RequestHandler]) -> Callable[[], asyncio.Protocol]:
        """Return a maker of connections that end when nothing is asked on them."""

        def accept() -> asyncio.Protocol:
            connection = make()
            loop = asyncio.get_running_loop()
            loop.call_later(FIRST_REQUEST_S, self._look, connection)
            return connection

        return accept

    def _look(self, connection: web.RequestHandler) -> None:
        transport = connection.transport
        if transport is not None and transport not in self._heard:
            transport.abort()


#: Where the application keeps it.
FIRST_ASKED = web.AppKey("patience", Patience)
