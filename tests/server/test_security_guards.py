"""Where a request may come from."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadRequest, Denied
from engine.server.guards import (
    Hosts,
    Place,
    check_fetch,
    check_host,
    check_origin,
    is_loopback,
)
from engine.server.settings import ServerSettings
from tests.server.conftest import Client, Serving

LOCAL = Hosts.of(ServerSettings(allowed_hosts=("Studio.example",)))
OPEN = Hosts.of(ServerSettings(host="0.0.0.0"))
DENIED: Any = pytest.raises(Denied)
FINE: Any = nullcontext()


@pytest.mark.parametrize(
    "host",
    ["localhost:8188", "127.0.0.1", "[::1]:8188", "LOCALHOST", "studio.example", "localhost."],
)
def test_server_is_called_by_its_own_names(host: str):
    check_host([host], LOCAL)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "10.0.0.5", "xlocalhost"]
)
def test_server_is_not_called_by_other_names(host: str):
    with DENIED:
        check_host([host], LOCAL)


@pytest.mark.parametrize(
    "hosts",
    [[], ["localhost", "localhost"], [""], ["a@localhost"], ["localhost/x"], ["localhost:x"]],
)
def test_host_header_that_says_nothing_is_wrong(hosts: list[str]):
    with pytest.raises(BadRequest):
        check_host(hosts, LOCAL)


def test_server_for_everybody_is_called_by_any_address():
    assert check_host(["192.168.1.7:8188"], OPEN) == Place("192.168.1.7", 8188)


def test_server_for_everybody_is_not_called_by_any_name():
    with DENIED:
        check_host(["evil.example"], OPEN)


@given(st.text(max_size=40))
def test_any_host_is_answered_or_refused(host: str):
    with pytest.raises((BadRequest, Denied)) if host.lower() not in LOCAL.names else FINE:
        check_host([host], LOCAL)


@pytest.mark.parametrize(
    ("origin", "host", "expected"),
    [
        (None, "localhost:8188", FINE),
        ("http://localhost:8188", "localhost:8188", FINE),
        ("https://localhost", "localhost", FINE),
        ("https://localhost", "localhost:443", FINE),
        ("http://studio.example", "localhost:8188", FINE),
        ("http://localhost:8189", "localhost:8188", DENIED),
        ("http://localhost", "localhost:8188", DENIED),
        ("http://127.0.0.1:8188", "localhost:8188", DENIED),
        ("http://evil.example", "localhost:8188", DENIED),
        ("http://localhost:8188.evil.example", "localhost:8188", DENIED),
        ("http://localhost:8188@evil.example", "localhost:8188", DENIED),
        ("file://localhost:8188", "localhost:8188", DENIED),
        ("null", "localhost:8188", DENIED),
        ("", "localhost:8188", DENIED),
        ("localhost:8188", "localhost:8188", DENIED),
    ],
)
def test_origin_is_the_server_itself(origin: str | None, host: str, expected: Any):
    with expected:
        check_origin(origin, check_host([host], LOCAL), LOCAL)


@given(st.text(max_size=60))
def test_any_other_origin_is_refused(origin: str):
    with DENIED:
        check_origin(origin, Place("localhost", 8188), LOCAL)


GOING = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize(
    ("headers", "is_page", "expected"),
    [
        ({}, False, FINE),
        ({"Sec-Fetch-Site": "same-origin"}, False, FINE),
        ({"Sec-Fetch-Site": "none"}, False, FINE),
        ({"Sec-Fetch-Site": "cross-site"}, True, DENIED),
        ({"Sec-Fetch-Site": "same-site"}, False, DENIED),
        ({"Sec-Fetch-Site": "cross-site", **GOING}, False, DENIED),
        ({"Sec-Fetch-Site": "cross-site", **GOING}, True, FINE),
        ({"Sec-Fetch-Site": "cross-site", **GOING, "Sec-Fetch-Dest": "iframe"}, True, DENIED),
    ],
)
def test_other_sites_only_link_pages(headers: dict[str, str], is_page: bool, expected: Any):
    with expected:
        check_fetch(headers, is_page=is_page)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.7", False),
        ("studio.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, expected: bool):
    assert is_loopback(host) is expected


def test_answers_tell_browsers_to_be_careful(client: Client):
    headers = client.get("/api/v1/me").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Server"] == "Sfumato"
    assert "Access-Control-Allow-Origin" not in headers


def test_pages_run_no_code_of_other_sites(client: Client):
    answer = client.anonymous().get("/", headers={"Accept": "text/html"})

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy


def test_other_sites_get_no_leave_to_ask(client: Client):
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = client.request("OPTIONS", "/api/v1/jobs", headers=asked)

    assert answer.status == 403
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_name_that_the_operator_allows_is_answered(serving: Serving):
    client = serving(allowed_hosts=("studio.example",))

    assert client.get("/api/v1/me", headers={"Host": "studio.example"}).status == 200


def test_prefix_of_a_proxy_is_taken_off(serving: Serving):
    client = serving(path_prefix="/sfumato")
    page = client.anonymous().get(f"/sfumato/?token={client.auth.one_time}")

    assert client.get("/sfumato/api/v1/me").status == 200
    assert page.headers["Location"] == "/sfumato/"
    assert "Path=/sfumato/" in page.headers["Set-Cookie"]


def test_path_that_begins_like_another_host_stays_here(client: Client):
    secret = client.by_address().prefix
    answer = client.get(f"{secret}//evil.example/api/v1/me", is_escaped=True)

    assert answer.status == 404
