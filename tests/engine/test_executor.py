import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from networkx import descendants

from engine.document import Document
from engine.engine import Engine
from engine.errors import InvalidGraph
from engine.events import Event, NodeFinished, NodeReused, NodeStarted
from engine.graph import structure_of
from engine.registry import Registry
from tests.fakes import toy
from tests.graphs import Graphs, chain, diamond
from tests.strategies import Edit, edited_sums, sums

TIMEOUT_S = 20


def test_first_run_calls_every_node_once(engine: Engine, calls: list[str]):
    report = engine.run(diamond())

    assert sorted(report.ran) == ["join", "left", "right", "show", "top"]
    assert len(calls) == 5


def test_outputs_that_the_document_exposes_are_handed_out(engine: Engine):
    assert engine.run(chain(3)).outputs == {"result": [4]}


def test_what_an_output_node_shows_is_in_the_report(engine: Engine):
    assert engine.run(chain(3)).ui == {"show": {"text": ["4"]}}


def test_identical_second_run_calls_nothing(engine: Engine, calls: list[str]):
    engine.run(diamond())
    calls.clear()

    report = engine.run(diamond())

    assert calls == []
    assert report.reused == {"show"}
    assert report.ui == {"show": {"text": ["112"]}}


def test_changing_a_value_reruns_only_what_depends_on_it(engine: Engine):
    engine.run(diamond())

    report = engine.run(diamond(left=11))

    assert set(report.ran) == {"left", "join", "show"}
    assert report.reused == {"top", "right"}


def test_changing_back_reruns_nothing(engine: Engine, calls: list[str]):
    engine.run(diamond())
    engine.run(diamond(left=11))
    calls.clear()

    engine.run(diamond())

    assert calls == []


def test_same_content_under_other_ids_is_reused(engine: Engine):
    engine.run(diamond())
    g = Graphs()
    g.node("Show", at="z", value=g.node("Add", at="y", a=g.node("Number", at="x", value=1), b=10))

    report = engine.run(g.document())

    assert report.ran == ["z"]
    assert report.reused == {"y"}


def test_node_that_no_target_needs_does_not_run(engine: Engine, calls: list[str]):
    g = Graphs()
    g.node("Fail")
    g.node("Show", value=g.node("Number"))

    assert engine.run(g.document()).error is None
    assert calls == ["Number", "Show"]


def test_targets_limit_the_run(engine: Engine):
    report = engine.run(diamond(), targets=["left"])

    assert report.ran == ["top", "left"]


def test_output_nodes_run_before_other_ready_nodes(engine: Engine, registry: Registry):
    g = Graphs()
    first = g.node("Number", at="first")
    for index in range(3):
        first = g.node("Add", at=f"deep{index}", a=first, b=1)
    g.node("Show", at="last", value=first)
    g.node("Show", at="early", value=g.node("Number", at="quick", value=5))

    ran = engine.run(g.document()).ran

    assert ran.index("early") < ran.index("deep1")


def test_two_owners_never_share_an_output_node(engine: Engine):
    engine.run(chain(1), owner="ada")

    report = engine.run(chain(1), owner="bob")

    assert report.ran == ["show"]


def test_document_that_cannot_run_calls_nothing(engine: Engine, calls: list[str]):
    g = Graphs()
    g.node("Show", value=g.node("Number", value=1))
    g.node("Show", value=g.node("Number", value="seven"))

    with pytest.raises(InvalidGraph):
        engine.run(g.document())
    assert calls == []


def test_events_tell_start_finish_and_reuse(engine: Engine):
    events: list[Event] = []
    engine.run(diamond())

    engine.run(diamond(right=101), on_event=events.append)

    told = [(type(event), getattr(event, "node_id", "")) for event in events]
    assert (NodeReused, "left") in told
    assert told.index((NodeStarted, "join")) < told.index((NodeFinished, "join"))


def test_results_that_nothing_uses_any_more_are_given_up(engine: Engine, registry: Registry):
    class Big:
        pass

    made: list[weakref.ref[Big]] = []
    alive: list[bool] = []

    def make() -> Big:
        big = Big()
        made.append(weakref.ref(big))
        return big

    def look(value: int) -> int:
        gc.collect()
        alive.append(made[0]() is not None)
        return value

    registry.add(
        toy("Make", make, fingerprint=lambda: float("nan")),
        toy("Use", lambda big: 1),
        toy("Look", look),
    )
    g = Graphs()
    used = g.node("Use", big=g.node("Make"))
    result = g.node("Look", value=g.node("Add", a=used))

    engine.run(g.document(result=result))

    assert alive == [False]


@pytest.mark.slow
def test_chain_of_a_hundred_thousand_nodes_runs(engine: Engine):
    assert engine.run(chain(100_000)).outputs == {"result": [100_001]}


# laws


def added(document: Document) -> dict[str, int]:
    """Return what every node of a document of sums gives."""
    given: dict[str, int] = {}
    waiting = [key for key, node in document.nodes.items() if node.type != "Show"]
    while waiting:
        key = waiting.pop(0)
        node = document.nodes[key]
        above = {socket: given.get(link.node) for socket, link in node.links.items()}
        if None in above.values():
            waiting.append(key)
        else:
            given[key] = sum([*above.values(), *node.values.values()])  # pyright: ignore[reportCallIssue, reportArgumentType]
    return given


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sums())
def test_any_document_shows_what_its_nodes_say(
    make_engine: Callable[..., Engine], document: Document
):
    expected = added(document)

    shown = make_engine().run(document).ui

    assert {key: ui["text"] for key, ui in shown.items()} == {
        key: [str(expected[node.links["value"].node])]
        for key, node in document.nodes.items()
        if node.type == "Show"
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edited_sums())
def test_after_any_edit_only_what_is_below_it_runs(
    make_engine: Callable[..., Engine], edited: tuple[Document, Edit]
):
    document, edit = edited
    engine = make_engine()
    engine.run(document)
    after = edit.applied(document)
    parents = {
        key: {link.node for link in node.links.values()} for key, node in after.nodes.items()
    }
    below = {edit.node_id, *descendants(structure_of(parents), edit.node_id)}

    report = engine.run(after)

    assert set(report.ran) <= below
    assert report.error is None


def test_two_runs_of_one_engine_go_on_side_by_side(engine: Engine, registry: Registry):
    meeting = threading.Barrier(2, timeout=TIMEOUT_S)
    registry.add(toy("Meet", lambda who: meeting.wait() and who, lane="cpu", is_idempotent=False))
    reports: list[Any] = []

    def job(who: int) -> None:
        g = Graphs()
        g.node("Show", value=g.node("Meet", at=f"m{who}", who=who))
        reports.append(engine.run(g.document()))

    threads = [threading.Thread(target=job, args=(who,)) for who in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT_S)

    assert [report.error for report in reports] == [None, None]
