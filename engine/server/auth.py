"""Who asks: a token in a header, in the address or in a cookie, and whose it is."""

from __future__ import annotations

import asyncio
import base64
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from engine.errors import NotSignedIn, QuotaExceeded
from engine.store import users
from engine.store.keyring import Keyring
from engine.store.users import USED_EVERY_S, Holder, new_secret
from engine.users import DEFAULT_USER, User

if TYPE_CHECKING:
    from engine.server.services import Services
    from engine.store.database import Database

#: Wrong tokens from one address within a minute that are answered; more are told to wait.
FAILURES, WINDOW_S = 30, 60.0
#: Addresses that are remembered.
ADDRESSES = 10_000

How = Literal["none", "bearer", "url", "cookie"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and how that was shown."""

    user: User
    how: How
    secret: str = ""


#: Whoever asks, where nobody has to say who they are.
EVERYBODY = Identity(User(name=DEFAULT_USER, role="admin"), "none")


def secret_in(header: str) -> str:
    """Return the token in an Authorization header; "" if there is none.

    Clients that know names and passwords only (RFC 7617) give it as the password, under any name.
    """
    scheme, _, given = header.partition(" ")
    match scheme.lower():
        case "bearer":
            return given.strip()
        case "basic":
            try:
                pair = base64.b64decode(given, validate=True).decode()
            except ValueError:
                return ""
            return pair.partition(":")[2]
        case _:
            return ""


class Failures:
    """Counts wrong tokens by address."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def note(self, address: str) -> None:
        """Note a wrong token.

        Raises:
            QuotaExceeded: there were too many from that address.
        """
        now = self._clock()
        since, count = self._counts.pop(address, (now, 0))
        if abs(now - since) > WINDOW_S:  # the clock may have been set back
            since, count = now, 0
        self._counts[address] = since, count + 1
        if len(self._counts) > ADDRESSES:
            self._counts.popitem(last=False)
        if count >= FAILURES:
            raise QuotaExceeded("Too many wrong tokens came from this address. Wait a minute.")


class Auth:
    """Knows who asks.

    Attributes:
        one_time: signs the default user in, once; printed when the server starts.
        clock: seconds since the epoch.
    """

    def __init__(self, services: Services, clock: Callable[[], float] = time.time) -> None:
        self.keyring = Keyring(services.database.path)
        self.failures = Failures(clock)
        self.one_time: str | None = new_secret()
        self._database: Database = services.database
        self._is_off = services.settings.auth == "none"
        self.clock = clock
        self._notes: set[asyncio.Task[None]] = set()

    def identify(self, request: web.Request, url_token: str | None, cookie: str) -> Identity | None:
        """Return who asks; None if there is nothing that says it.

        Args:
            url_token: what the address holds as its token.
            cookie: name of the cookie.

        Raises:
            NotSignedIn: there is a token, and it is not valid.
            QuotaExceeded: too many wrong tokens came from there.
        """
        if self._is_off:
            return EVERYBODY
        if url_token is not None:
            return self._held(request, url_token, "url")
        if secret := secret_in(request.headers.get("Authorization", "")):
            return self._held(request, secret, "bearer")
        if secret := request.cookies.get(cookie, ""):
            holder = self._holder(secret, "cookie")
            if holder is None:  # an old tab, which guesses nothing
                raise NotSignedIn("The session is over. Sign in again.")
            return Identity(holder.user, "cookie", secret)
        return None

    def is_valid(self, identity: Identity) -> bool:
        """Say whether what was shown is still valid."""
        return identity.how == "none" or self._holder(identity.secret, identity.how) is not None

    async def sign_in(self, request: web.Request, secret: str) -> str:
        """Return a new session for a one-time token, or for one that the user has.

        Raises:
            NotSignedIn: it is not valid, or was used before.
        """
        name = self._take_one_time(secret)
        if name is None:
            holder = self._holder(secret, "bearer") or self._holder(secret, "url")
            if holder is None:
                raise self._wrong(request)
            name = holder.user.name
        now = self.clock()
        issue = partial(users.issue, name=name, kind="session", now=now)
        issued = await self._database.write(issue)
        return issued.secret

    async def sign_out(self, identity: Identity) -> None:
        """End the session of a browser."""
        holder = self._holder(identity.secret, identity.how)
        if holder is not None and holder.token.kind == "session":
            name, token, now = holder.user.name, holder.token.id, self.clock()
            revoke = partial(users.revoke, name=name, token=token, now=now)
            await self._database.write(revoke)

    async def close(self) -> None:
        """Finish notes and close the file."""
        await asyncio.gather(*self._notes, return_exceptions=True)
        self.keyring.close()

    def _take_one_time(self, secret: str) -> str | None:
        given, there = secret.encode(errors="replace"), (self.one_time or "").encode()
        if self.one_time is None or not hmac.compare_digest(given, there):
            return None
        self.one_time = None
        return DEFAULT_USER

    def _held(self, request: web.Request, secret: str, how: How) -> Identity:
        holder = self._holder(secret, how)
        if holder is None:
            raise self._wrong(request)
        return Identity(holder.user, how, secret)

    def _holder(self, secret: str, how: How) -> Holder | None:
        """Return whose token this is, if it may be shown in this way."""
        now = self.clock()
        holder = self.keyring.holder(secret, now=now)
        if holder is None or (holder.token.kind == "session") != (how == "cookie"):
            return None
        if how == "url" and holder.token.kind != "url":
            return None  # an address is written down in more places than a header
        if now - holder.token.used > USED_EVERY_S:
            self.keyring.renew(secret, now=now)
            self._note_use(holder.token.id, now)
        return holder

    def _note_use(self, token: str, now: float) -> None:
        async def note() -> None:
            await self._database.write(partial(users.note_use, token=token, now=now))

        task = asyncio.get_running_loop().create_task(note())
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    def _wrong(self, request: web.Request) -> NotSignedIn:
        self.failures.note(request.remote or "")
        return NotSignedIn(
            "The token is not valid: it was revoked, has expired, or never was one. "
            "Take the address that the server printed, or a token of `users token NAME`."
        )


#: Where the application keeps it.
AUTH = web.AppKey("auth", Auth)
