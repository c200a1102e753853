"""comfy-cli: for its cloud, an address with a token; for a local server, neither token nor path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.clients import prompts
from tests.clients.conftest import output_of
from tests.clients.install import PYTHON
from tests.clients.server import Server, started


def comfy(folder: Path, *words: str, **variables: str) -> dict[str, Any]:
    """Run a command, and return the JSON that it prints."""
    command = [str(PYTHON / "comfy"), "--skip-prompt", "--json", *words]
    return json.loads(output_of(command, folder, **variables).splitlines()[-1])


def cloud(server: Server) -> dict[str, str]:
    """Return the environment in which a server is taken for the cloud."""
    url = f"{server.address}/t/{server.url_token}"
    return {"COMFY_WHERE": "cloud", "COMFY_CLOUD_BASE_URL": url, "COMFY_CLOUD_API_KEY": "none"}


def written(folder: Path, prompt: prompts.Prompt) -> str:
    path = folder / "prompt.json"
    path.write_text(json.dumps(prompt))
    return str(path)


def address(server: Server) -> list[str]:
    host, _, port = server.address.removeprefix("http://").partition(":")
    return ["--host", host, "--port", port]


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that asks for no token."""
    with started(tmp_path_factory.mktemp("open") / "base", "--auth", "none") as server:
        yield server


def test_it_runs_a_prompt_with_a_token_and_fetches_the_picture(server: Server, tmp_path: Path):
    prompt = written(tmp_path, prompts.text_to_image(seed=71))
    told = comfy(tmp_path, "run", "--workflow", prompt, "--wait", **cloud(server))
    assert told["ok"], told

    comfy(tmp_path, "download", told["data"]["prompt_id"], "--out-dir", "got", **cloud(server))

    (path,) = (tmp_path / "got").rglob("*.png")
    with Image.open(path) as picture:
        assert picture.size == (64, 64)


def test_it_runs_a_prompt_where_no_token_is_asked_for(open_server: Server, tmp_path: Path):
    prompt = written(tmp_path, prompts.text_to_image(seed=72))
    told = comfy(tmp_path, "run", "--workflow", prompt, "--wait", *address(open_server))

    assert told["ok"], told
    assert "/view?filename=client_" in told["data"]["outputs"][0]


def test_it_says_what_is_wrong_before_it_asks(open_server: Server, tmp_path: Path):
    prompt = written(tmp_path, prompts.text_to_image(checkpoint="nothing"))
    told = comfy(tmp_path, "run", "--workflow", prompt, "--wait", *address(open_server))

    assert told["error"]["code"] == "workflow_unknown_nodes"
    assert "emoji-mini" in told["error"]["hint"]


def test_without_a_token_it_finds_no_server(server: Server, tmp_path: Path):
    prompt = written(tmp_path, prompts.text_to_image())
    told = comfy(tmp_path, "run", "--workflow", prompt, *address(server))

    assert told["error"]["code"] == "server_not_running"
