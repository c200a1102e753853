import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cache import MemoryTier
from engine.cache.memory_tier import OVERHEAD_BYTES
from engine.cache.sizes import size_of
from engine.results import MISSING, Outputs

KB = 1024


class Block:
    """A value of a known size, as a tensor is."""

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


def outputs(kilobytes: int = 1, cost_s: float = 1.0) -> Outputs:
    return Outputs(([Block(kilobytes * KB - OVERHEAD_BYTES)],), cost_s=cost_s)


def test_what_was_put_is_found():
    tier = MemoryTier(10 * KB)
    value = outputs()
    tier.put("a", value)

    assert tier.get("a") is value
    assert "a" in tier


def test_what_was_not_put_is_missing():
    assert MemoryTier(KB).get("a") is MISSING


def test_used_bytes_are_counted():
    tier = MemoryTier(10 * KB)
    tier.put("a", outputs(3))
    tier.put("b", outputs(4))

    assert tier.used_bytes == 7 * KB


def test_put_again_counts_once():
    tier = MemoryTier(10 * KB)
    tier.put("a", outputs(3))
    tier.put("a", outputs(4))

    assert tier.used_bytes == 4 * KB
    assert len(tier) == 1


def test_cheapest_for_its_room_is_given_up_first():
    tier = MemoryTier(10 * KB)
    tier.put("cheap", outputs(4, cost_s=0.1))
    tier.put("dear", outputs(4, cost_s=10))
    tier.put("new", outputs(4, cost_s=1))

    assert ("cheap" in tier, "dear" in tier, "new" in tier) == (False, True, True)


def test_larger_of_two_that_cost_the_same_is_given_up_first():
    tier = MemoryTier(10 * KB)
    tier.put("large", outputs(6))
    tier.put("small", outputs(2))
    tier.put("new", outputs(3))

    assert ("large" in tier, "small" in tier) == (False, True)


def test_old_result_goes_in_the_end_however_dear():
    tier = MemoryTier(4 * KB)
    tier.put("dear", outputs(2, cost_s=3))
    for index in range(10):
        tier.put(str(index), outputs(2, cost_s=1))

    assert "dear" not in tier


def test_used_result_stays_longer():
    tier = MemoryTier(4 * KB)
    tier.put("used", outputs(1))
    for index in range(20):
        tier.put(str(index), outputs(1))
        tier.get("used")

    assert "used" in tier


def test_result_larger_than_all_the_room_is_not_kept():
    tier = MemoryTier(4 * KB)
    tier.put("a", outputs(1))
    tier.put("huge", outputs(5))

    assert "huge" not in tier
    assert "a" in tier


def test_dropped_result_is_gone():
    tier = MemoryTier(4 * KB)
    tier.put("a", outputs())
    tier.drop("a")

    assert "a" not in tier
    assert tier.used_bytes == 0


def test_dropping_what_is_not_there_does_nothing():
    MemoryTier(KB).drop("a")


def test_cleared_tier_takes_new_results():
    tier = MemoryTier(4 * KB)
    tier.put("a", outputs(3))
    tier.clear()
    tier.put("b", outputs(4))

    assert (len(tier), tier.used_bytes) == (1, 4 * KB)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 9), st.floats(0, 9))))
def test_bound_is_never_passed(puts: list[tuple[str, int, float]]):
    tier = MemoryTier(16 * KB)
    for key, kilobytes, cost_s in puts:
        tier.put(key, outputs(kilobytes, cost_s))
        tier.get("a")

    assert tier.used_bytes <= tier.limit_bytes


def test_several_threads_may_put_and_get():
    tier = MemoryTier(8 * KB)
    start = threading.Barrier(4, timeout=20)
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            start.wait()
            for index in range(500):
                tier.put(f"{name}{index % 7}", outputs(1))
                tier.get(f"{name}{index % 5}")
                tier.drop(f"{name}{index % 3}")
        except BaseException as problem:  # noqa: BLE001 told to the test
            failures.append(problem)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert tier.used_bytes <= tier.limit_bytes


# sizes


def sized(*values: Any) -> int:
    return size_of(Outputs((list(values),)))


def test_tensor_takes_its_bytes():
    assert sized(Block(4096)) == pytest.approx(4096, abs=100)


def test_value_that_is_there_twice_counts_once():
    block = Block(10_000)

    assert sized([block, block]) < 11_000


def test_parts_of_containers_count():
    assert sized({"a": [Block(1000), (Block(1000),)]}) > 2000


def test_value_that_contains_itself_ends():
    loop: list[Any] = []
    loop.append(loop)

    assert sized(loop) > 0


def test_unknown_object_counts_for_something():
    assert sized(object()) >= 1024
