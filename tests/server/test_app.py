"""What every request goes through."""

from __future__ import annotations

from tests.server.conftest import Client


def test_route_answers_with_json(client: Client):
    answer = client.get("/api/v1/me")

    assert answer.status == 200
    assert answer.json()["name"] == "default"


def test_unknown_address_is_told_in_the_one_shape(client: Client):
    answer = client.get("/api/v1/nothing")

    assert answer.status == 404
    assert answer.json()["error"]["type"] == "not_found"
