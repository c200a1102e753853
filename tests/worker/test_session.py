from __future__ import annotations

from typing import Any

import pytest

from engine.engine import Engine
from engine.events import NodeFinished, NodeStarted, Progress, Warned
from engine.files.output_files import Reservation
from engine.recordings import recordings_of_job
from engine.worker.messages import (
    Free,
    JobBegan,
    JobEnded,
    JobTold,
    Pictured,
    Ready,
    Reserve,
    Reserved,
    RunJob,
    ShutDown,
    StopJob,
    Stuck,
    WantPreviews,
)
from tests.graphs import Graphs
from tests.saved import Saved, read
from tests.worker import toys
from tests.worker.talking import Talk, run_job


def one(kind: str, **values: Any):
    """Return a document of one node, whose id is "it"."""
    g = Graphs()
    g.node(kind, at="it", **values)
    return g.document()


def shown(value: int = 1):
    """Return a document that shows a number."""
    g = Graphs()
    g.node("Show", at="show", value=g.node("Number", at="number", value=value))
    return g.document()


def test_job_tells_its_events_between_its_begin_and_its_end(talk: Talk):
    ended = talk.run("a", shown(3))

    kinds = [type(each) for each in talk.heard if getattr(each, "job", "") == "a"]
    assert kinds == [JobBegan, JobTold, JobEnded]
    assert [type(each) for each in talk.told("a")] == [NodeStarted, NodeFinished] * 2
    assert (ended.how, ended.ran, ended.reused) == ("succeeded", 2, 0)
    assert ended.ui == {"show": {"text": ["3"]}}


def test_short_job_is_told_in_one_frame(talk: Talk):
    talk.run("warm", shown(1))
    talk.run("a", shown(2))

    assert len([frame for frame in talk.frames if any(
        getattr(each, "job", "") == "a" for each in frame
    )]) == 1  # fmt: skip


def test_jobs_run_in_the_order_they_were_sent(talk: Talk):
    talk.say(run_job("gate", one("Gate")))
    talk.say(*(run_job(str(index), shown(index)) for index in range(5)))
    toys.GATE.set()
    talk.until(JobEnded, job="4")

    began = [each.job for each in talk.heard if isinstance(each, JobBegan)]
    assert began == ["gate", "0", "1", "2", "3", "4"]


def test_node_that_was_unknown_when_its_document_was_made_runs(talk: Talk):
    g = Saved()
    g.node(1, "Number", [4])
    g.node(2, "Show")
    g.link(1, 0, 2, "value")

    ended = talk.run("a", read(g.document()))

    assert ended.ui == {"2": {"text": ["4"]}}


def test_same_job_again_reuses_results(talk: Talk):
    talk.run("a", shown(1))

    ended = talk.run("b", shown(1))

    assert (ended.ran, ended.reused) == (0, 1)
    assert ended.ui == {"show": {"text": ["1"]}}


def test_values_are_set_before_the_run(talk: Talk):
    ended = talk.run("a", shown(1), values={"number.value": 8})

    assert ended.ui == {"show": {"text": ["8"]}}


def test_recalled_job_never_begins(talk: Talk):
    talk.say(run_job("gate", one("Gate")), run_job("a", shown()), StopJob("a", "recall"))

    ended = talk.until(JobEnded, job="a")

    assert ended.how == "recalled"
    assert "a" not in [each.job for each in talk.heard if isinstance(each, JobBegan)]


def test_running_job_is_not_recalled(talk: Talk):
    talk.say(run_job("a", one("Gate")))
    talk.until(JobBegan, job="a")
    talk.say(StopJob("a", "recall"))
    toys.GATE.set()

    assert talk.until(JobEnded, job="a").how == "succeeded"


def test_running_job_is_cancelled(talk: Talk):
    talk.say(run_job("a", one("Gate")))
    toys.WAITING.wait()
    talk.say(StopJob("a", "cancel"))

    assert talk.until(JobEnded, job="a").how == "cancelled"


def test_running_job_is_paused(talk: Talk):
    talk.say(run_job("a", one("Gate")))
    toys.WAITING.wait()
    talk.say(StopJob("a", "pause"))

    assert talk.until(JobEnded, job="a").how == "paused"


def test_waiting_job_is_cancelled_without_beginning(talk: Talk):
    talk.say(run_job("gate", one("Gate")), run_job("a", shown()), StopJob("a", "cancel"))

    assert talk.until(JobEnded, job="a").how == "cancelled"


def test_end_pauses_the_running_job_and_gives_back_the_others(talk: Talk):
    talk.say(run_job("a", one("Gate")), run_job("b", shown()))
    toys.WAITING.wait()
    talk.say(ShutDown())

    assert talk.until(JobEnded, job="a").how == "paused"
    assert talk.until(JobEnded, job="b").how == "recalled"


def test_recordings_stay_after_a_pause_and_go_after_the_end(talk: Talk, engine: Engine):
    folder = recordings_of_job(engine.folders, "a")
    folder.mkdir(parents=True)
    talk.say(run_job("a", one("Gate")))
    toys.WAITING.wait()
    talk.say(StopJob("a", "pause"))
    talk.until(JobEnded, job="a", how="paused")
    was_kept = folder.exists()
    toys.GATE.set()
    talk.say(run_job("a", one("Gate")))
    talk.until(JobEnded, job="a", how="succeeded")

    assert was_kept
    assert not folder.exists()


def test_what_is_no_data_is_shown_as_text(talk: Talk):
    ended = talk.run("a", one("Odd"))

    shown = ended.ui["it"]
    assert ended.how == "succeeded"
    assert shown["objects"][1:] == [
        "<Mute>", "<int>", str(2**70), "b'bytes'", "?", {"1": [2]}
    ]  # fmt: skip
    assert shown["bare"] == ["text"]
    assert list(shown) == ["objects", "bare", "7"]


def test_failure_names_the_node(talk: Talk):
    ended = talk.run("a", one("Fail"))

    assert ended.how == "failed"
    assert ended.error is not None
    assert ended.error["node"] == "it"
    assert "no such luck" in ended.error["message"]


def test_check_that_ends_the_program_fails_the_job_alone(talk: Talk):
    ended = talk.run("a", one("EndsWhenChecked"))

    assert ended.how == "failed"
    assert talk.run("b", shown()).how == "succeeded"


def test_document_that_is_none_fails_the_job(talk: Talk):
    talk.say(RunJob("a", b"[]", ""))

    ended = talk.until(JobEnded, job="a")

    assert ended.error is not None
    assert ended.error["kind"] == "workflow"


def test_unknown_type_fails_the_job_with_every_problem(talk: Talk):
    document = b'{"format": "sfumato", "version": 1, "nodes": {"1": {"type": "Nope"}}}'
    talk.say(RunJob("a", document, "", targets=["1"]))

    ended = talk.until(JobEnded, job="a")

    assert ended.error is not None
    assert ended.error["kind"] == "invalid_graph"
    assert ended.error["details"]["problems"][0]["kind"] == "unknown_node"


def test_last_progress_is_told_and_order_is_kept(talk: Talk):
    talk.run("a", one("Chatty", steps=5000))

    steps = [each.step for each in talk.told("a") if isinstance(each, Progress)]
    kinds = [type(each) for each in talk.told("a")]
    assert steps == sorted(steps)
    assert steps[-1] == 5000
    assert len(steps) < 1000
    assert kinds.count(Warned) == 1
    assert kinds[0] is NodeStarted
    assert kinds[-1] is NodeFinished


def test_preview_is_encoded_while_the_node_runs(talk: Talk):
    talk.say(run_job("a", one("Painter"), wants_previews=True))

    picture = talk.until(Pictured, job="a")

    assert (picture.mime, picture.width, picture.height) == ("image/jpeg", 8, 6)
    assert picture.data.startswith(b"\xff\xd8")
    assert picture.real_id == "it"


def test_previews_of_a_waiting_job_are_wanted_or_not_when_it_begins(talk: Talk):
    talk.say(run_job("gate", one("Gate")), run_job("a", one("Painter")))
    talk.say(run_job("b", one("Painter", value=1), wants_previews=True))
    talk.say(WantPreviews("a", True), WantPreviews("b", False))
    toys.GATE.set()

    assert talk.until(JobEnded, job="a").ui == {"it": {"wanted": [True]}}
    assert talk.until(JobEnded, job="b").ui == {"it": {"wanted": [False]}}


def test_output_names_come_from_the_server(talk: Talk):
    talk.say(run_job("a", one("Namer")))
    for index in range(2):
        _answer(talk, Reservation("it", index, "output", "sub", "stem", ".txt", 1))

    assert talk.until(JobEnded, job="a").ui == {"it": {"names": ["name-0", "name-1"]}}


def _answer(talk: Talk, wanted: Reservation) -> None:
    asked = talk.until(Reserve, job="a", wanted=wanted)
    talk.say(Reserved(asked.id, f"name-{wanted.index}"))


def test_refused_output_name_fails_the_node(talk: Talk):
    error = {"kind": "storage", "message": "full", "node": None, "input": None, "details": {}}
    talk.say(run_job("a", one("Namer")))
    talk.say(Reserved(talk.until(Reserve, job="a").id, error=error))

    ended = talk.until(JobEnded, job="a")

    assert ended.error is not None
    assert (ended.error["kind"], ended.error["node"]) == ("storage", "it")


def test_job_that_waits_for_a_name_is_cancelled(talk: Talk):
    talk.say(run_job("a", one("Namer")))
    talk.until(Reserve, job="a")
    talk.say(StopJob("a", "cancel"))

    assert talk.until(JobEnded, job="a").how == "cancelled"


def test_nothing_is_heard_of_a_job_after_its_end(talk: Talk):
    talk.run("a", one("KeepContext"))
    toys.KEPT[0].warn("too late")
    talk.run("b", shown())

    assert not [each for each in talk.told("a") if isinstance(each, Warned)]


def test_freed_results_are_computed_again(talk: Talk):
    talk.run("a", shown(1))
    talk.say(Free(weights=True, results=True))

    assert talk.run("b", shown(1)).ran == 2


def test_first_word_is_that_the_process_takes_messages(talk: Talk):
    talk.run("a", shown())

    assert isinstance(talk.heard[0], Ready)


def test_node_that_does_not_say_what_it_depends_on_is_told_once(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.signature.FINGERPRINT_S", 0.02)
    talk.say(run_job("a", one("WaitsWhenAsked")))

    stuck = talk.until(Stuck, job="a")
    toys.GATE.set()
    talk.until(JobEnded, job="a")
    assert stuck.error["node"] == "it"
    assert stuck.error["kind"] == "time_limit"
    assert len([each for each in talk.heard if isinstance(each, Stuck)]) == 1
