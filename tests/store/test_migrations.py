from __future__ import annotations

import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StorageError
from engine.store.database import Database
from engine.store.migrations import FILES, Version, migrate, statements, versions
from engine.store.opening import connect

STORED = Path(__file__).with_name("versions")
#: By table.
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def new() -> Iterator[sqlite3.Connection]:
    """Return a new database of the present version."""
    with closing(connect(Path(":memory:"))) as connection:
        migrate(connection, Path(":memory:"))
        yield connection


def schema(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    """Return everything that is declared."""
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def rows(connection: sqlite3.Connection) -> Rows:
    """Return the content of every table of ours."""
    tables = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' "
        "AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    found: Rows = {}
    for (table,) in tables:
        cursor = connection.execute(f'SELECT * FROM "{table}"')
        names = [each[0] for each in cursor.description]
        found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
    return found


def older(path: Path, number: int) -> None:
    """Make a database of an earlier version, with something in every table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((STORED / f"v{number}.sql").read_text(encoding="utf-8"))


def test_versions_are_counted_from_one_and_none_is_missing():
    assert [each.number for each in versions()] == list(range(1, len(versions()) + 1))


def test_every_version_has_a_stored_database():
    stored = {each.name for each in STORED.iterdir()}

    assert stored == {f"v{each.number}.sql" for each in versions()}


@pytest.mark.parametrize("number", [each.number for each in versions()])
def test_a_stored_database_has_something_in_every_table(number: int, tmp_path: Path):
    older(tmp_path / "old.sqlite", number)
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as connection:
        found = rows(connection)

    assert [table for table, its in found.items() if not its] == []


@pytest.mark.parametrize("number", [each.number for each in versions()])
def test_an_older_database_becomes_a_new_one_and_keeps_what_it_holds(
    number: int, tmp_path: Path, new: sqlite3.Connection
):
    path = tmp_path / "sfumato.sqlite"
    older(path, number)
    with closing(connect(path)) as connection:
        before = rows(connection)
        migrate(connection, path)
        after = rows(connection)

        assert schema(connection) == schema(new)
        assert connection.execute("PRAGMA user_version").fetchone() == (versions()[-1].number,)
    for table, its in before.items():
        assert its == [{name: row[name] for name in its[0]} for row in after[table]]


def test_what_a_database_was_before_is_kept_beside_it(tmp_path: Path):
    path = tmp_path / "sfumato.sqlite"
    older(path, 1)
    Database.open(path).close_now()
    with closing(sqlite3.connect(tmp_path / "sfumato.sqlite.v1.backup")) as backup:
        found = backup.execute("PRAGMA user_version").fetchone(), rows(backup)
    older(tmp_path / "again.sqlite", 1)
    with closing(sqlite3.connect(tmp_path / "again.sqlite")) as again:
        assert found == ((1,), rows(again))


def test_no_copy_is_made_of_a_new_or_a_present_database(tmp_path: Path):
    path = tmp_path / "sfumato.sqlite"
    Database.open(path).close_now()
    Database.open(path).close_now()

    assert {each.name for each in tmp_path.iterdir()} == {path.name, f"{path.name}.lock"}


def test_a_version_that_fails_leaves_the_one_before(tmp_path: Path):
    steps = [
        Version(1, "CREATE TABLE a (x);"),
        Version(2, "CREATE TABLE b (x);\nINSERT INTO nowhere VALUES (1);"),
    ]
    with closing(connect(tmp_path / "a.sqlite")) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, tmp_path / "a.sqlite", steps)

        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert [name for _, name, _, _ in schema(connection)] == ["a"]


def test_a_script_is_split_into_its_statements():
    script = (
        "-- one; two\nCREATE TABLE a (x); -- more\n"
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM a;\nEND;\nSELECT 1"
    )

    found = [re.sub(r"\s+", " ", each) for each in statements(script)]

    assert len(found) == 3
    assert found[1].endswith("BEGIN DELETE FROM a; END; ")


def test_migrating_without_room_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "sfumato.sqlite"
    older(path, 1)

    def cramped(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr("engine.store.opening.connect", cramped)
        with pytest.raises(StorageError, match="no room"):
            Database.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    Database.open(path).close_now()


def test_the_scripts_are_part_of_the_package():
    project = tomllib.loads((FILES.parents[2] / "pyproject.toml").read_text(encoding="utf-8"))

    assert "*.sql" in project["tool"]["setuptools"]["package-data"]["*"]
