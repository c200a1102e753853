"""From a job's events to ComfyUI's messages: tables of events in, messages out."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.events import Event, NodeFailed, NodeFinished, NodeReused, NodeStarted, Progress, Warned
from engine.jobs.events import JobChanged, JobDeleted, Numbered, PreviewMade
from engine.server.comfyui.kept import Told
from engine.server.comfyui.translation import STATUS, Translator

START = JobChanged("running")
END = ("executing", {"node": None, "prompt_id": "p"})
PROMPT = {
    "1": {"class_type": "Load", "inputs": {}},
    "2": {"class_type": "Sample", "inputs": {"model": ["1", 0]}},
    "3": {"class_type": "Save", "inputs": {"images": ["2", 0]}},
}


def translator(**ids: str) -> Translator:
    return Translator(Told("p", msgspec.json.encode(PROMPT).decode(), ids))


def heard(of: Translator, *events: Event, apart_s: float = 1.0) -> list[Any]:
    """Return what is said because of events that come a second apart."""
    said: list[Any] = []
    for index, event in enumerate(events):
        numbered = Numbered(seq=index, job="j", owner="o", time=index * apart_s, event=event)  # pyright: ignore[reportArgumentType]
        said += of.translate(numbered)
    return said


def kinds(said: list[Any]) -> list[str]:
    return [kind for kind, _ in said if kind != "progress_state"]


def test_a_queued_job_changes_the_status_only():
    assert heard(translator(), JobChanged("queued")) == [STATUS]
    assert heard(translator(), JobDeleted()) == [STATUS]


def test_a_start_has_its_time_in_milliseconds():
    assert heard(translator(), JobChanged("queued"), START) == [
        STATUS,
        ("execution_start", {"prompt_id": "p", "timestamp": 1000}),
    ]


def test_nodes_reused_before_the_first_runs_are_told_together_with_those_above():
    said = heard(translator(), START, NodeReused("2", "2"), NodeStarted("3", "3"))

    assert kinds(said) == ["execution_start", "execution_cached", "executing"]
    assert said[1] == (
        "execution_cached",
        {"nodes": ["2", "1"], "prompt_id": "p", "timestamp": 2000},
    )


def test_a_node_reused_later_is_told_by_itself():
    said = heard(translator(), START, NodeStarted("1", "1"), NodeReused("2", "2", {"text": ["x"]}))

    assert kinds(said)[-2:] == ["execution_cached", "executed"]
    assert said[-2][1]["nodes"] == ["2"]


def test_reused_output_nodes_are_shown_after_the_list_of_reused_ones():
    said = heard(
        translator(), START, NodeReused("3", "3", {"text": ["x"]}), JobChanged("succeeded")
    )

    assert kinds(said) == [
        "execution_start",
        "execution_cached",
        "executed",
        "execution_success",
        "status",
        "executing",
    ]
    assert said[2][1]["output"] == {"text": ["x"]}


def test_a_node_without_ui_is_not_told_as_executed():
    said = heard(translator(), START, NodeStarted("1", "1"), NodeFinished("1", "1", 0.1))

    assert "executed" not in kinds(said)


def test_progress_names_the_node_that_is_shown():
    said = heard(translator(), START, NodeStarted("2", "2"), Progress("2", 3, 20))

    assert ("progress", {"value": 3, "max": 20, "prompt_id": "p", "node": "2"}) in said
    assert said[-1][1]["nodes"]["2"]["value"] == 3


def test_states_are_held_back_for_a_moment():
    of = translator()
    events = [START, NodeStarted("1", "1"), NodeFinished("1", "1", 0.1), NodeStarted("2", "2")]

    said = heard(of, *events, apart_s=0.001)

    assert "progress_state" not in [kind for kind, _ in said]
    assert of.has_states
    ((_, data),) = of.states(1.0)
    assert {key: each["state"] for key, each in data["nodes"].items()} == {
        "1": "finished",
        "2": "running",
    }
    assert not of.has_states


def test_states_that_were_told_are_told_again_only_of_nodes_that_run():
    of = translator()
    heard(of, START, NodeStarted("1", "1"), NodeFinished("1", "1", 0.1), NodeStarted("2", "2"))

    heard(of, Progress("2", 1, 2), apart_s=0.0)

    ((_, data),) = of.states(9.0)
    assert list(data["nodes"]) == ["2"]


def test_a_node_added_while_running_is_shown_at_its_adder():
    said = heard(
        translator(),
        START,
        NodeStarted("2", "2.0.0.1"),
        NodeFinished("2", "2.0.0.1", 0.1, {"a": []}),
    )

    executing = next(data for kind, data in said if kind == "executing")
    executed = next(data for kind, data in said if kind == "executed")
    assert (executing["node"], executing["display_node"]) == ("2.0.0.1", "2")
    assert (executed["node"], executed["display_node"]) == ("2.0.0.1", "2")
    state = next(data for kind, data in said if kind == "progress_state")["nodes"]["2.0.0.1"]
    assert (state["parent_node_id"], state["real_node_id"]) == ("2", "2.0.0.1")


def test_ids_are_those_of_the_prompt():
    of = Translator(Told("p", "{}", {"5_1": "5:1"}))

    said = heard(of, START, NodeStarted("5_1", "5_1"), NodeStarted("5_1", "5_1.0.0.2"))

    executing = [data["node"] for kind, data in said if kind == "executing"]
    assert executing == ["5:1", "5:1.0.0.2"]


def test_an_error_names_node_type_and_what_ran_before():
    error = {"kind": "node", "message": "Node 2 failed.\nBadly.", "node": "2"}
    said = heard(
        translator(),
        START,
        NodeStarted("1", "1"),
        NodeFinished("1", "1", 0.1),
        NodeStarted("2", "2"),
        NodeFailed("2", "2", error),
        JobChanged("failed", error=error),
    )

    assert kinds(said)[-3:] == ["execution_error", "status", "executing"]
    told = next(data for kind, data in said if kind == "execution_error")
    assert (told["node_id"], told["node_type"], told["executed"]) == ("2", "Sample", ["1"])
    assert told["exception_message"] == "Node 2 failed.\nBadly."
    assert told["traceback"] == ["Node 2 failed.\n", "Badly."]


def test_a_job_that_fails_before_it_runs_is_told_with_a_start():
    said = heard(translator(), JobChanged("failed", error={"message": "lost"}))

    assert kinds(said)[0] == "execution_start"
    assert said[-1] == END


def test_a_job_that_is_cancelled_before_it_runs_changes_the_status_only():
    assert heard(translator(), JobChanged("cancelled")) == [STATUS]


def test_an_interrupt_names_the_node_that_ran():
    said = heard(translator(), START, NodeStarted("2", "2"), JobChanged("cancelled"))

    told = next(data for kind, data in said if kind == "execution_interrupted")
    assert told == {
        "prompt_id": "p",
        "node_id": "2",
        "node_type": "Sample",
        "executed": [],
        "timestamp": 2000,
    }
    assert said[-2:] == [STATUS, END]


def test_a_job_that_begins_again_is_told_from_its_start():
    of = translator()
    first = heard(of, START, NodeStarted("1", "1"), JobChanged("queued", "The worker ended."))

    second = heard(of, START, NodeReused("1", "1"), NodeStarted("2", "2"))

    assert first[-1] == STATUS
    assert kinds(second) == ["execution_start", "execution_cached", "executing"]


def test_a_job_that_is_paused_is_not_told_as_ended():
    said = heard(translator(), START, NodeStarted("1", "1"), JobChanged("paused"))

    assert said[-1] == STATUS
    assert END not in said


def test_a_job_whose_start_was_missed_is_told_from_now_on():
    of = translator()
    before = heard(of, NodeStarted("1", "1"))

    said = of.begin(1.0) + heard(of, NodeStarted("2", "2"))

    assert before == []
    assert kinds(said) == ["execution_start", "execution_cached", "executing"]


def test_what_clients_do_not_know_is_not_told():
    preview = PreviewMade("1", "1", "image/jpeg", b"x", 1, 1)

    assert heard(translator(), START, Warned("1", "Beware."), preview)[1:] == []


def test_the_current_node_is_the_one_that_began_last():
    of = translator()
    heard(of, START, NodeStarted("1", "1"), NodeStarted("2", "2"))

    assert of.current == ("executing", {"node": "2", "display_node": "2", "prompt_id": "p"})


def test_a_preview_says_which_node_it_is_of():
    preview = PreviewMade("5_1", "5_1", "image/jpeg", b"x", 1, 1)

    facts = Translator(Told("p", "{}", {"5_1": "5:1"})).preview_facts(preview)

    assert facts == {
        "node_id": "5:1",
        "prompt_id": "p",
        "display_node_id": "5:1",
        "parent_node_id": None,
        "real_node_id": "5:1",
        "image_type": "image/jpeg",
    }
