"""Where a request may come from. Functions of its headers; each raises or does nothing.

A name that an attacker points at this machine (DNS rebinding) is not in the list of hosts; a page
of another site shows itself by Origin and Sec-Fetch-Site.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.errors import BadRequest, Denied

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy

    from engine.server.settings import ServerSettings

LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))
#: Addresses that stand for all of a machine's.
EVERYWHERE = frozenset(("", "0.0.0.0", "::"))
DEFAULT_PORTS = {"http": 80, "https": 443}
FOREIGN = "A page of another site asked for this. Open the server's own page."
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

#: Of a page: its own files only, and no frame of another site around it.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
#: Of all that is no page: whatever it holds, nothing in it runs.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
SERVER = "Sfumato"
#: What tells a browser to be careful: with any answer, with a page, with data.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}
PAGE_HEADERS = {**HEADERS, "Content-Security-Policy": PAGE_POLICY}
DATA_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": DATA_POLICY,
    "Cache-Control": "no-store",
}


def headers_of(kind: str) -> Mapping[str, str]:
    """Return what goes with an answer of a media type."""
    match kind:
        case "text/html":
            return PAGE_HEADERS
        case "application/json":
            return DATA_HEADERS
        case _:
            return HEADERS


@dataclass(frozen=True, slots=True)
class Place:
    """A host and a port; None where the port is not said."""

    host: str
    port: int | None

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, text: str) -> Place | None:
        """Read `host`, `host:port` or `[address]:port`; None for anything else."""
        try:
            parts = urlsplit(f"//{text}")
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        plain = parts.netloc == text and "@" not in text
        return cls(host.rstrip("."), port) if host and plain else None

    def without(self, port: int | None) -> Place:
        """Return it with this port left out."""
        return Place(self.host, None) if self.port == port else self


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names under which the server may be called.

    Attributes:
        any_address: an address in digits is taken too; no other site can be at it.
    """

    names: frozenset[str]
    allowed: frozenset[str]
    any_address: bool

    @classmethod
    def of(cls, settings: ServerSettings) -> Hosts:
        """Return the names that the settings allow."""
        allowed = frozenset(name.lower() for name in settings.allowed_hosts)
        host = settings.host.lower()
        return cls(LOOPBACK_NAMES | {host} | allowed, allowed, host in EVERYWHERE)

    def has(self, host: str) -> bool:
        """Say whether the server may be called by this name."""
        return host in self.names or (self.any_address and is_address(host))


def is_address(host: str) -> bool:
    """Say whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Say whether an address to listen on is reached from this machine only."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def check_host(given: Sequence[str], hosts: Hosts) -> Place:
    """Return where a request says that it goes to.

    Raises:
        BadRequest: there is not exactly one Host header.
        Denied: the server is not called so.
    """
    place = Place.of(given[0]) if len(given) == 1 else None
    if place is None:
        raise BadRequest("The request does not say in one Host header where it goes to.")
    if not hosts.has(place.host):
        raise Denied(
            f'This server is not called "{place.host}". '
            "Start it with --allowed-host and that name if it should be.",
            details={"host": place.host},
        )
    return place


def check_origin(origin: str | None, place: Place, hosts: Hosts) -> None:
    """Refuse what a page of another site asks.

    Raises:
        Denied: there is an Origin, and it is not this server.
    """
    if origin is None:
        return
    scheme, separator, rest = origin.partition("://")
    page = Place.of(rest) if separator and scheme in DEFAULT_PORTS else None
    port = DEFAULT_PORTS.get(scheme)
    if page is None or (
        page.without(port) != place.without(port) and page.host not in hosts.allowed
    ):
        raise Denied(FOREIGN)


def check_fetch(headers: Mapping[str, str], *, is_page: bool) -> None:
    """Refuse what another site loads or links, unless a person goes to a page.

    Raises:
        Denied: the browser says that another site is behind the request.
    """
    if headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none"):
        return
    goes_there = (
        headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"
    )
    if not (is_page and goes_there):
        raise Denied(FOREIGN)


def check_cookie_use(method: str, headers: CIMultiDictProxy[str]) -> None:
    """Refuse to change something, or to open a websocket, for a cookie alone.

    Browsers say where such a request comes from; what does not is not the browser that signed in.

    Raises:
        Denied: there is no Origin.
    """
    changes = method not in SAFE or headers.get("Upgrade", "").lower() == "websocket"
    if changes and "Origin" not in headers:
        raise Denied("A request with a cookie says its Origin. Programs send a token instead.")
