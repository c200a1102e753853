"""Results that turned out to be bad: events in, instructions out."""

from collections.abc import Iterable, Mapping

import pytest

from engine.scheduler import Finished, Instruction, Release, Reuse, Run, Scheduler, Task

SLOTS = {"inline": 1, "cpu": 2}


def scheduler(
    parents: Mapping[str, Iterable[str]], stored: Iterable[str] = (), lane: str = "inline"
) -> Scheduler:
    tasks = {key: Task(tuple(above), tuple(above), lane) for key, above in parents.items()}
    return Scheduler(tasks, set(stored).__contains__, SLOTS)


#: `bad` and `next` use `top`; `bad` comes first and changes it.
FORK = {"top": (), "bad": ("top",), "next": ("top",)}


def after_top(given: Scheduler, *targets: str) -> list[Instruction]:
    given.start(targets)
    return given.done("top")


def test_node_that_waits_gets_the_result_made_again():
    s = scheduler(FORK)
    assert after_top(s, "next", "bad") == [Run("bad")]

    assert s.spoiled(["top"], by="bad") == []
    assert s.done("bad") == [Release("bad"), Run("top")]
    assert s.done("top") == [Run("next")]
    assert s.done("next") == [Release("top"), Release("next"), Finished()]


def test_what_only_the_node_that_spoiled_it_used_is_not_made_again():
    s = scheduler({"top": (), "bad": ("top",)})
    after_top(s, "bad")

    assert s.spoiled(["top"], by="bad") == []
    assert s.done("bad") == [Release("bad"), Finished()]


def test_what_is_wanted_after_the_run_is_made_again():
    s = scheduler({"top": (), "bad": ("top",)})
    s.start(["bad"], keep=["top"])
    s.done("top")

    s.spoiled(["top"], by="bad")

    assert s.done("bad") == [Release("bad"), Run("top")]
    assert s.done("top") == [Finished()]


def test_good_copy_that_is_stored_is_taken():
    stored: set[str] = set()
    tasks = {key: Task(above, above) for key, above in FORK.items()}
    s = Scheduler(tasks, stored.__contains__, SLOTS)
    after_top(s, "next", "bad")
    stored.add("top")

    assert s.spoiled(["top"], by="bad") == [Reuse("top")]
    assert s.done("top") == []
    assert s.done("bad") == [Release("bad"), Run("next")]


def test_all_that_leads_to_a_spoiled_result_is_made_again():
    s = scheduler({"first": (), "top": ("first",), "bad": ("top",), "next": ("top",)})
    s.start(["next", "bad"])
    assert s.done("first") == [Run("top")]
    assert s.done("top") == [Release("first"), Run("bad")]

    s.spoiled(["top", "first"], by="bad")

    assert s.done("bad") == [Release("bad"), Run("first")]
    assert s.done("first") == [Run("top")]
    assert s.done("top") == [Release("first"), Run("next")]


def test_target_that_used_a_spoiled_result_runs_again():
    s = scheduler(FORK, lane="cpu")
    assert after_top(s, "next", "bad") == [Run("bad"), Run("next")]
    s.done("next")

    assert s.spoiled(["top", "next"], by="bad") == [Run("top")]
    assert s.done("bad") == [Release("bad")]
    assert s.done("top") == [Run("next")]


@pytest.mark.parametrize("order", [["bad", "next"], ["next", "bad"]])
def test_running_node_that_was_given_it_begins_anew(order: list[str]):
    s = scheduler(FORK, lane="cpu")
    after_top(s, *order)
    s.spoiled(["top"], by="bad")

    assert s.done("bad") == [Release("bad"), Run("top")]
    assert s.spoiled([], again=["next"]) == []
    assert s.done("top") == [Run("next")]


def test_running_node_that_was_not_given_it_goes_on():
    s = scheduler({**FORK, "other": ()}, lane="cpu")
    s.start(["other", "next", "bad"])
    s.done("top")

    s.spoiled(["top"], by="bad")
    s.done("bad")

    assert s.done("other") == [Release("other")]


def test_node_begins_anew_at_once_where_nothing_it_uses_is_bad():
    s = scheduler(FORK)
    after_top(s, "next", "bad")

    assert s.spoiled([], again=["bad"]) == [Run("next")]
    assert s.done("next") == [Release("next"), Run("bad")]


def test_nothing_is_made_again_after_a_stop():
    s = scheduler(FORK)
    after_top(s, "next", "bad")
    s.stop()

    assert s.spoiled(["top"], by="bad") == []
    assert s.failed("bad") == [Finished()]


def test_result_that_was_given_up_is_made_when_it_is_asked_for_later():
    s = scheduler({"top": (), "bad": ("top",), "late": ("top",), "asks": ("bad",)})
    s.start(["asks"])
    s.done("top")
    s.spoiled(["top"], by="bad")
    assert s.done("bad") == [Run("asks")]

    assert s.waits("asks", ["late"]) == [Run("top")]
