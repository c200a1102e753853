"""How often a run makes previews."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.worker.messages import RunJob
from engine.worker.running import PREVIEW_S, Running


@pytest.fixture
def clock() -> list[float]:
    return [100.0]


def running(clock: list[float], *, wants_previews: bool) -> Running:
    message = RunJob("a", b"{}", "ada", wants_previews=wants_previews)
    nothing: Any = SimpleNamespace()
    return Running(message, nothing, nothing, nothing, nothing, clock=lambda: clock[0])


def asked(run: Running) -> bool:
    return cast("Any", run)._wants_preview()


def test_previews_are_made_no_more_often_than_they_are_seen(clock: list[float]):
    run = running(clock, wants_previews=True)
    answers: list[bool] = []
    for _ in range(40):
        answers.append(asked(run))
        clock[0] += PREVIEW_S / 4

    assert answers == [True, False, False, False] * 10


def test_none_are_made_while_nobody_looks(clock: list[float]):
    run = running(clock, wants_previews=False)
    before = asked(run)
    run.wants_previews = True

    assert (before, asked(run)) == (False, True)
