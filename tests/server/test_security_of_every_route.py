"""What holds for every route there is. A new one is covered without being named."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from engine.registry import Registry
from engine.server import auth, limits
from engine.server.openapi import parts
from engine.server.routing import Route
from engine.server.table import all_routes
from tests.server.conftest import Answer, Client, Serving

#: The routes that need no token. Each has a reason: probes of a proxy, and signing in.
OPEN = {"/healthz", "/readyz", "/api/v1/login"}

EVERY = [(route, path) for route in all_routes() for path in route.paths]
SECRET = "the secret that lies outside"
#: Bytes that a body may have in this file's server, so that tests send little.
SMALL = 64 * 1024

ESCAPES = (
    "../secret.txt",
    "../../secret.txt",
    "..%2fsecret.txt",
    "..%2Fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2f%2e%2e%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "..\\secret.txt",
    "..%5csecret.txt",
    "x/..%5c..%5c..%5csecret.txt",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "C:%5cWindows%5cwin.ini",
    "C:secret.txt",
    "%00",
    "secret.txt%00.png",
    "%2e",
    "%2e%2e",
    "..",
    "%c0%ae%c0%ae%2fsecret.txt",
    "%EF%BC%8E%EF%BC%8E%EF%BC%8Fsecret.txt",
    "%E2%80%AE..%2fsecret.txt",
    "%ff%fe",
    "%ED%A0%80",
    "~",
    "~root%2fsecret.txt",
    "con",
    "x" * 3000,
    "%E2%98%83" * 300,
    "%0d%0aSet-Cookie:%20a=b",
    "[output]",
    "a [temp]/../../secret.txt".replace(" ", "%20"),
)

WRONG_BODIES = {
    "array": b"[1, 2]",
    "number": b"3",
    "string": b'"text"',
    "null": b"null",
    "nested": b"[" * 30_000 + b"]" * 30_000,
    "nested in a field": b'{"document": ' + b'{"a": [' * 8_000,
    "no UTF-8": b'{"a": "\xff\xfe"}',
    "cut off": b'{"a": ',
    "no JSON": b"<html>",
    "fields of wrong types": json.dumps(
        dict.fromkeys(("name", "prompt", "document", "values", "ids", "clear", "text"), 1.5)
    ).encode(),
    "huge number": b'{"number": 1e999, "priority": 123456789012345678901234567890}',
}


def named(given: tuple[Route, str]) -> str:
    return f"{given[0].method} {given[1]}"


def is_socket(route: Route) -> bool:
    return route.status == 101


def each(is_meant: Callable[[Route], object] = lambda _: True) -> pytest.MarkDecorator:
    """Return the mark of a test that runs for each path of the routes that are meant."""
    return pytest.mark.parametrize("given", [it for it in EVERY if is_meant(it[0])], ids=named)


every = each()
needs_token = each(lambda route: route.role != "open")
changes = each(lambda route: route.role != "open" and (route.method != "GET" or is_socket(route)))
has_variables = each(lambda route: "{" in route.path)
reads_query = each(lambda route: route.query is not None and not is_socket(route))
reads_body = each(lambda route: route.takes != "nothing")
is_short = each(lambda route: route.takes != "nothing" and (route.max_bytes or 0) <= 2**20)
is_for_more_than_viewers = each(lambda route: route.role in ("user", "admin"))


def filled(path: str, *values: str) -> str:
    """Return a path with its variables replaced, in turn, by values."""
    chosen = itertools.cycle(values or ("x",))
    return "".join(next(chosen) if is_variable else text for text, is_variable in parts(path))


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    around = tmp_path_factory.mktemp("around")
    base = around / "base"
    base.mkdir()
    for place in (around, base):
        (place / "secret.txt").write_text(SECRET)
    started = Serving(base)
    yield started
    started.close()


@pytest.fixture(scope="module")
def client(serving: Serving) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "MAX_JSON_BYTES", SMALL)
        patch.setattr(auth, "FAILURES", 10**9)
        yield serving(Registry.of_packages("nodes"), max_upload_bytes=SMALL)


@pytest.fixture(scope="module")
def viewer(client: Client) -> Client:
    return client.of("vera", role="viewer")


@pytest.fixture(scope="module")
def cookie(client: Client) -> dict[str, str]:
    token = client.headers["Authorization"].removeprefix("Bearer ")
    own = {"Origin": client.address}
    signed_in = client.anonymous().post("/api/v1/login", data={"token": token}, headers=own)
    return {"Cookie": signed_in.headers["Set-Cookie"].partition(";")[0]}


def error_of(answer: Answer) -> str:
    """Return the type of an error in the one shape."""
    error = answer.json()["error"]
    assert set(error) == {"type", "message", "details", "node", "input"}
    return error["type"]


def test_only_these_routes_need_no_token():
    assert {path for route, path in EVERY if route.role == "open"} == OPEN


@every
def test_nothing_without_a_token(client: Client, given: tuple[Route, str]):
    route, path = given
    answer = client.anonymous().request(route.method, filled(path))

    if route.role == "open":
        assert answer.status != 401
    else:
        assert (answer.status, error_of(answer)) == (401, "not_signed_in")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@needs_token
@pytest.mark.parametrize("how", ["header", "address", "cookie"])
def test_nothing_with_a_wrong_token(client: Client, given: tuple[Route, str], how: str):
    route, path = given
    wrong = "sfm_" + "x" * 43
    headers = {"header": {"Authorization": f"Bearer {wrong}"}, "address": {}}.get(
        how, {"Cookie": f"sfumato_{client.address.rpartition(':')[2]}={wrong}"}
    )
    prefix = f"/t/{wrong}" if how == "address" else ""

    answer = client.anonymous().request(route.method, prefix + filled(path), headers=headers)

    assert (answer.status, error_of(answer)) == (401, "not_signed_in")


@every
def test_nothing_for_a_name_that_was_pointed_here(client: Client, given: tuple[Route, str]):
    route, path = given
    answer = client.request(route.method, filled(path), headers={"Host": "evil.example"})

    assert (answer.status, error_of(answer)) == (403, "denied")


@every
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_nothing_for_a_page_of_another_site(
    client: Client, cookie: dict[str, str], given: tuple[Route, str], origin: str
):
    route, path = given
    headers = {**cookie, "Origin": origin}
    answer = client.anonymous().request(route.method, filled(path), headers=headers)

    assert (answer.status, error_of(answer)) == (403, "denied")


@changes
def test_no_change_for_a_cookie_that_comes_from_nowhere(
    client: Client, cookie: dict[str, str], given: tuple[Route, str]
):
    route, path = given
    upgrade = {"Upgrade": "websocket"} if is_socket(route) else {}
    headers = {**cookie, **upgrade}
    answer = client.anonymous().request(route.method, filled(path), headers=headers)

    assert (answer.status, error_of(answer)) == (403, "denied")


@every
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_nothing_is_embedded_by_another_site(
    client: Client, cookie: dict[str, str], given: tuple[Route, str], site: str
):
    route, path = given
    headers = {**cookie, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    answer = client.anonymous().request(route.method, filled(path), headers=headers)

    assert (answer.status, error_of(answer)) == (403, "denied")


@is_for_more_than_viewers
def test_no_more_than_the_role_allows(viewer: Client, given: tuple[Route, str]):
    route, path = given
    answer = viewer.request(route.method, filled(path))

    assert (answer.status, error_of(answer)) == (403, "denied")


def outside(base: Path) -> dict[Path, bytes]:
    """Return the files around an installation."""
    return {path: path.read_bytes() for path in base.parent.glob("*") if path.is_file()}


@has_variables
def test_no_path_leads_outside(client: Client, serving: Serving, given: tuple[Route, str]):
    route, path = given
    for escape in ESCAPES:
        for values in ((escape,), ("input", escape), ("checkpoints", escape), ("x", escape)):
            asked = filled(path, *values)
            body = {"json": {}} if route.takes == "json" else {}
            answer = client.request(route.method, asked, is_escaped=True, **body)

            assert answer.status < 500, (asked, answer.text)
            assert SECRET not in answer.body.decode(errors="replace"), asked
            assert "Set-Cookie" not in answer.headers, asked
    assert list(outside(serving.base).values()) == [SECRET.encode()]


QUERY_NAMES = ("filename", "name", "path", "file", "dir", "subfolder", "type", "kind", "folder")


@reads_query
def test_no_query_leads_outside(client: Client, given: tuple[Route, str]):
    route, path = given
    for escape in ESCAPES:
        query = "&".join(f"{name}={escape}" for name in QUERY_NAMES if len(escape) < 300)
        answer = client.request(route.method, f"{filled(path)}?{query}", is_escaped=True)

        assert answer.status < 500, (query, answer.text)
        assert SECRET not in answer.body.decode(errors="replace"), query


@every
def test_what_is_too_long_is_refused_before_it_is_read(client: Client, given: tuple[Route, str]):
    route, path = given
    status = client.run(_claim(client, route.method, filled(path), 200 * 2**20))

    assert status == 413


async def _claim(client: Client, method: str, path: str, size: int) -> int:
    """Send the head of a request whose body never comes, and return the status of the answer."""
    host, port = client.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Authorization: {client.headers['Authorization']}",
        f"Content-Length: {size}",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    first = await asyncio.wait_for(reader.readline(), 5.0)
    writer.close()
    return int(first.split()[1])


@is_short
def test_what_grows_too_long_is_told(client: Client, given: tuple[Route, str]):
    route, path = given

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range((route.max_bytes or SMALL) // 4096 + 2):
            yield b" " * 4096

    answer = client.request(route.method, filled(path), data=pieces())

    assert answer.status < 500
    if route.takes == "json":
        assert (answer.status, error_of(answer)) == (413, "too_large")


@reads_body
@pytest.mark.parametrize("what", WRONG_BODIES)
def test_wrong_body_is_told(client: Client, given: tuple[Route, str], what: str):
    route, path = given
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        answer = client.request(
            route.method,
            filled(path),
            data=WRONG_BODIES[what],
            headers={"Content-Type": kind},
        )

        assert answer.status < 500, answer.text
        if route.takes == "json" and what in ("cut off", "no JSON", "nested"):
            assert error_of(answer) == "bad_request"
        if answer.status >= 400 and answer.body:
            assert not re.search(r"Traceback|File \"|/engine/", answer.text)


@reads_query
def test_wrong_query_is_told(client: Client, given: tuple[Route, str]):
    route, path = given
    for value in ("-1", "1e99", "nan", "x" * 2000, "%ff", "99999999999999999999", "[]", ""):
        query = "&".join(f"{name}={value}" for name in route.query.__struct_encode_fields__)
        answer = client.request(route.method, f"{filled(path)}?{query}", is_escaped=True)

        assert answer.status < 500, (query, answer.text)
