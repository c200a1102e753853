"""Signing in and out with a browser."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from aiohttp import web

from engine.errors import BadRequest
from engine.server.auth import AUTH, Auth, Identity
from engine.server.limits import read_body
from engine.server.routing import NATIVE, Call, Routes

if TYPE_CHECKING:
    from engine.server.settings import ServerSettings

routes = Routes("session")
SIGN_IN_PATH = f"{NATIVE}/login"
#: Browsers keep no cookie for longer; the server ends a session that is not used long before.
COOKIE_LIFE_S = 400 * 24 * 3600
#: Bytes that the form of the sign-in page may have.
FORM_BYTES = 4096

SIGN_IN = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
{again}<title>Sign in · Sfumato</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 15vh auto }}
* {{ box-sizing: border-box }}
input, button {{ font: inherit; width: 100%; margin: .3rem 0; padding: .5rem }}
</style>
<h1>Sfumato</h1>
<p>Open the address that the server printed when it started, or sign in with a token.
<form method="post" action="{action}">
<label>Token
<input name="token" type="password" autocomplete="current-password" autofocus required>
</label>
<button>Sign in</button>
</form>
{problem}
</html>
"""


@routes("POST", "/login", role="open", takes="raw", max_bytes=FORM_BYTES)
async def sign_in(call: Call[None, None]) -> web.StreamResponse:
    """Give a browser a session for the token of a form, and lead it to the first page."""
    form = parse_qs((await read_body(call.request, FORM_BYTES)).decode(errors="replace"))
    if "token" not in form:
        raise BadRequest('The form has no "token".')
    return await signed_in(call.request, form["token"][0], call.services.settings)


@routes("POST", "/logout", role="viewer", status=204)
async def sign_out(call: Call[None, None]) -> web.StreamResponse:
    """End the session of the browser that asks."""
    settings = call.services.settings
    secret = call.request.cookies.get(cookie_name(call.request), "")
    await call.request.app[AUTH].sign_out(Identity(call.user, "cookie", secret))
    answer = web.Response(status=204)
    answer.del_cookie(cookie_name(call.request), path=home(settings))
    return answer


async def signed_in(
    request: web.Request, token: str, settings: ServerSettings
) -> web.StreamResponse:
    """Return a redirection to the first page that brings a session for a token.

    Raises:
        NotSignedIn: the token is not valid.
    """
    auth: Auth = request.app[AUTH]
    secret = await auth.sign_in(request, token)
    answer = web.Response(status=303, headers={"Location": home(settings)})
    answer.set_cookie(
        cookie_name(request),
        secret,
        max_age=COOKIE_LIFE_S,
        path=home(settings),
        httponly=True,
        samesite="Strict",
        secure=settings.tls_cert is not None,
    )
    return answer


def sign_in_page(request: web.Request, message: str, settings: ServerSettings) -> web.Response:
    """Return the page that asks for a token.

    A browser that follows a link of another site sends no cookie; loading the page once more, from
    this one, brings it.
    """
    is_foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    text = SIGN_IN.format(
        action=escape(settings.path_prefix + SIGN_IN_PATH),
        again='<meta http-equiv="refresh" content="0">\n' if is_foreign else "",
        problem=f"<p>{escape(message)}" if message else "",
    )
    return web.Response(text=text, status=401, content_type="text/html")


def wants_page(request: web.Request) -> bool:
    """Say whether a person with a browser waits for the answer."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def home(settings: ServerSettings) -> str:
    """Return the path of the first page."""
    return f"{settings.path_prefix}/"


def cookie_name(request: web.Request) -> str:
    """Return the name of the session's cookie; browsers share cookies between ports."""
    transport = request.transport
    address = transport.get_extra_info("sockname") if transport is not None else None
    return f"sfumato_{address[1]}" if address else "sfumato"
