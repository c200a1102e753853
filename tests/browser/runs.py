"""Runs of text to image: begun, watched, waited for."""

from __future__ import annotations

import copy
import itertools
import json
import re
import time
import urllib.request
from typing import Any

from playwright.sync_api import expect

from engine.workflow import HOME
from tests.browser.editor import Editor

WORKFLOW = json.loads((HOME / "workflows/text_to_image.json").read_text())
QUICK = 30_000
#: A fresh server loads the model first.
PATIENT = 180_000
#: Long enough to do something meanwhile; always cancelled.
LONG = 2_000
#: Of documents: what another test has run is not shown as the last run of this one's.
NUMBERS = itertools.count(1)


def document(
    *, steps: int = 2, seed: int | str = 7, control: str = "fixed", size: int = 64
) -> dict[str, Any]:
    made = copy.deepcopy(WORKFLOW) | {"id": f"run-{next(NUMBERS)}"}
    made["nodes"]["4"]["values"] |= {"width": size, "height": size}
    made["nodes"]["5"]["values"] |= {
        "steps": steps,
        "seed": seed,
        "cfg": 1.0,
        "sampler_name": "euler",
    }
    made["nodes"]["5"]["controls"] = {"seed": control}
    return made


def ask(server: str, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{server.rstrip('/')}/api/v1/{path}", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def wait_for(check: Any, seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while True:
        if found := check():
            return found
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.1)


def start(editor: Editor, made: dict[str, Any]) -> None:
    editor.open(made)
    graph = editor.page.locator("button[data-face=graph]")
    if graph.get_attribute("aria-pressed") != "true":
        graph.click()
    editor.node("5").wait_for()


def run(editor: Editor) -> None:
    editor.press("Control+Enter")


def is_in(editor: Editor, node: str, state: str, timeout: float = QUICK) -> None:
    expect(editor.node(node)).to_have_class(re.compile(rf"\bis-{state}\b"), timeout=timeout)


def running(editor: Editor, timeout: float = QUICK) -> None:
    expect(editor.page.locator(".run-word")).to_have_text(re.compile(r"\d+/\d+"), timeout=timeout)


def seed(editor: Editor) -> Any:
    return editor.document()["nodes"]["5"]["values"]["seed"]


def succeeded(server: str, seed: int) -> Any:
    """Wait until the newest run of a seed has succeeded; a node is done before its run is."""

    def found() -> Any:
        jobs = (each for each in ask(server, "jobs?limit=20")["items"] if each["seed"] == str(seed))
        newest = next(jobs, None)
        return newest if newest and newest["state"] == "succeeded" else None

    return wait_for(found)


def queued(editor: Editor, count: int, seed: int) -> list[str]:
    """Queue a long run and some that wait; return the ids of those."""
    start(editor, document(steps=LONG, seed=seed, control="increment"))
    for number in range(count + 1):
        run(editor)
        wait_for(
            lambda number=number: (
                len(ask(editor.server, "queue")["queued"])
                + len(ask(editor.server, "queue")["running"])
                == number + 1
            )
        )
        if not number:
            running(editor)
    return [each["id"] for each in ask(editor.server, "queue")["queued"]]
