from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.scheduler import (
    Finished,
    Instruction,
    Release,
    Reuse,
    Run,
    Scheduler,
    Task,
    ranks,
)
from tests.strategies import tasks

SLOTS = {"inline": 1, "cpu": 2}


def scheduler(
    parents: Mapping[str, Iterable[str]],
    *,
    stored: Iterable[str] = (),
    lanes: Mapping[str, str] = {},
    first: Mapping[str, int] = {},
    lazy: Mapping[str, Iterable[str]] = {},
) -> Scheduler:
    """Return a scheduler; `lazy` names what a node may ask for later."""
    given = {
        node_id: Task(
            frozenset(above),
            frozenset(above) | frozenset(lazy.get(node_id, ())),
            lanes.get(node_id, "inline"),
            first.get(node_id, 3),
        )
        for node_id, above in parents.items()
    }
    return Scheduler(given, set(stored).__contains__, SLOTS)


CHAIN = {"a": (), "b": ("a",), "c": ("b",)}


# what runs first


def test_start_runs_what_has_no_parents():
    assert scheduler(CHAIN).start(["c"]) == [Run("a")]


def test_done_runs_what_waited_for_it():
    s = scheduler(CHAIN)
    s.start(["c"])

    assert s.done("a") == [Run("b")]


def test_last_target_finishes_the_run():
    s = scheduler({"a": ()})
    s.start(["a"])

    assert s.done("a") == [Release("a"), Finished()]


def test_nothing_to_do_is_finished_at_once():
    assert scheduler({}).start([]) == [Finished()]


def test_node_waits_for_all_of_its_parents():
    s = scheduler({"a": (), "b": (), "c": ("a", "b")}, lanes={"a": "cpu", "b": "cpu"})
    s.start(["c"])

    assert s.done("a") == []
    assert s.done("b") == [Run("c")]


def test_node_that_no_target_needs_is_left_alone():
    s = scheduler({"a": (), "other": ()})

    assert s.start(["a"]) == [Run("a")]
    assert s.needed == {"a"}


def test_node_that_two_targets_need_runs_once():
    s = scheduler({"a": (), "b": ("a",), "c": ("a",)})

    assert s.start(["b", "c"]) == [Run("a")]
    assert s.needed == {"a", "b", "c"}


# stored results


def test_stored_result_is_reused():
    assert scheduler({"a": ()}, stored=["a"]).start(["a"]) == [Reuse("a")]


def test_nothing_above_a_stored_result_is_looked_at():
    s = scheduler(CHAIN, stored=["b"])

    assert s.start(["c"]) == [Reuse("b")]
    assert s.needed == {"b", "c"}


def test_stored_result_takes_no_slot():
    s = scheduler({"a": (), "b": ()}, stored=["a"])

    assert s.start(["b", "a"]) == [Reuse("a"), Run("b")]


def test_lost_result_is_made_again_with_what_is_above_it():
    s = scheduler(CHAIN, stored=["b"])
    s.start(["c"])

    assert s.lost("b") == [Run("a")]


def test_run_goes_on_after_a_lost_result():
    s = scheduler(CHAIN, stored=["b"])
    s.start(["c"])
    s.lost("b")

    assert s.done("a") == [Run("b")]
    assert s.done("b") == [Release("a"), Run("c")]


# priorities and slots


def test_lower_rank_runs_first():
    s = scheduler({"slow": (), "shown": ()}, first={"shown": 0})
    s.start(["slow", "shown"])

    assert s.done("shown") == [Release("shown"), Run("slow")]


def test_first_come_runs_first_among_equals():
    parents = {"busy": (), "p": (), "q": (), "x": ("p",), "y": ("q",)}
    s = scheduler(parents, lanes={"p": "cpu", "q": "cpu"}, first={"busy": 0})
    s.start(["x", "y", "busy"])
    s.done("q")
    s.done("p")

    assert Run("y") in s.done("busy")


def test_lane_takes_as_many_nodes_as_it_has_slots():
    s = scheduler(dict.fromkeys("abc", ()), lanes=dict.fromkeys("abc", "cpu"))

    assert len(s.start("abc")) == SLOTS["cpu"]


def test_free_slot_takes_the_next_node():
    s = scheduler(dict.fromkeys("abc", ()), lanes=dict.fromkeys("abc", "cpu"))
    (first, second) = [each.node_id for each in s.start("abc") if isinstance(each, Run)]
    (third,) = {"a", "b", "c"} - {first, second}

    assert s.done(second) == [Release(second), Run(third)]


def test_lanes_do_not_wait_for_each_other():
    s = scheduler({"a": (), "b": ()}, lanes={"b": "cpu"})

    assert set(s.start("ab")) == {Run("a"), Run("b")}


def test_ranks_count_the_steps_to_an_output():
    parents = {"out": ["near"], "near": ["far"], "far": ["farther"], "farther": []}

    assert ranks(["out"], parents) == {"out": 0, "near": 1, "far": 2}


# waiting for more


def test_lazy_input_runs_when_it_is_asked_for():
    s = scheduler({"lazy": (), "node": ()}, lazy={"node": ["lazy"]})
    s.start(["node"])

    assert s.waits("node", ["lazy"]) == [Run("lazy")]
    assert s.done("lazy") == [Run("node")]


def test_node_that_waits_for_what_is_there_goes_on_at_once():
    s = scheduler({"a": (), "node": ("a",)}, lazy={"node": ["a"]})
    s.start(["node"])
    s.done("a")

    assert s.waits("node", ["a"]) == [Run("node")]


def test_node_that_waits_frees_its_slot():
    ranked = {"node": 0, "other": 1, "lazy": 2}
    s = scheduler(dict.fromkeys(ranked, ()), lazy={"node": ["lazy"]}, first=ranked)
    s.start(["node", "other"])

    assert s.waits("node", ["lazy"]) == [Run("other")]


def test_expanded_node_goes_on_when_its_results_are_there():
    s = scheduler({"node": ()})
    s.start(["node"])
    inner = Task(frozenset(), frozenset())

    assert s.expanded("node", {"inner": inner}, [], ["inner"]) == [Run("inner")]
    assert s.done("inner") == [Run("node")]
    assert s.done("node") == [Release("inner"), Release("node"), Finished()]


def test_outputs_of_an_expansion_must_run_too():
    s = scheduler({"node": ()})
    s.start(["node"])
    inner = Task(frozenset(), frozenset())

    s.expanded("node", {"shown": inner, "loose": inner}, ["shown"], [])

    assert s.needed == {"node", "shown"}


def test_stored_results_of_an_expansion_are_reused():
    s = scheduler({"node": ()}, stored=["inner"])
    s.start(["node"])

    instructions = s.expanded("node", {"inner": Task(frozenset(), frozenset())}, [], ["inner"])

    assert instructions == [Reuse("inner")]


# results given up


def test_result_is_released_after_its_last_user():
    s = scheduler({"a": (), "b": ("a",), "c": ("a",)})
    s.start(["b", "c"], keep=["b", "c"])
    first = next(each.node_id for each in s.done("a") if isinstance(each, Run))
    (last,) = {"b", "c"} - {first}

    assert Release("a") not in s.done(first)
    assert Release("a") in s.done(last)


def test_kept_result_is_not_released():
    s = scheduler({"a": ()})
    s.start(["a"], keep=["a"])

    assert s.done("a") == [Finished()]


def test_result_that_a_lazy_input_may_use_is_kept_until_then():
    s = scheduler({"a": (), "b": ("a",), "node": ("b",)}, lazy={"node": ["a"]})
    s.start(["node"])
    s.done("a")

    assert Release("a") not in s.done("b")


def revived() -> Scheduler:
    """Return a scheduler where "late" runs and "a" was given up."""
    s = scheduler({"a": (), "b": ("a",), "late": ("b",)})
    s.start(["late"])
    s.done("a")
    s.done("b")
    return s


def test_released_result_is_made_again_when_it_is_asked_for():
    s = revived()

    instructions = s.expanded("late", {"x": Task({"a"}, {"a"})}, [], ["x"])

    assert instructions == [Run("a")]
    assert s.done("a") == [Run("x")]


def test_result_that_was_made_again_is_released_again():
    s = revived()
    s.expanded("late", {"x": Task({"a"}, {"a"})}, [], ["x"])
    s.done("a")

    assert s.done("x") == [Release("a"), Run("late")]


def test_reviving_from_the_store_gives_no_slot_away():
    stored: set[str] = set()
    one = Task(frozenset(), frozenset())
    given = {"a": one, "b": Task({"a"}, {"a"}), "late": Task({"b"}, {"b"}), "y": one, "z": one}
    s = Scheduler(given, stored.__contains__, SLOTS)
    s.start(["late"])
    s.done("a")
    s.done("b")
    stored.add("a")
    s.expanded("late", {"x": Task({"a"}, {"a"})}, ["y", "z"], ["x"])

    started = [each for each in s.done("a") if isinstance(each, Run)]

    assert started == []


# ends


def test_failure_starts_nothing_new():
    s = scheduler({"a": (), "b": (), "c": ("a",)})
    s.start(["b", "c"])

    assert s.failed("a") == [Finished()]


def test_stop_waits_for_what_runs():
    s = scheduler({"a": (), "b": ("a",)})
    s.start(["b"])

    assert s.stop() == []
    assert s.done("a") == [Finished()]


def test_nodes_that_wait_for_each_other_are_stuck():
    s = scheduler({"a": ("b",), "b": ("a",)})

    (finished,) = s.start(["a"])

    assert isinstance(finished, Finished)
    assert set(finished.stuck) == {"a", "b"}


def test_run_finishes_once():
    s = scheduler({"a": ()})
    s.start(["a"])
    s.done("a")

    assert s.stop() == []


# laws


def played(s: Scheduler, targets: Iterable[str], data: Any, lost: Iterable[str]) -> list[str]:
    """Carry out a whole run, ending what runs in any order; return the nodes that ran."""
    gone = set(lost)
    ran: list[str] = []
    under_way: list[Instruction] = []
    waiting = s.start(targets)
    while True:
        under_way += [each for each in waiting if isinstance(each, Run | Reuse)]
        if any(isinstance(each, Finished) for each in waiting):
            return ran
        chosen = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
        if isinstance(chosen, Reuse) and chosen.node_id in gone:
            waiting = s.lost(chosen.node_id)
        else:
            ran += [chosen.node_id] if isinstance(chosen, Run) else []
            waiting = s.done(getattr(chosen, "node_id", ""))


@given(tasks(), st.data())
def test_every_dag_runs_in_a_topological_order(given_tasks: dict[str, Task], data: Any):
    ran = played(Scheduler(given_tasks, lambda _: False, SLOTS), given_tasks, data, ())

    place = {node_id: index for index, node_id in enumerate(ran)}
    assert all(place[above] < place[key] for key in ran for above in given_tasks[key].parents)


@given(tasks(), st.data())
def test_every_needed_node_runs_exactly_once(given_tasks: dict[str, Task], data: Any):
    targets = data.draw(st.sets(st.sampled_from(sorted(given_tasks)), min_size=1))

    ran = played(Scheduler(given_tasks, lambda _: False, SLOTS), targets, data, ())

    assert sorted(ran) == sorted(above_all(given_tasks, targets, stored=()))


@given(tasks(), st.data())
def test_nothing_above_a_stored_result_runs(given_tasks: dict[str, Task], data: Any):
    name = st.sampled_from(sorted(given_tasks))
    targets, stored, lost = (data.draw(st.sets(name, min_size=least)) for least in (1, 0, 0))

    ran = played(Scheduler(given_tasks, stored.__contains__, SLOTS), targets, data, lost)

    kept = stored - lost
    assert set(ran) == above_all(given_tasks, targets, kept) - kept


def above_all(
    given_tasks: Mapping[str, Task], targets: Iterable[str], stored: Iterable[str]
) -> set[str]:
    """Return the targets and all above them, not past what is stored."""
    found: set[str] = set()
    waiting = list(targets)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += () if key in set(stored) else given_tasks[key].parents
    return found
