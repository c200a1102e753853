"""comfy-api-simplified: requests and websockets; the token is given as a password."""

from __future__ import annotations

import pytest

from tests.clients.conftest import CYAN, Ran, Runs


@pytest.fixture(scope="module")
def ran(run_client: Runs) -> Ran:
    return run_client("with_comfy_api_simplified.py")


def test_it_lists_models_and_nodes(ran: Ran):
    assert ran.found["models"] == ["emoji-mini"]
    assert ran.found["nodes"] > 30
    assert ran.found["embeddings"] == []


def test_it_waits_for_a_picture_and_fetches_it(ran: Ran):
    assert ran.found["name"].startswith("client_")
    assert ran.picture("picture.png").size == (64, 64)


def test_a_picture_that_it_uploads_can_be_used(ran: Ran):
    assert ran.found["uploaded"]["subfolder"] == "default_upload_folder"
    assert ran.picture("inverted.png").getpixel((0, 0)) == CYAN


def test_it_finds_its_place_in_the_queue_and_interrupts(ran: Ran):
    assert ran.found["interrupted"] == {"before": 1, "status": "error"}


def test_it_tells_of_an_invalid_prompt_and_of_a_missing_token(ran: Ran):
    assert ran.found["refused"]["type"] == "ComfyApiError"
    assert "400" in ran.found["refused"]["text"]
    assert "401" in ran.found["stranger"]["text"]
