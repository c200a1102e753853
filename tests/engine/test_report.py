from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.engine import Engine
from engine.registry import Registry
from engine.running.report import MOST_TRACES, Trace, Traces
from engine.spec import InputSpec
from engine.widgets import Prompt
from tests.fakes import toy
from tests.graphs import Graphs


def document(seed: int = 1, *, amount: int = 10, linked_to: str = "seed", kind: str = "Add") -> Any:
    g = Graphs()
    top = {"seed": g.node("Number", at="seed", value=seed), "other": g.node("Number", at="other")}
    middle = g.node(kind, at="middle", a=top[linked_to], b=amount)
    g.node("Show", at="show", value=middle)
    return g.document()


def explained(engine: Engine, before: Any, after: Any, node_id: str) -> str:
    engine.run(before)
    return engine.run(after).explain(node_id)


def test_first_run_says_that_nothing_was_there(engine: Engine):
    sentence = engine.run(document()).explain("middle")

    assert sentence == (
        'Node middle "Add" ran: no result was stored, and it is new to this session.'
    )


def test_changed_value_is_named_with_both_values(engine: Engine):
    sentence = explained(engine, document(amount=10), document(amount=20), "middle")

    assert sentence == 'Node middle "Add" ran: input "b" changed from 10 to 20.'


def test_changed_node_above_is_named(engine: Engine):
    sentence = explained(engine, document(seed=1), document(seed=2), "middle")

    assert sentence == ('Node middle "Add" ran: input "a" changed, because node seed "Number" did.')


def test_other_link_is_named(engine: Engine):
    sentence = explained(engine, document(), document(linked_to="other"), "middle")

    assert sentence == 'Node middle "Add" ran: input "a" is linked to another output.'


def test_link_in_place_of_a_value_is_named(engine: Engine):
    one, two = Graphs(), Graphs()
    one.node("Show", value=one.node("Add", at="x", a=1, b=2))
    two.node("Show", value=two.node("Add", at="x", a=two.node("Number", at="n", value=5), b=2))

    sentence = explained(engine, one.document(), two.document(), "x")

    assert sentence == 'Node x "Add" ran: input "a" is linked to another output.'


def test_value_in_place_of_a_link_is_named(engine: Engine):
    one, two = Graphs(), Graphs()
    one.node("Show", value=one.node("Add", at="x", a=one.node("Number", at="n", value=5), b=2))
    two.node("Show", value=two.node("Add", at="x", a=1, b=2))

    sentence = explained(engine, one.document(), two.document(), "x")

    assert sentence == 'Node x "Add" ran: input "a" is not linked any more.'


def test_value_that_is_gone_is_named(engine: Engine, registry: Registry):
    optional = InputSpec("b", "INT", registry["Number"].inputs[0].widget, required=False)
    spec = toy("Maybe", lambda a, b=0: a + b)
    registry.add(replace(spec, inputs=(spec.inputs[0], optional)))
    one, two = Graphs(), Graphs()
    one.node("Show", value=one.node("Maybe", at="x", a=1, b=2))
    two.node("Show", value=two.node("Maybe", at="x", a=1))

    sentence = explained(engine, one.document(), two.document(), "x")

    assert sentence == 'Node x "Maybe" ran: input "b" is not set any more.'


def test_value_that_is_new_is_named(engine: Engine, registry: Registry):
    optional = InputSpec("b", "INT", registry["Number"].inputs[0].widget, required=False)
    spec = toy("Maybe", lambda a, b=0: a + b)
    registry.add(replace(spec, inputs=(spec.inputs[0], optional)))
    one, two = Graphs(), Graphs()
    one.node("Show", value=one.node("Maybe", at="x", a=1))
    two.node("Show", value=two.node("Maybe", at="x", a=1, b=2))

    sentence = explained(engine, one.document(), two.document(), "x")

    assert sentence == 'Node x "Maybe" ran: input "b" is set to 2.'


def test_several_reasons_are_all_named(engine: Engine):
    sentence = explained(engine, document(seed=1, amount=1), document(seed=2, amount=2), "middle")

    assert 'input "b" changed from 1 to 2; input "a" changed, because' in sentence


def test_other_type_is_named(engine: Engine, registry: Registry):
    registry.add(toy("Times", lambda a, b: a * b))

    sentence = explained(engine, document(), document(kind="Times"), "middle")

    assert sentence == 'Node middle "Times" ran: its type changed from Add to Times.'


def test_reused_node_says_that_nothing_changed(engine: Engine):
    sentence = explained(engine, document(), document(), "show")

    assert sentence == ('Node show "Show" was reused: its inputs, code and files are as they were.')


def test_node_above_a_reused_one_was_not_needed(engine: Engine):
    sentence = explained(engine, document(), document(), "seed")

    assert sentence == ('Node seed "Number" was not needed: everything that uses it was reused.')


def test_node_outside_the_run_says_so(engine: Engine):
    sentence = engine.run(document()).explain("other")

    assert sentence == (
        "Node other was not part of this run: no output that was asked for needs it."
    )


def test_blocked_node_says_so(engine: Engine):
    g = Graphs()
    g.node("Show", at="show", value=g.node("Block", value=1))

    assert engine.run(g.document()).explain("show") == (
        'Node show "Show" was not called: one of its inputs was blocked.'
    )


def test_changed_file_is_named(engine: Engine, registry: Registry):
    widget = Prompt(find=lambda text, folders: [folders.base / text])
    spec = toy("Read", lambda name: name)
    registry.add(replace(spec, inputs=(InputSpec("name", "STRING", widget, reads_files=True),)))
    path = engine.folders.base / "a.txt"
    path.write_text("one")
    g = Graphs()
    reading = g.document(result=g.node("Read", at="read", name="a.txt"))
    engine.run(reading)
    path.write_text("other")

    assert engine.run(reading).explain("read") == 'Node read "Read" ran: a file it reads changed.'


def test_changed_fingerprint_is_named(engine: Engine, registry: Registry):
    current = [1]
    registry.add(toy("Clock", lambda: 1, fingerprint=lambda: current[0]))
    g = Graphs()
    ticking = g.document(result=g.node("Clock", at="c"))
    engine.run(ticking)
    current[0] = 2

    assert "what its fingerprint says changed" in engine.run(ticking).explain("c")


def test_result_that_was_given_up_is_named(make_engine: Callable[..., Engine]):
    engine = make_engine(cache_ram_bytes=0)

    sentence = explained(engine, document(), document(), "middle")

    assert sentence == (
        'Node middle "Add" ran: nothing changed, but its stored result was given up '
        "or could not be kept."
    )


def test_node_that_did_not_get_its_turn_says_so(engine: Engine):
    g = Graphs()
    g.node("Show", at="show", value=g.node("Fail"))

    assert engine.run(g.document()).explain("show") == (
        'Node show "Show" did not run before the run ended.'
    )


def test_node_that_failed_says_so(engine: Engine):
    g = Graphs()
    g.node("Show", value=g.node("Fail", at="bad"))

    assert engine.run(g.document()).explain("bad") == 'Node bad "Fail" failed.'


@pytest.mark.parametrize("value", ["x" * 1000, [1] * 1000])
def test_long_value_is_shortened(engine: Engine, registry: Registry, value: Any):
    registry.add(toy("Same", lambda a: a))
    one, two = Graphs(), Graphs()
    before = one.document(result=one.node("Same", at="s", a=value))
    after = two.document(result=two.node("Same", at="s", a="y"))

    assert len(explained(engine, before, after, "s")) < 200


def test_the_documents_that_ran_longest_ago_are_forgotten():
    traces = Traces()
    for number in range(MOST_TRACES + 5):
        traces.keep("", f"document {number}", Trace())
        traces.keep("", "often", Trace())

    kept = [number for number in range(MOST_TRACES + 5) if traces.last("", f"document {number}")]

    assert traces.last("", "often") is not None
    assert kept == list(range(6, MOST_TRACES + 5))
