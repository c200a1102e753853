"""comfyui-workflow-client: requests and aiohttp; the token is in the address."""

from __future__ import annotations

import pytest

from tests.clients.conftest import CYAN, Ran, Runs


@pytest.fixture(scope="module")
def ran(run_client: Runs) -> Ran:
    return run_client("with_comfyui_workflow_client.py")


@pytest.mark.parametrize("name", ["picture.png", "websocket.png"])
def test_it_makes_a_picture(ran: Ran, name: str):
    assert ran.picture(name).size == (64, 64)


def test_a_picture_that_it_uploads_can_be_used(ran: Ran):
    assert ran.picture("inverted.png").getpixel((0, 0)) == CYAN


def test_it_tells_of_an_invalid_prompt_and_of_a_missing_token(ran: Ran):
    assert "400" in ran.found["refused"]["text"]
    assert "401" in ran.found["stranger"]["text"]
    assert "401" in ran.found["socket of a stranger"]["text"]
