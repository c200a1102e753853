"""Open WebUI's module for ComfyUI: the token is its API key, or in the address."""

from __future__ import annotations

import pytest

from tests.clients.conftest import CYAN, Ran, Runs


@pytest.fixture(scope="module")
def ran(run_client: Runs) -> Ran:
    return run_client("with_open_webui.py")


def test_it_lists_the_models(ran: Ran):
    assert ran.found["models"] == ["emoji-mini"]


@pytest.mark.parametrize("name", ["made0.png", "made1.png", "url0.png", "url1.png"])
def test_it_makes_pictures(ran: Ran, name: str):
    assert ran.picture(name).size == (128, 64)


def test_it_edits_a_picture_that_it_uploads(ran: Ran):
    assert ran.found["edited"] == 1
    assert ran.picture("edited0.png").getpixel((0, 0)) == CYAN


def test_it_gives_up_on_an_invalid_prompt_and_a_wrong_token(ran: Ran):
    assert ran.found["refused"] is None
    assert ran.found["stranger"] is None
