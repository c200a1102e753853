"""`make test`: every part is run, and the worst counts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tools import tests as all_tests

Runs = list[tuple[str, ...]]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Runs]:
    """Return what sets the exit statuses of the parts to come; it returns the commands that ran."""
    monkeypatch.delenv("SFUMATO_NEEDS_BROWSER", raising=False)

    def set_statuses(*statuses: int, chromium: str | None = "/usr/bin/chromium") -> Runs:
        left, ran = list(statuses), Runs()

        def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
            ran.append(tuple(command[1:]))
            return subprocess.CompletedProcess(command, left.pop(0))

        monkeypatch.setattr(subprocess, "run", run)
        monkeypatch.setattr(all_tests, "CHROMIUM", chromium)
        return ran

    return set_statuses


def test_every_part_runs_and_the_worst_counts(given: Callable[..., Runs]):
    ran = given(0, 1, 0)

    assert all_tests.main([]) == 1
    assert ran == [all_tests.PYTHON, all_tests.UNITS, all_tests.BROWSER]


def test_arguments_choose_among_the_tests_of_python(given: Callable[..., Runs]):
    ran = given(5)

    assert all_tests.main(["-k", "sampler"]) == 5
    assert ran == [(*all_tests.PYTHON, "-k", "sampler")]


def test_without_chromium_the_end_says_what_was_left_out(
    given: Callable[..., Runs], capfd: pytest.CaptureFixture[str]
):
    ran = given(0, 0, chromium=None)

    assert all_tests.main([]) == 0
    assert all_tests.BROWSER not in ran
    assert "apt-get install chromium" in capfd.readouterr().out.splitlines()[-1]


def test_who_needs_a_browser_is_not_told_that_all_is_well_without(
    given: Callable[..., Runs], monkeypatch: pytest.MonkeyPatch
):
    ran = given(0, 0, 4, chromium=None)
    monkeypatch.setenv("SFUMATO_NEEDS_BROWSER", "1")

    assert all_tests.main([]) == 4
    assert ran[-1] == all_tests.BROWSER
