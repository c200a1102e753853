from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StorageError
from engine.store.database import Database
from engine.store.opening import connect
from engine.store.problems import storage_error


def put(key: str) -> Any:
    """Return a work that inserts a row and gives its key back."""

    def work(c: sqlite3.Connection) -> str:
        c.execute("INSERT INTO documents (digest, words, text) VALUES (?, '', x'')", (key,))
        return key

    return work


def keys(c: sqlite3.Connection) -> list[str]:
    """Return the keys of all rows."""
    return [key for (key,) in c.execute("SELECT digest FROM documents ORDER BY digest")]


def spoiled(c: sqlite3.Connection) -> None:
    """Insert a row, then fail."""
    put("spoiled")(c)
    raise KeyError("spoiled")


def test_what_a_work_returns_is_returned_once_it_can_be_read(database: Database):
    async def run() -> tuple[str, list[str]]:
        return await database.write(put("a")), await database.read(keys)

    assert asyncio.run(run()) == ("a", ["a"])


def test_a_work_that_fails_is_undone_and_raises_where_it_was_given(database: Database):
    async def run() -> list[Any]:
        works = (put("a"), spoiled, put("a"), put("b"))
        return await asyncio.gather(*map(database.write, works), return_exceptions=True)

    first, failed, twice, last = asyncio.run(run())

    assert (first, last) == ("a", "b")
    assert isinstance(failed, KeyError)
    assert isinstance(twice, sqlite3.IntegrityError)
    assert database.read_now(keys) == ["a", "b"]


def test_works_are_done_and_heard_of_in_the_order_in_which_they_were_given(database: Database):
    heard: list[str] = []

    async def write(key: str) -> None:
        heard.append(await database.write(put(key)))

    async def run() -> None:
        await asyncio.gather(*(write(f"{number:03}") for number in range(300)))

    asyncio.run(run())

    assert heard == [f"{number:03}" for number in range(300)]
    assert database.read_now(keys) == heard


def test_works_that_wait_at_once_share_a_transaction(database: Database):
    statements: list[str] = []
    held, released = threading.Event(), threading.Event()

    def hold(c: sqlite3.Connection) -> None:
        c.set_trace_callback(statements.append)
        held.set()
        released.wait(10)

    async def run() -> None:
        first = asyncio.ensure_future(database.write(hold))
        await asyncio.to_thread(held.wait, 10)
        rest = [asyncio.ensure_future(database.write(put(str(each)))) for each in range(20)]
        await asyncio.sleep(0)
        released.set()
        await asyncio.gather(first, *rest)

    asyncio.run(run())
    database.write_now(lambda c: c.set_trace_callback(None))

    assert statements.count("COMMIT") == 2


def test_one_database_serves_one_event_loop_after_another(database: Database):
    async def run(key: str) -> str:
        return await database.write(put(key))

    assert [asyncio.run(run("a")), asyncio.run(run("b"))] == ["a", "b"]


def test_a_work_is_done_though_who_waited_has_gone(database: Database):
    async def run() -> None:
        asyncio.ensure_future(database.write(put("a"))).cancel()
        task = asyncio.ensure_future(database.write(put("b")))
        await asyncio.sleep(0)
        task.cancel()
        await database.write(put("c"))

    asyncio.run(run())

    assert database.read_now(keys) == ["b", "c"]


def test_commands_write_and_read_without_an_event_loop(database: Database):
    key = database.write_now(put("a"))
    with pytest.raises(KeyError):
        database.write_now(spoiled)

    assert database.read_now(keys) == [key]


def test_a_read_does_not_write(database: Database):
    with pytest.raises(StorageError) as caught:
        database.read_now(put("a"))

    assert caught.value.details == {"reason": "read_only"}


def test_a_read_sees_no_change_while_it_runs(database: Database):
    def read(c: sqlite3.Connection) -> tuple[list[str], list[str]]:
        before = keys(c)
        database.write_now(put("a"))
        return before, keys(c)

    assert database.read_now(read) == ([], [])
    assert database.read_now(keys) == ["a"]


def test_a_full_disk_fails_what_has_no_room_and_nothing_else(database: Database):
    def limit(pages: int) -> Any:
        return lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    def large(c: sqlite3.Connection) -> None:
        c.execute("INSERT INTO documents VALUES ('large', '', zeroblob(1000000))")

    database.write_now(put("a"))
    (pages,) = database.write_now(limit(1))
    with pytest.raises(StorageError) as caught:
        database.write_now(large)
    database.write_now(put("b"))
    database.write_now(limit(pages + 1000))
    database.write_now(large)

    assert caught.value.details == {"reason": "full"}
    assert caught.value.message == (
        'The database "sfumato.sqlite" has no room left on its disk. '
        "Make room; what was not acknowledged was not stored."
    )
    assert database.read_now(keys) == ["a", "b", "large"]


def test_closing_finishes_what_was_asked_and_leaves_one_file(place: Path):
    database = Database.open(place)

    async def run() -> list[str]:
        tasks = [asyncio.ensure_future(database.write(put(f"{each:02}"))) for each in range(50)]
        await asyncio.sleep(0)
        await database.close()
        return await asyncio.gather(*tasks)

    done = asyncio.run(run())
    left = {each.name for each in place.parent.iterdir()}
    again = Database.open(place)
    found = again.read_now(keys)
    again.close_now()

    assert found == done == [f"{each:02}" for each in range(50)]
    assert left == {"sfumato.sqlite", "sfumato.sqlite.lock"}


def test_a_closed_database_says_so(place: Path):
    database = Database.open(place)
    database.close_now()
    database.close_now()

    with pytest.raises(StorageError, match=r'The database "sfumato\.sqlite" is closed'):
        database.write_now(put("a"))
    with pytest.raises(StorageError, match="is closed"):
        database.read_now(keys)


def test_a_second_server_is_refused(database: Database, place: Path):
    with pytest.raises(
        StorageError, match=r"Another server already uses .* another base"
    ) as caught:
        Database.open(place)

    assert caught.value.details == {"reason": "locked"}


def test_the_next_server_may_open_what_the_last_one_closed(place: Path):
    Database.open(place).close_now()

    Database.open(place).close_now()


def test_a_command_uses_the_database_beside_a_server(database: Database, place: Path):
    beside = Database.open(place, shared=True)
    beside.write_now(put("beside"))
    beside.close_now()

    assert database.read_now(keys) == ["beside"]


def test_only_the_owner_of_the_file_may_read_it(database: Database, place: Path):
    database.write_now(put("a"))

    modes = {each.stat().st_mode & 0o077 for each in place.parent.glob("*.sqlite*[!k]")}

    assert modes == {0}


@pytest.mark.parametrize(("durability", "level"), [("process", 1), ("power", 2)])
def test_durability_sets_how_the_file_is_synchronised(place: Path, durability: Any, level: int):
    database = Database.open(place, durability=durability)
    (found,) = database.write_now(lambda c: c.execute("PRAGMA synchronous").fetchone())
    database.close_now()

    assert found == level


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(place: Path):
    place.parent.mkdir()
    place.write_text("a letter" * 1000)

    with pytest.raises(StorageError) as caught:
        Database.open(place)

    assert caught.value.message == (
        f'The database "{place}" is no database. Move the file aside; a new one is made.'
    )
    assert place.read_text() == "a letter" * 1000


def test_damage_is_found_after_a_crash(place: Path):
    database = Database.open(place)
    database.write_now(lambda c: [put(f"{each:050}")(c) for each in range(500)])
    database.close_now()
    content = bytearray(place.read_bytes())
    content[8192:-4096] = bytes(len(content) - 12288)
    place.write_bytes(content)
    place.with_name(f"{place.name}-wal").touch()

    with pytest.raises(StorageError, match=r"is damaged.*Move the file aside") as caught:
        Database.open(place)

    assert caught.value.details == {"reason": "damaged"}


def test_where_a_file_was_moved_aside_its_log_is_not_taken_for_the_new_one(place: Path):
    database = Database.open(place)
    database.write_now(put("old"))
    log = place.with_name(f"{place.name}-wal").read_bytes()
    database.close_now()
    place.rename(place.with_name("aside.sqlite"))
    place.with_name(f"{place.name}-wal").write_bytes(log)

    new = Database.open(place)
    new.write_now(put("new"))
    found = new.read_now(keys)
    new.close_now()

    assert found == ["new"]


def test_a_newer_database_is_refused_and_not_touched(place: Path):
    Database.open(place).close_now()
    newer = connect(place)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    content = place.read_bytes()

    with pytest.raises(StorageError, match=r"version 99.*versions up to \d+\. Update") as caught:
        Database.open(place)

    assert caught.value.details["reason"] == "newer"
    assert place.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "user").write_text("a file")

    with pytest.raises(StorageError, match=r'The folder ".*user" can not be written') as caught:
        Database.open(tmp_path / "user" / "sfumato.sqlite")

    assert caught.value.details == {"reason": "read_only"}


def test_a_refused_database_is_not_held(place: Path):
    place.parent.mkdir()
    place.write_text("a letter" * 1000)
    with pytest.raises(StorageError):
        Database.open(place)
    place.unlink()

    Database.open(place).close_now()


def test_disk_that_is_too_full_to_begin_is_called_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.hardware.machine.LEAST_ROOM_BYTES", 2**62)
    problem = sqlite3.OperationalError("disk I/O error")
    problem.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE

    told = storage_error(problem, tmp_path / "sfumato.sqlite")

    assert told is not None
    assert told.details == {"reason": "full"}


@pytest.mark.parametrize("is_another_there", [False, True], ids=["nothing", "another file"])
def test_a_database_that_is_gone_from_its_place_takes_nothing(
    database: Database, *, is_another_there: bool
):
    database.write_now(put("a"))
    moved = database.path.rename(database.path.with_name("moved"))
    if is_another_there:
        database.path.touch()

    with pytest.raises(StorageError, match="gone from its folder"):
        database.write_now(put("b"))
    moved.rename(database.path)
    database.write_now(put("c"))
    assert database.read_now(keys) == ["a", "c"]


def test_reading_a_database_that_is_gone_makes_no_empty_one(database: Database):
    moved = database.path.rename(database.path.with_name("moved"))

    with pytest.raises(StorageError, match="gone from its folder"):
        database.read_now(keys)
    assert not database.path.exists()
    moved.rename(database.path)
