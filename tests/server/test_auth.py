"""Who asks, and how that is shown."""

from __future__ import annotations

import base64
import time
from functools import partial

import aiohttp
import pytest

from engine.errors import QuotaExceeded
from engine.server import auth as auth_module
from engine.server import sockets
from engine.server.auth import FAILURES, WINDOW_S, Failures
from engine.store import users
from engine.store.users import SESSION_LIFE_S, Issued, Kind
from tests.server.conftest import Answer, Client, Serving

ME = "/api/v1/me"


def issued(client: Client, name: str, kind: Kind) -> Issued:
    work = partial(users.issue, name=name, kind=kind, now=time.time())
    return client.run(client.services.database.write(work))


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}


def cookie_of(answer: Answer) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


def signed_in(client: Client) -> dict[str, str]:
    """Return the headers that a browser sends after signing in."""
    answer = client.anonymous().get(f"/?token={client.auth.one_time}")
    return {"Cookie": cookie_of(answer)}


def test_bearer_token_says_who_asks(client: Client):
    ada = client.of("ada", role="viewer")

    assert ada.get(ME).json()["name"] == "ada"


def test_token_in_the_address_says_who_asks(client: Client):
    by_address = client.by_address()

    assert by_address.prefix.startswith("/t/")
    assert by_address.get(ME).json()["name"] == "default"


def test_token_for_headers_is_not_taken_in_the_address(client: Client):
    secret = issued(client, "default", "bearer").secret
    answer = client.anonymous().get(f"/t/{secret}{ME}")

    assert answer.status == 401


def test_token_for_addresses_is_taken_in_a_header(client: Client):
    secret = issued(client, "default", "url").secret
    answer = client.anonymous().get(ME, headers=bearer(secret))

    assert answer.status == 200


def test_token_is_taken_as_a_password(client: Client):
    secret = issued(client, "default", "bearer").secret
    answer = client.anonymous().get(ME, headers=basic("any name", secret))

    assert answer.json()["name"] == "default"


@pytest.mark.parametrize("given", ["Basic", "Basic ?", "Basic /w==", "Basic bmFtZQ==", "Digest a"])
def test_header_without_a_token_is_refused(client: Client, given: str):
    answer = client.anonymous().get(ME, headers={"Authorization": given})

    assert answer.status == 401


def test_session_is_not_taken_in_a_header(client: Client):
    secret = signed_in(client)["Cookie"].partition("=")[2]
    answer = client.anonymous().get(ME, headers=bearer(secret))

    assert answer.status == 401


def test_printed_address_signs_a_browser_in(client: Client):
    answer = client.anonymous().get(f"/?token={client.auth.one_time}")

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"sfumato_{client.address.rpartition(':')[2]}=")
    assert all(each in cookie for each in ("HttpOnly", "SameSite=Strict", "Path=/"))


def test_cookie_says_who_asks(client: Client):
    answer = client.anonymous().get(ME, headers=signed_in(client))

    assert answer.json()["name"] == "default"


def test_printed_address_works_once(client: Client):
    address = f"/?token={client.auth.one_time}"
    client.anonymous().get(address)
    answer = client.anonymous().get(address)

    assert answer.status == 401
    assert "Set-Cookie" not in answer.headers


def test_page_of_another_site_can_not_try_tokens(client: Client):
    shown_as_picture = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}

    assert client.anonymous().get("/?token=guess", headers=shown_as_picture).status == 403


def test_browser_without_a_token_gets_a_page_to_sign_in(client: Client):
    answer = client.anonymous().get("/", headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status == 401
    assert '<input name="token"' in answer.text
    assert "script" not in answer.text


def test_page_that_was_linked_elsewhere_is_loaded_again_with_its_cookie(client: Client):
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    going = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = client.anonymous().get("/", headers={**headers, **going})

    assert answer.status == 401
    assert 'http-equiv="refresh"' in answer.text


def test_form_signs_a_browser_in(client: Client):
    secret = issued(client, "default", "bearer").secret
    form = {"data": {"token": secret}, "headers": {"Origin": client.address}}
    answer = client.anonymous().post("/api/v1/login", **form)

    assert answer.status == 303
    assert client.anonymous().get(ME, headers={"Cookie": cookie_of(answer)}).status == 200


def test_signing_out_ends_the_session(client: Client):
    headers = {**signed_in(client), "Origin": client.address}
    answer = client.anonymous().post("/api/v1/logout", headers=headers)

    assert answer.status == 204
    assert client.anonymous().get(ME, headers=headers).status == 401


def test_session_survives_a_restart(serving: Serving):
    client = serving()
    headers = signed_in(client)
    serving.stop()
    again = serving(port=int(client.address.rpartition(":")[2]))

    assert again.anonymous().get(ME, headers=headers).status == 200


def test_session_that_is_not_used_for_a_month_is_over(client: Client):
    headers = signed_in(client)
    client.auth.clock = lambda: time.time() + SESSION_LIFE_S + 1

    assert client.anonymous().get(ME, headers=headers).status == 401


def test_session_that_is_used_now_and_then_goes_on(client: Client):
    headers = signed_in(client)
    for day in range(1, 60, 20):
        now = time.time() + day * 24 * 3600
        client.auth.clock = lambda now=now: now

        assert client.anonymous().get(ME, headers=headers).status == 200


def test_token_that_is_revoked_is_refused_at_once(client: Client):
    ada = client.of("ada")
    before = ada.get(ME).status
    revoke = partial(users.revoke, name="ada", now=time.time())
    client.run(client.services.database.write(revoke))

    assert (before, ada.get(ME).status) == (200, 401)


def test_one_token_is_revoked_and_the_others_stay(client: Client):
    first, second = issued(client, "default", "bearer"), issued(client, "default", "url")
    revoke = partial(users.revoke, name="default", token=first.id, now=time.time())
    client.run(client.services.database.write(revoke))

    assert client.anonymous().get(ME, headers=bearer(first.secret)).status == 401
    assert client.anonymous().get(ME, headers=bearer(second.secret)).status == 200


def test_websocket_takes_a_token_in_the_address(client: Client):
    with client.by_address().websocket("/api/v1/events") as socket:
        assert not socket.socket.closed


def test_websocket_of_a_page_of_another_site_is_refused(client: Client):
    headers = {**signed_in(client), "Origin": "http://evil.example"}
    with (
        pytest.raises(aiohttp.WSServerHandshakeError, match="403"),
        client.anonymous().websocket("/api/v1/events", headers=headers),
    ):
        pass


def test_websocket_of_the_own_page_is_taken(client: Client):
    headers = {**signed_in(client), "Origin": client.address}
    with client.anonymous().websocket("/api/v1/events", headers=headers) as socket:
        assert not socket.socket.closed


def test_websocket_ends_when_its_token_is_revoked(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sockets, "LOOK_EVERY_S", 0.01)
    client = serving()
    ada = client.of("ada")
    with ada.websocket("/api/v1/events") as socket:
        revoke = partial(users.revoke, name="ada", now=time.time())
        client.run(client.services.database.write(revoke))

        with pytest.raises(AssertionError, match="the websocket ended"):
            socket.receive_until(lambda _: False)


def test_user_has_so_many_websockets(serving: Serving):
    client = serving(max_sockets=1)
    with (
        client.websocket("/api/v1/events"),
        pytest.raises(aiohttp.WSServerHandshakeError, match="429"),
        client.websocket("/api/v1/events"),
    ):
        pass


def test_without_auth_everybody_is_the_default_user(serving: Serving):
    client = serving(auth="none")

    assert client.anonymous().get(ME).json()["role"] == "admin"


def test_without_auth_other_sites_still_get_nothing(serving: Serving):
    client = serving(auth="none").anonymous()

    assert client.get(ME, headers={"Host": "evil.example"}).status == 403
    assert client.get(ME, headers={"Origin": "http://evil.example"}).status == 403
    assert client.get(ME, headers={"Sec-Fetch-Site": "same-site"}).status == 403


def test_too_many_wrong_tokens_have_to_wait(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(auth_module, "FAILURES", 2)
    wrong = [client.anonymous().get(ME, headers=bearer("sfm_no")).status for _ in range(3)]

    assert wrong == [401, 401, 429]
    assert client.get(ME).status == 200


def test_wrong_tokens_are_forgotten_after_a_minute():
    now = [0.0]
    failures = Failures(lambda: now[0])
    for _ in range(FAILURES):
        failures.note("192.0.2.1")
    with pytest.raises(QuotaExceeded):
        failures.note("192.0.2.1")
    now[0] += WINDOW_S + 1

    failures.note("192.0.2.1")


def test_memory_of_wrong_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(auth_module, "ADDRESSES", 10)
    failures = Failures(lambda: 0.0)
    for number in range(100):
        failures.note(f"192.0.2.{number}")

    assert len(failures) == 10


def test_tokens_are_not_in_the_database(client: Client):
    secret = issued(client, "default", "bearer").secret
    files = client.services.database.path.parent.glob("sfumato.sqlite*")

    assert all(secret.encode() not in file.read_bytes() for file in files)


def test_wrong_tokens_are_forgotten_when_the_clock_is_set_back():
    now = [10_000.0]
    failures = Failures(lambda: now[0])
    for _ in range(FAILURES):
        failures.note("192.0.2.1")
    now[0] = 0.0

    failures.note("192.0.2.1")
