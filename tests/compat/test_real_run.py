"""A prompt of the built-in nodes and the built-in model, over HTTP and the websocket."""

from __future__ import annotations

import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from engine.registry import BUILT_INS, Registry
from tests.compat.conftest import Comfy
from tests.server.conftest import Serving, Socket

ROOT = Path(__file__).parents[2]


def text_to_image() -> dict[str, Any]:
    """Return a prompt that makes the smallest picture in two steps."""
    sampler = {
        "seed": 1,
        "steps": 2,
        "cfg": 1.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
        "model": ["1", 0],
        "positive": ["2", 0],
        "negative": ["2", 0],
        "latent_image": ["4", 0],
    }
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "emoji-mini"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "an apple", "clip": ["1", 1]}},
        "4": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 1},
        },
        "5": {"class_type": "KSampler", "inputs": sampler},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "x"}},
    }


def heard(socket: Socket, prompt_id: str) -> tuple[list[bytes], list[Any]]:
    """Return the binary frames and the messages up to the end of a prompt."""
    frames: list[bytes] = []
    messages: list[Any] = []
    while not messages or messages[-1]["data"] != {"node": None, "prompt_id": prompt_id}:
        message = socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY:
            frames.append(message.data)
        else:
            messages.append(json.loads(message.data))
    return frames, messages


def test_a_picture_is_made_shown_and_can_be_fetched(serving: Serving):
    (serving.base / "models").symlink_to(ROOT / "models")
    comfy = Comfy(serving(Registry.of_packages(BUILT_INS)))
    workflow = {"nodes": [], "id": "w", "version": 0.4}
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        flags = {"supports_preview_metadata": True}
        socket.send_json({"type": "feature_flags", "data": flags})
        extra = {"extra_pnginfo": {"workflow": workflow}}
        prompt_id = comfy.queue(text_to_image(), extra_data=extra)
        previews, messages = heard(socket, prompt_id)

    steps = [each["data"] for each in messages if each["type"] == "progress"]
    assert {(each["node"], each["max"]) for each in steps} == {("5", 2)}
    assert steps[-1]["value"] == 2
    kind, length = struct.unpack(">II", previews[-1][:8])
    assert kind == 4
    assert json.loads(previews[-1][8 : 8 + length])["node_id"] == "5"
    (shown,) = comfy.entry(prompt_id)["outputs"]["7"]["images"]
    picture = Image.open(BytesIO(comfy.client.get("/view", params=shown).body))
    assert picture.size == (64, 64)
    assert json.loads(picture.info["workflow"]) == workflow
    assert json.loads(picture.info["prompt"]).keys() == text_to_image().keys()
    assert comfy.client.get(f"/jobs/{prompt_id}").json()["preview_output"]["nodeId"] == "7"


@pytest.mark.parametrize(("extra", "kinds"), [({}, set()), ({"preview_method": "auto"}, {1})])
def test_a_client_that_does_not_know_previews_gets_those_it_asks_for(
    serving: Serving, extra: dict[str, Any], kinds: set[int]
):
    (serving.base / "models").symlink_to(ROOT / "models")
    comfy = Comfy(serving(Registry.of_packages(BUILT_INS)))
    with comfy.client.websocket("/ws?clientId=tester") as socket:
        prompt_id = comfy.queue(text_to_image(), extra_data=extra)
        frames, messages = heard(socket, prompt_id)

    assert {struct.unpack(">I", frame[:4])[0] for frame in frames} == kinds
    assert "execution_success" in {each["type"] for each in messages}
