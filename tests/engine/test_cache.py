"""Both tiers together; each has its own file."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest

from engine.cache import BYTES_PER_S, OPEN_S, Cache, DiskTier, Heard, MemoryTier, Spoil
from engine.results import MISSING, Outputs

MB = 2**20


class Block:
    """A value of a known size, as a tensor is."""

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(MemoryTier(MB), DiskTier(tmp_path / "results", MB))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(b"abc")
    return path


def one(value: Any, **facts: Any) -> Outputs:
    return Outputs(([value],), **facts)


def wrote(path: Path) -> Outputs:
    return one(1, files=((str(path), path.stat().st_size),))


def test_memory_is_asked_before_the_disk(cache: Cache):
    cache.put_on_disk("a", one("disk"))
    cache.put("a", one("memory"))

    assert cache.get("a") == one("memory")


def test_a_result_in_either_tier_is_there(cache: Cache):
    cache.put("memory", one(1))
    cache.put_on_disk("disk", one(2))

    assert ("memory" in cache, "disk" in cache, "none" in cache) == (True, True, False)
    assert cache.get("none") is MISSING


def test_what_is_too_large_for_memory_is_read_from_the_disk_again(tmp_path: Path):
    cache = Cache(MemoryTier(1000), DiskTier(tmp_path, MB))
    cache.put_on_disk("a", one("x" * 2000))

    assert cache.get("a") == cache.get("a") == one("x" * 2000)
    assert "a" not in cache.memory


def test_a_result_whose_files_stand_is_reused(cache: Cache, picture: Path):
    cache.put("a", wrote(picture))

    assert cache.get("a") == wrote(picture)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"abcd"),
        lambda path: path.write_bytes(b""),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
@pytest.mark.parametrize("tier", ["put", "put_on_disk"])
def test_a_result_whose_file_is_not_as_it_was_is_forgotten(
    tier: str, change: Any, cache: Cache, picture: Path
):
    getattr(cache, tier)("a", wrote(picture))
    change(picture)

    assert cache.get("a") is MISSING
    assert "a" not in cache


def test_one_missing_file_of_several_is_enough(cache: Cache, picture: Path):
    cache.put("a", one(1, files=((str(picture), 3), (str(picture.with_name("b.png")), 3))))

    assert cache.get("a") is MISSING


def test_dropping_forgets_in_both_tiers(cache: Cache):
    cache.put("a", one(1))
    cache.put_on_disk("a", one(1))
    cache.drop("a")

    assert cache.get("a") is MISSING


def test_refreshing_notices_what_another_process_stored(cache: Cache):
    assert cache.disk is not None
    cache.refresh()
    DiskTier(cache.disk.folder, MB).put("a", one(1))
    before = "a" in cache
    cache.refresh()

    assert (before, "a" in cache) == (False, True)


@pytest.mark.parametrize(
    ("nbytes", "cost_s", "is_worth"),
    [
        (0, OPEN_S / 2, False),
        (0, OPEN_S * 2, True),
        (BYTES_PER_S, 0.9, False),
        (BYTES_PER_S, 1.1, True),
    ],
)
def test_the_disk_is_for_what_costs_more_than_reading_it(
    nbytes: float, cost_s: float, is_worth: bool, cache: Cache
):
    assert cache.is_worth_disk(one(Block(int(nbytes)), cost_s=cost_s)) is is_worth


def test_without_a_disk_memory_is_all_there_is():
    cache = Cache(MemoryTier(MB))
    cache.refresh()
    cache.put("a", one(1))
    cache.drop("b")

    assert cache.get("a") == one(1)
    assert "b" not in cache


def test_changes_that_every_run_has_heard_of_are_let_go():
    cache = Cache(MemoryTier(0))
    before = kept_changes()

    for place in range(100):
        cache.spoil(Spoil(frozenset({place}), 0.0))

    assert kept_changes() == before


def kept_changes() -> int:
    return sum(type(each) is Heard for each in gc.get_objects())


def test_a_run_hears_of_the_changes_after_its_beginning():
    cache = Cache(MemoryTier(0))
    before, after = (Spoil(frozenset({place}), 0.0) for place in range(2))
    cache.spoil(before)
    heard = cache.newest

    cache.spoil(after)

    assert [each.spoil for each in heard] == [after]
