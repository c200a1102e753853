"""What checks the editor is installed once."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools import frontend


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Return the commands that were run; npm answers 0, others 1."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0 if "ci" in command else 1)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(frontend, "INSTALLED", tmp_path / "installed")
    return commands


def test_packages_are_installed_by_the_lock_file_once(asked: list[list[str]]):
    assert frontend.install() == 0
    assert frontend.install() == 0

    assert len(asked) == 1
    assert "ci" in asked[0]


def test_another_lock_file_is_another_installation(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    frontend.install()
    monkeypatch.setattr(frontend, "LOCK", tmp_path / "lock")
    (tmp_path / "lock").write_text("{}")
    frontend.install()

    assert len(asked) == 2


def test_every_task_runs_though_one_failed(asked: list[list[str]]):
    assert frontend.main(["types", "lint"]) == 1
    assert len(asked) == 3


def test_a_registry_that_cannot_be_reached_is_said(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1)
    )

    assert frontend.main(["types"]) == 1
    assert "NPM_CONFIG_REGISTRY" in capsys.readouterr().err
