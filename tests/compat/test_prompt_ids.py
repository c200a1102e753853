"""`/prompt`: ids that clients choose, and prompts that come again under one (COMPAT.md B2)."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.compat.conftest import WAITING, Comfy, chain
from tests.server.conftest import Answer


def test_the_prompt_id_of_a_client_comes_back_exactly(comfy: Comfy):
    chosen = str(uuid.uuid4())

    answer = comfy.post(chain(1), prompt_id=chosen)

    assert answer.json()["prompt_id"] == chosen


@pytest.mark.parametrize("chosen", ["../../etc/passwd", "two words: ü", "a" * 300, "con."])
def test_a_prompt_id_may_be_any_text(comfy: Comfy, chosen: str):
    prompt_id, _ = comfy.run(chain(1), prompt_id=chosen)

    assert prompt_id == chosen
    assert comfy.client.get("/history").json()[chosen]["prompt"][1] == chosen


def test_a_used_id_runs_again_and_takes_the_place_in_the_history(comfy: Comfy):
    comfy.run(chain(1), prompt_id="mine")

    comfy.run(chain(2), prompt_id="mine")

    history = comfy.client.get("/history").json()
    assert list(history) == ["mine"]
    assert history["mine"]["outputs"] == {"show": {"text": ["2"]}}


def test_a_refused_prompt_takes_nobodys_place(comfy: Comfy):
    comfy.run(chain(1), prompt_id="mine")

    refused = comfy.post({"1": {"class_type": "Nowhere", "inputs": {}}}, prompt_id="mine")

    assert refused.status == 400
    assert comfy.entry("mine")["outputs"] == {"show": {"text": ["1"]}}


def test_an_id_of_another_user_is_refused(comfy: Comfy):
    comfy.run(chain(1), prompt_id="mine")

    answer = Comfy(comfy.client.of("eve")).post(chain(2), prompt_id="mine")

    assert answer.json()["error"]["type"] == "prompt_id_in_use"
    assert comfy.entry("mine")["outputs"] == {"show": {"text": ["1"]}}


def test_the_same_prompt_under_the_id_of_one_that_runs_is_not_queued_twice(comfy: Comfy):
    first = comfy.post(WAITING, prompt_id="mine").json()

    second = comfy.post(WAITING, prompt_id="mine").json()

    assert second == first


def sent_at_once(comfy: Comfy, *prompts: Any) -> list[Answer]:
    """Send prompts under one id, none of them waiting for the answer to another."""

    async def send() -> list[Answer]:
        bodies = [{"json": {"prompt": each, "prompt_id": "mine"}} for each in prompts]
        asked = (comfy.client._request("POST", "/prompt", body) for body in bodies)
        return await asyncio.gather(*asked)

    return comfy.client.run(send())


def test_the_same_prompt_twice_at_once_is_queued_once(comfy: Comfy):
    first, second = sent_at_once(comfy, WAITING, WAITING)

    assert (first.status, second.status) == (200, 200)
    assert first.json() == second.json()


def test_of_two_prompts_under_one_id_at_once_one_is_refused(comfy: Comfy):
    answers = sent_at_once(comfy, WAITING, chain(1))

    assert sorted(each.status for each in answers) == [200, 400]


def test_another_prompt_under_the_id_of_one_that_runs_is_refused(comfy: Comfy):
    comfy.queue(WAITING, prompt_id="mine")

    answer = comfy.post(chain(1), prompt_id="mine")

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "prompt_id_in_use"
