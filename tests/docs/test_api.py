"""The page about the HTTP API: its examples run, and its tables are complete."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import aiohttp
import pytest

from engine.jobs.events import JobEvent
from engine.registry import BUILT_INS, Registry
from engine.server.native.event_messages import type_of
from tests.server.conftest import Answer, Client, Serving
from tests.server.pictures import made_by

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def commands() -> list[str]:
    lines = "".join(blocks("sh")).splitlines()
    return [line.removeprefix("api ") for line in lines if line.startswith("api ")]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Return what starts a server with the checkout's models, over `tmp_path`."""
    (tmp_path / "models").symlink_to(ROOT / "models")
    started = Serving(tmp_path)
    yield started
    started.close()


def test_every_example_runs(serving: Serving):
    client = serving(Registry.of_packages(BUILT_INS))
    client.services.worker.is_ready = False  # jobs wait, so that each can be stopped
    names = {"SFUMATO": "/api/v1"}
    seen: list[tuple[str, int]] = []
    for command in commands():
        line = re.sub(r"\$(\w+)", lambda found: names[found[1]], command)
        answer = run(client, line.replace("wait=60", "wait=0"))
        seen.append((command, answer.status))
        remember(answer, names)

    assert [each for each in seen if each[1] >= 400] == []
    assert len(seen) > 30


def remember(answer: Answer, names: dict[str, str]) -> None:
    """Keep the ids that later examples name."""
    told = answer.json() if answer.headers.get("Content-Type") == "application/json" else {}
    if told.get("jobs"):
        names["BATCH" if told["batch"] else "JOB"] = told["batch"] or told["jobs"][0]["id"]


def run(client: Client, line: str) -> Answer:
    """Do what curl does with these arguments."""
    words = iter(shlex.split(line))
    method, address, given = "GET", "", dict[str, Any]()
    form = aiohttp.FormData()
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "--json":
                given["json"] = json.loads(next(words))
            case "--data-binary":
                assert next(words) == "@picture.png"
                given["data"] = picture()
            case "-F":
                name, _, value = next(words).partition("=")
                if value.startswith("@"):
                    form.add_field(name, picture(), filename=value[1:])
                else:
                    form.add_field(name, value)
                given["data"] = form
            case _:
                address = word
    is_post = method == "GET" and given
    return client.request("POST" if is_post else method, address, **given)


def picture() -> bytes:
    return made_by(
        {
            "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64}},
            "5": {"class_type": "PrimitiveInt", "inputs": {"value": 1}},
            "6": {"class_type": "PreviewAny", "inputs": {"source": ["5", 0]}},
        }
    )


def test_every_json_block_is_json():
    for block in blocks("json"):
        for part in re.split(r"\n(?=\{)", block.strip()):
            json.loads(part)


def test_every_event_is_in_the_table():
    told = {type_of(each) for each in get_args(JobEvent)}
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE))

    assert told - {"preview"} <= named
