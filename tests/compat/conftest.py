"""Servers with toy nodes for tests of ComfyUI's API.

    def test_a_prompt_runs(comfy):
        ran = comfy.run({"1": {"class_type": "Number", "inputs": {"value": 1}}, …})

`comfy.client` makes other requests; `tests/server/conftest.py` says how.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from engine.declare import specs_in
from engine.registry import Registry
from tests import fakes
from tests.compat import toys
from tests.server.conftest import Answer, Client, Serving, Socket, client, serving

__all__ = ["client", "serving"]


@dataclass
class Comfy:
    """A client of ComfyUI's API under one client id."""

    client: Client
    client_id: str = "tester"

    def post(self, prompt: Any, **more: Any) -> Answer:
        """Send a prompt."""
        body = {"prompt": prompt, "client_id": self.client_id, **more}
        return self.client.post("/prompt", json=body)

    def queue(self, prompt: Any, **more: Any) -> str:
        """Send a prompt that is taken, and return its id."""
        answer = self.post(prompt, **more)
        assert answer.status == 200, answer.text
        return answer.json()["prompt_id"]

    def run(self, prompt: Any, **more: Any) -> tuple[str, list[Any]]:
        """Send a prompt and wait for its end; return its id and the messages."""
        with self.client.websocket(f"/ws?clientId={self.client_id}") as socket:
            prompt_id = self.queue(prompt, **more)
            return prompt_id, until_end(socket, prompt_id)

    def entry(self, prompt_id: str) -> Any:
        """Return a prompt's entry in the history."""
        return self.client.get(f"/history/{prompt_id}").json()[prompt_id]


def until_end(socket: Socket, prompt_id: str) -> list[Any]:
    """Return the messages up to the one that says that a prompt has ended."""
    end = {"type": "executing", "data": {"node": None, "prompt_id": prompt_id}}
    return socket.receive_until(lambda message: message == end)


def chain(*values: int) -> dict[str, Any]:
    """Return a prompt that adds numbers up and shows the sum."""
    prompt: dict[str, Any] = {"1": {"class_type": "Number", "inputs": {"value": values[0]}}}
    for index, value in enumerate(values[1:], start=2):
        inputs = {"a": [str(index - 1), 0], "b": value}
        prompt[str(index)] = {"class_type": "Add", "inputs": inputs}
    prompt["show"] = {"class_type": "Show", "inputs": {"value": [str(len(values)), 0]}}
    return prompt


WAITING = {"w": {"class_type": "Wait", "inputs": {"value": 7}}}


@pytest.fixture
def comfy(serving: Serving) -> Iterator[Comfy]:
    """Return a client of a server with the toy nodes."""
    toys.GATE.clear()
    yield Comfy(serving(Registry([*specs_in(fakes), *specs_in(toys)])))
    toys.GATE.set()
