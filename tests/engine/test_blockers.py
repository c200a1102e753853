from typing import Any

from engine.engine import Engine
from engine.events import Event, Warned
from engine.registry import Registry
from engine.results import Blocker
from tests.fakes import toy
from tests.graphs import Graphs


def blocked(message: str = "") -> Any:
    g = Graphs()
    stop = g.node("Block", at="block", value=1, message=message)
    g.node("Show", at="show", value=g.node("Add", at="add", a=stop))
    return g.document()


def test_nodes_below_a_blocker_are_not_called(engine: Engine, calls: list[str]):
    report = engine.run(blocked())

    assert calls == ["Block"]
    assert report.blocked == {"add", "show"}
    assert report.ran == ["block"]
    assert report.error is None


def test_blocker_without_a_message_is_silent(engine: Engine):
    events: list[Event] = []

    engine.run(blocked(), on_event=events.append)

    assert not [event for event in events if isinstance(event, Warned)]


def test_message_of_a_blocker_is_told_once_at_its_first_user(engine: Engine):
    events: list[Event] = []

    engine.run(blocked("not today"), on_event=events.append)

    warned = [event for event in events if isinstance(event, Warned)]
    assert warned == [Warned("add", "Blocked: not today")]


def test_only_the_places_of_a_list_that_are_blocked_are_left_out(
    engine: Engine, registry: Registry
):
    registry.add(toy("Some", lambda: [1, Blocker(), 3], outputs=("list:INT",)))
    g = Graphs()
    added = g.node("Add", at="add", a=g.node("Some"), b=10)

    values = engine.run(g.document(result=added)).outputs["result"]

    assert [values[0], values[2]] == [11, 13]
    assert isinstance(values[1], Blocker)


def test_node_that_was_called_for_some_places_counts_as_run(engine: Engine, registry: Registry):
    registry.add(toy("Some", lambda: [1, Blocker()], outputs=("list:INT",)))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Add", at="add", a=g.node("Some"))))

    assert "add" in report.ran
    assert "add" not in report.blocked


def test_blocker_in_place_of_all_outputs(engine: Engine, registry: Registry):
    registry.add(toy("Wall", lambda: Blocker(), outputs=("INT", "INT")))
    g = Graphs()
    wall = g.node("Wall")
    g.node("Show", at="a", value=wall[0])
    g.node("Show", at="b", value=wall[1])

    assert engine.run(g.document()).blocked == {"a", "b"}
