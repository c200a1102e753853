"""Coming back after a restart of the server: row 74."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.workflow import HOME
from tests.browser.editor import Editor
from tests.browser.runs import (
    PATIENT,
    QUICK,
    WORKFLOW,
    ask,
    document,
    is_in,
    run,
    running,
    start,
)


class Restarted:
    """A server that is killed and started again at the same address."""

    def __init__(self, base: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = base
        self.process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        command = [sys.executable, "main.py", "serve", "--port", str(self.port), "--auth", "none"]
        command += ["--base-directory", str(self.base), "--models", str(HOME / "models")]
        self.process = subprocess.Popen(
            command,
            cwd=HOME,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                return

    def kill(self) -> None:
        assert self.process is not None
        with self.process:  # which waits for it and closes what it wrote to
            os.killpg(self.process.pid, signal.SIGKILL)


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[Restarted]:
    made = Restarted(tmp_path)
    yield made
    made.kill()


def test_row_74_a_restart_of_the_server_loses_no_edit_and_no_event(
    windows: Callable[..., Editor], restarted: Restarted
) -> None:
    editor = windows(restarted.address)
    start(editor, document(steps=20, seed=3000))
    run(editor)
    running(editor, PATIENT)
    restarted.kill()
    expect(editor.page.locator(".connection")).to_be_visible(timeout=QUICK)
    before = editor.node("7").bounding_box()
    assert before
    editor.drag(editor.title("7"), (editor.title("7")[0], editor.title("7")[1] + 120))
    place = editor.document()["nodes"]["7"]["place"]
    assert place[1] > WORKFLOW["nodes"]["7"]["place"][1]
    restarted.start()

    expect(editor.page.locator(".connection")).to_have_count(0, timeout=QUICK)
    is_in(editor, "7", "done", PATIENT)
    editor.node("7").locator(".node-figure img").first.wait_for(timeout=QUICK)
    job = ask(editor.server, "jobs?limit=1")["items"][0]
    assert job["state"] == "succeeded"
    assert ask(editor.server, "jobs?limit=1")["total"] == 1
    assert editor.document()["nodes"]["7"]["place"] == place


def test_row_74_a_run_that_is_queued_while_the_server_is_away_runs_once(
    windows: Callable[..., Editor], restarted: Restarted
) -> None:
    editor = windows(restarted.address)
    start(editor, document(steps=4, seed=3100))
    restarted.kill()
    run(editor)
    expect(editor.page.locator(".connection")).to_be_visible(timeout=QUICK)
    restarted.start()

    is_in(editor, "7", "done", PATIENT)
    assert ask(editor.server, "jobs?limit=1")["total"] == 1
