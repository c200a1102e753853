"""Connections on which nothing is ever asked are not kept, and there are not too many.

aiohttp closes a connection that is idle between two requests, but waits without end for the first.
asyncio, once it may open no more files, tries again without end and writes a line for each try.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast
from weakref import WeakSet

from aiohttp import web

#: Seconds in which the head of a connection's first request is there.
FIRST_REQUEST_S = 30.0


class _Refused(asyncio.Protocol):
    """A connection that ends as it begins."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).abort()


class Patience:
    """Knows the connections on which something was asked."""

    def __init__(self) -> None:
        self._heard: WeakSet[asyncio.BaseTransport] = WeakSet()

    def heard(self, request: web.Request) -> None:
        """Take note that a request's head has come whole."""
        if request.transport is not None:
            self._heard.add(request.transport)

    def watched(self, server: web.Server, most: int) -> Callable[[], asyncio.Protocol]:
        """Return a maker of connections that end when nothing is asked on them.

        Args:
            most: at once; for one more, another ends on which nothing was asked yet. If there is
                none, the new one is not answered.
        """

        def accept() -> asyncio.Protocol:
            if len(server.connections) >= most and not self._make_room(server):
                return _Refused()
            connection = server()
            loop = asyncio.get_running_loop()
            loop.call_later(FIRST_REQUEST_S, self._look, connection)
            return connection

        return accept

    def _make_room(self, server: web.Server) -> bool:
        """End the oldest connection on which nothing was asked, and say whether there is one."""
        for connection in server.connections:
            transport = connection.transport
            if transport is None or transport.is_closing() or transport in self._heard:
                continue
            transport.abort()
            return True
        return False

    def _look(self, connection: web.RequestHandler) -> None:
        transport = connection.transport
        if transport is not None and transport not in self._heard:
            transport.abort()


#: Where the application keeps it.
FIRST_ASKED = web.AppKey("patience", Patience)
