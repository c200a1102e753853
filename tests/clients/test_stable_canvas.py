"""@stable-canvas/comfyui-client: the token is sent by the `fetch` and `WebSocket` it is given."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Ran, Runs


@pytest.fixture(scope="module")
def ran(run_client: Runs) -> Ran:
    return run_client("with_stable_canvas.mjs")


def test_it_lists_what_there_is(ran: Ran):
    assert ran.found["checkpoints"] == ["emoji-mini"]
    assert ran.found["nodes"] > 30
    assert ran.found["samplers"] and ran.found["schedulers"]


def test_it_follows_a_prompt_to_its_picture(ran: Ran):
    assert ran.found["steps"] == [[1, 3], [2, 3], [3, 3]]
    assert ran.picture("picture.png").size == (64, 64)


@pytest.mark.parametrize("name", ["polled.png", "address.png"])
def test_it_asks_again_and_again_where_it_has_no_websocket(ran: Ran, name: str):
    assert ran.picture(name).size == (64, 64)


def test_it_interrupts(ran: Ran):
    assert ran.found["interrupted"]["text"] == "Execution has been interrupted"


def test_it_tells_of_an_invalid_prompt_and_of_a_missing_token(ran: Ran):
    assert "400" in ran.found["refused"]["text"]
    assert "401" in ran.found["stranger"]["text"]


def test_it_clears_the_history(ran: Ran):
    assert ran.found["history"] > 0
    assert ran.found["cleared"] == 0
