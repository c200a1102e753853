"""@saintno/comfyui-sdk: the token as a bearer's, as a password, or in the address."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Ran, Runs


@pytest.fixture(scope="module")
def ran(run_client: Runs) -> Ran:
    return run_client("with_saintno_sdk.mjs")


def test_it_lists_what_there_is(ran: Ran):
    assert ran.found["checkpoints"] == ["emoji-mini"]
    assert ran.found["nodes"] > 30
    assert ran.found["samplers"] and ran.found["folders"]
    assert ran.found["features"]["max_upload_size"] > 0


def test_it_follows_a_prompt_to_its_picture(ran: Ran):
    assert ran.found["seen"] == ["pending", "start", 1, 2, 3, "images", "finished"]
    assert ran.picture("picture.png").size == (64, 64)


@pytest.mark.parametrize("how", ["password", "address"])
def test_the_token_may_be_shown_otherwise(ran: Ran, how: str):
    assert ran.picture(f"{how}.png").size == (64, 64)


def test_it_uploads_and_keeps_settings_and_files(ran: Ran):
    assert ran.found["uploaded"]["filename"] == "sdk.png"
    assert ran.found["setting"] == {"a": 1}
    assert ran.found["files"] == ["sdk.json"]


def test_it_interrupts(ran: Ran):
    assert ran.found["interrupted"]["failure"]["type"] == "ExecutionInterruptedError"


def test_it_tells_of_an_invalid_prompt_and_of_a_missing_token(ran: Ran):
    assert ran.found["refused"]["failure"]["text"] == "Failed to queue prompt"
    assert ran.found["stranger"] == 401


def test_it_clears_the_history(ran: Ran):
    assert ran.found["history"] > 0
    assert ran.found["cleared"] == 0
