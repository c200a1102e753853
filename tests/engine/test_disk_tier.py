import hashlib
import logging
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.cache import Cache, DiskTier, MemoryTier
from engine.cache.disk_tier import MAGIC, SUFFIX
from engine.results import MISSING, Blocker, Outputs

MB = 2**20
EMPTY = b'{"lists":[],"ui":null,"files":[],"cost_s":0}'


def outputs(*values: Any, **facts: Any) -> Outputs:
    return Outputs((list(values),), **facts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def tier(folder: Path) -> DiskTier:
    return DiskTier(folder, MB)


def reopened(folder: Path, limit_bytes: int = MB) -> DiskTier:
    tier = DiskTier(folder, limit_bytes)
    tier.refresh()
    return tier


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# keeping


def test_what_was_put_is_found(tier: DiskTier):
    tier.put("a", outputs(1, "two"))

    assert tier.get("a") == outputs(1, "two")


def test_what_was_not_put_is_missing(tier: DiskTier):
    assert tier.get("a") is MISSING
    assert "a" not in tier


def test_second_instance_reads_what_the_first_wrote(tier: DiskTier, folder: Path):
    tier.put("a", outputs(7, cost_s=2.5))

    assert reopened(folder).get("a") == outputs(7, cost_s=2.5)


def test_open_instance_notices_what_another_wrote(tier: DiskTier, folder: Path):
    tier.refresh()
    DiskTier(folder, MB).put("a", outputs(1))
    tier.refresh()

    assert tier.get("a") == outputs(1)


def test_open_instance_notices_that_the_folder_is_gone(tier: DiskTier, folder: Path):
    tier.put("a", outputs(1))
    (folder / f"a{SUFFIX}").unlink()
    folder.rmdir()
    tier.refresh()

    assert "a" not in tier


def test_value_without_a_codec_is_not_written(tier: DiskTier, folder: Path):
    assert not tier.put("a", outputs(object()))
    assert not folder.exists()


def test_dropped_result_is_gone(tier: DiskTier, folder: Path):
    tier.put("a", outputs(1))
    tier.drop("a")

    assert tier.get("a") is MISSING
    assert names(folder) == []


def test_result_that_another_process_removed_is_missing(tier: DiskTier, folder: Path):
    tier.put("a", outputs(1))
    (folder / f"a{SUFFIX}").unlink()

    assert tier.get("a") is MISSING


# damage


def damaged(folder: Path, data: bytes) -> DiskTier:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"a{SUFFIX}").write_bytes(data)
    return reopened(folder)


def checked(payload: bytes) -> bytes:
    return MAGIC + hashlib.sha256(payload).digest() + payload


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a result",
        MAGIC,
        MAGIC + b"\0" * 40,
        checked(b""),
        checked(b"\xff" * 100),
        checked((2).to_bytes(8, "little") + b"[]"),
        checked((2).to_bytes(8, "little") + b"{}"),
        checked((9).to_bytes(8, "little") + b'{"lists":'),
        checked(len(EMPTY).to_bytes(8, "little") + EMPTY + b"no tensors"),
    ],
)
def test_foreign_file_is_a_miss_and_removed(folder: Path, data: bytes):
    assert damaged(folder, data).get("a") is MISSING
    assert names(folder) == []


@pytest.mark.parametrize("cut", [1, 10, 45])
def test_truncated_file_is_a_miss_and_removed(tier: DiskTier, folder: Path, cut: int):
    tier.put("a", outputs("some text that is long enough"))
    data = (folder / f"a{SUFFIX}").read_bytes()

    assert damaged(folder, data[:-cut]).get("a") is MISSING
    assert names(folder) == []


@pytest.mark.parametrize("place", [0, 20, 45, -1])
def test_flipped_bit_is_a_miss(tier: DiskTier, folder: Path, place: int):
    tier.put("a", outputs("some text"))
    data = bytearray((folder / f"a{SUFFIX}").read_bytes())
    data[place] ^= 1

    assert damaged(folder, bytes(data)).get("a") is MISSING


def test_result_of_a_class_that_is_gone_is_a_miss(folder: Path):
    tree = b'{"lists":[[{"$":"class","name":"Gone","fields":{}}]],"ui":null,"files":[],"cost_s":0}'

    assert damaged(folder, checked(len(tree).to_bytes(8, "little") + tree)).get("a") is MISSING


def test_damaged_result_can_be_written_again(tier: DiskTier, folder: Path):
    other = damaged(folder, b"junk")
    other.get("a")
    other.put("a", outputs(5))

    assert reopened(folder).get("a") == outputs(5)


# the bound


def sizes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_folder_stays_within_its_bound(folder: Path):
    tier = DiskTier(folder, 10_000)
    for index in range(40):
        tier.put(str(index), outputs("x" * 1000))

    assert 0 < sizes(folder) <= 10_000


def test_bound_holds_for_many_small_results(folder: Path):
    tier = DiskTier(folder, 4_000)
    for index in range(60):
        tier.put(str(index), outputs(index))
        assert sizes(folder) <= 4_000


def test_result_that_fits_to_the_byte_is_kept(folder: Path):
    DiskTier(folder, MB).put("a", outputs("x" * 1000))
    tier = reopened(folder, sizes(folder))

    assert tier.put("b", outputs("x" * 1000))
    assert names(folder) == [f"b{SUFFIX}"]


def test_result_that_was_not_used_for_longest_goes_first(folder: Path):
    tier = DiskTier(folder, 4_000)
    for index, key in enumerate("abc"):
        tier.put(key, outputs("x" * 1000))
        os.utime(folder / f"{key}{SUFFIX}", (index, index))
    tier.put("d", outputs("x" * 1000))

    assert "a" not in reopened(folder)
    assert "c" in reopened(folder)


def test_used_result_stays_longer(folder: Path):
    tier = DiskTier(folder, 4_000)
    for index, key in enumerate("abc"):
        tier.put(key, outputs("x" * 1000))
        os.utime(folder / f"{key}{SUFFIX}", (index, index))
    tier.get("a")
    tier.put("d", outputs("x" * 1000))

    assert "a" in reopened(folder)
    assert "b" not in reopened(folder)


def test_result_larger_than_the_bound_is_not_written(folder: Path):
    assert not DiskTier(folder, 500).put("a", outputs("x" * 1000))
    assert not folder.exists()


def test_results_of_other_processes_count_too(folder: Path):
    DiskTier(folder, 100_000).put("old", outputs("x" * 5000))
    tier = reopened(folder, 6_000)
    tier.put("new", outputs("x" * 2000))

    assert sizes(folder) <= 6_000
    assert "new" in tier


# writing


def test_no_half_written_file_is_left_when_writing_fails(
    tier: DiskTier, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Path, "replace", _full_disk)

    assert not tier.put("a", outputs(1))
    assert names(folder) == []


def _full_disk(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


def test_full_disk_is_a_warning(
    tier: DiskTier, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("engine.cache.disk_tier.tempfile.mkstemp", _full_disk)

    tier.put("a", outputs(1))

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "No space left on device" in caplog.text


def test_folder_that_can_not_be_made_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "file").touch()

    assert not DiskTier(tmp_path / "file" / "results", MB).put("a", outputs(1))
    assert "can not be written" in caplog.text


def test_folder_that_is_a_file_is_an_empty_cache(tmp_path: Path):
    (tmp_path / "file").touch()
    tier = reopened(tmp_path / "file")

    assert tier.get("a") is MISSING


def test_folder_that_can_only_be_read_still_gives_results(
    tier: DiskTier, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    tier.put("a", outputs(3))
    monkeypatch.setattr("engine.cache.disk_tier.os.utime", _read_only)

    assert tier.get("a") == outputs(3)


def _read_only(*_: Any, **__: Any) -> None:
    raise PermissionError(30, "Read-only file system")


def test_damaged_result_that_can_not_be_removed_is_a_miss(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    tier = damaged(folder, b"junk")
    monkeypatch.setattr(Path, "unlink", _read_only)

    assert tier.get("a") is MISSING


def test_file_that_vanishes_while_the_folder_is_read_is_left_out(
    tier: DiskTier, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    tier.put("a", outputs(1))
    (folder / f"ghost{SUFFIX}").symlink_to(folder / "nowhere")

    other = reopened(folder)

    assert "a" in other
    assert "ghost" not in other


def test_two_writers_of_one_key_leave_a_whole_file(folder: Path):
    start = threading.Barrier(2, timeout=20)
    tiers = [DiskTier(folder, 50 * MB) for _ in range(2)]

    def write(tier: DiskTier, text: str) -> None:
        start.wait()
        for _ in range(20):
            tier.put("a", outputs(text * 50_000))

    threads = [threading.Thread(target=write, args=pair) for pair in zip(tiers, "xy", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reopened(folder, 50 * MB).get("a").lists[0][0] in ("x" * 50_000, "y" * 50_000)
    assert names(folder) == [f"a{SUFFIX}"]


def test_what_a_killed_writer_left_is_removed_in_the_end(folder: Path):
    folder.mkdir()
    left = folder / "tmpxyz.part"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    tier = DiskTier(folder, 3_000)
    for index in range(4):
        tier.put(str(index), outputs("x" * 1000))

    assert not left.exists()


# both tiers


def both(folder: Path) -> Cache:
    cache = Cache(MemoryTier(MB), DiskTier(folder, MB))
    cache.refresh()
    return cache


def test_result_from_the_disk_is_kept_in_memory(folder: Path):
    DiskTier(folder, MB).put("a", outputs(1))
    cache = both(folder)
    cache.get("a")

    assert "a" in cache.memory


def test_result_whose_file_is_gone_is_missing_and_dropped(folder: Path, tmp_path: Path):
    cache = both(folder)
    cache.put("a", outputs(files=((str(tmp_path / "gone.png"), 3),)))

    assert cache.get("a") is MISSING
    assert "a" not in cache


def test_cheap_result_is_not_worth_the_disk(folder: Path):
    assert not both(folder).is_worth_disk(outputs(1, cost_s=0.0001))


def test_dear_result_is_worth_the_disk(folder: Path):
    assert both(folder).is_worth_disk(outputs(1, cost_s=1))


def test_blocked_result_is_not_worth_the_disk(folder: Path):
    assert not both(folder).is_worth_disk(outputs(Blocker(), cost_s=9))


def test_cache_without_a_disk_writes_nothing():
    cache = Cache(MemoryTier(MB))

    assert not cache.is_worth_disk(outputs(1, cost_s=9))
    assert not cache.put_on_disk("a", outputs(1))
