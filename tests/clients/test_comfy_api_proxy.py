"""comfy-api-proxy: another API in front of ComfyUI's; the token is in the server's address."""

from __future__ import annotations

import pytest

from tests.clients.conftest import Ran, Runs


@pytest.fixture(scope="module")
def ran(run_client: Runs) -> Ran:
    return run_client("with_comfy_api_proxy.py")


def test_a_job_is_followed_to_its_picture(ran: Ran):
    told = ran.found["picture"]

    assert (told["status"], told["ended"]) == (201, "succeeded")
    assert {"status", "progress", "preview", "output"} <= set(told["events"])
    assert ran.picture("picture.png").size == (64, 64)


def test_it_uploads(ran: Ran):
    status, asset = ran.found["uploaded"]

    assert status == 201
    assert asset["file_path"] == "input/proxied.png"


def test_it_cancels_what_runs(ran: Ran):
    assert ran.found["cancelled"] == {"told": 200, "ended": "canceled"}


def test_it_hands_on_what_is_wrong_with_a_prompt(ran: Ran):
    status, answer = ran.found["refused"]

    assert status == 422
    assert (
        answer["error"]["details"]["node_errors"]["1"]["errors"][0]["type"] == "value_not_in_list"
    )


def test_without_a_token_it_is_refused(ran: Ran):
    status, answer = ran.found["stranger"]

    assert status == 422
    assert "token" in answer["error"]["message"]
