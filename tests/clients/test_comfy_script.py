"""ComfyScript: prompts written as Python; the token is in the address."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Ran, Runs


@pytest.fixture(scope="module")
def ran(run_client: Runs) -> Ran:
    return run_client("with_comfy_script.py")


def test_it_makes_classes_of_the_node_types(ran: Ran):
    assert ran.found["models"] == ["emoji-mini"]


def test_it_follows_the_steps_and_gets_the_picture(ran: Ran):
    assert ran.found["steps"] == [1, 2]
    assert ran.picture("picture.png").size == (64, 64)


def test_it_fetches_the_output_of_any_node(ran: Ran):
    assert ran.found["blue"] == [0, 0, 255]


def test_it_cancels(ran: Ran):
    assert ran.found["stopped"] == []


def test_an_invalid_prompt_is_no_task(ran: Ran):
    assert ran.found["refused"] == "None"


def test_without_a_token_it_is_refused(ran: Ran):
    assert "not_signed_in" in ran.found["stranger"]
