from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.memory import Memory


def give(value: bytes) -> Callable[[], bytes]:
    return lambda: value


def fail() -> bytes:
    raise AssertionError("loaded again")


def keys(memory: Memory) -> set[object]:
    return {entry.key for entry in memory.resident()}


def test_an_entry_is_loaded_once():
    memory = Memory(100)
    first = memory.get("a", give(b"12345"), len)

    assert memory.get("a", fail, len) is first


def test_a_dropped_entry_is_loaded_again():
    memory = Memory(100)
    memory.get("a", give(b"old"), len)

    dropped = memory.drop("a")

    assert dropped
    assert memory.get("a", give(b"new"), len) == b"new"
    assert not memory.drop("b")


def test_threads_that_ask_together_share_one_load():
    memory = Memory(100)
    together = threading.Barrier(8)
    loads: list[int] = []

    def ask(number: int) -> bytes:
        def load() -> bytes:
            loads.append(number)
            return bytes(10)

        together.wait()
        return memory.get("a", load, len)

    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(ask, range(8)))

    assert len(loads) == 1
    assert len({id(value) for value in values}) == 1


def test_a_failed_load_reaches_the_caller_and_is_tried_again():
    memory = Memory(100)

    def broken() -> bytes:
        raise OSError("damaged")

    with pytest.raises(OSError, match="damaged"):
        memory.get("a", broken, len)

    assert memory.get("a", give(b"whole"), len) == b"whole"


def test_the_entry_that_was_quickest_to_load_for_its_size_leaves_first(
    monkeypatch: pytest.MonkeyPatch,
):
    clock = iter([0.0, 9.0, 10.0, 11.0, 20.0, 25.0])
    monkeypatch.setattr("engine.memory.time.perf_counter", lambda: next(clock))
    memory = Memory(100)
    memory.get("slow", give(bytes(40)), len)
    memory.get("quick", give(bytes(40)), len)

    memory.get("new", give(bytes(40)), len)

    assert keys(memory) == {"slow", "new"}


def test_an_entry_not_used_for_long_leaves_even_if_it_was_slow(monkeypatch: pytest.MonkeyPatch):
    ticks = iter(range(1000))
    monkeypatch.setattr("engine.memory.time.perf_counter", lambda: next(ticks))
    memory = Memory(100)
    for number in range(6):
        memory.get(number, give(bytes(40)), len)

    assert keys(memory) == {4, 5}


def test_room_can_be_made_before_loading():
    memory = Memory(100)
    memory.get("old", give(bytes(80)), len)

    def load() -> bytes:
        memory.make_room(60)
        assert memory.used_bytes == 0
        return bytes(60)

    memory.get("new", load, len)

    assert keys(memory) == {"new"}


def test_an_entry_larger_than_the_budget_is_handed_out_and_not_kept():
    memory = Memory(10)

    assert memory.get("a", give(bytes(11)), len) == bytes(11)
    assert keys(memory) == set()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=60), st.integers(0, 100))
def test_the_budget_holds_after_any_sequence_of_loads(asked: list[tuple[int, int]], budget: int):
    memory = Memory(budget)

    for key, size in asked:
        memory.get((key, size), give(bytes(size)), len)

    assert memory.used_bytes <= budget
    assert memory.used_bytes == sum(entry.size_bytes for entry in memory.resident())


# entries that share memory with another


def test_what_another_shares_memory_with_leaves_after_it(monkeypatch: pytest.MonkeyPatch):
    clock = iter([0.0, 1.0, 10.0, 19.0, 20.0, 21.0])
    monkeypatch.setattr("engine.memory.time.perf_counter", lambda: next(clock))
    memory = Memory(100)
    memory.get("base", give(bytes(40)), len)
    memory.get("patched", give(bytes(20)), len, lambda _: "base")

    memory.get("new", give(bytes(50)), len)

    assert keys(memory) == {"base", "new"}


def test_all_but_one_and_what_it_shares_memory_with_are_forgotten():
    memory = Memory(100)
    memory.get("base", give(bytes(20)), len)
    memory.get("patched", give(bytes(20)), len, lambda _: "base")
    assert not memory.forget_others("patched")
    memory.get("other", give(bytes(20)), len, lambda _: "base")

    assert memory.forget_others("patched")
    assert keys(memory) == {"base", "patched"}


def test_what_shares_memory_with_a_dropped_entry_goes_with_it():
    memory = Memory(100)
    memory.get("base", give(bytes(20)), len)
    memory.get("patched", give(bytes(20)), len, lambda _: "base")

    assert memory.drop("base")
    assert keys(memory) == set()


def test_what_shares_memory_with_nothing_that_is_kept_is_not_kept():
    memory = Memory(100)

    assert memory.get("patched", give(bytes(20)), len, lambda _: "base") == bytes(20)
    assert keys(memory) == set()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60), st.integers(0, 9)), max_size=60),
    st.integers(0, 100),
)
def test_what_is_shared_is_counted_after_any_sequence_of_loads(
    asked: list[tuple[int, int, int]], budget: int
):
    memory = Memory(budget)
    on: dict[object, object] = {}

    for key, size, below in asked:
        shared = below if below < key else None
        on.setdefault(key, shared)
        memory.get(key, give(bytes(size)), len, lambda _, key=key: on[key])

    assert memory.used_bytes <= budget
    assert {on[key] for key in keys(memory)} - {None} <= keys(memory)
