from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.store import model_index
from engine.store.model_index import Known, ModelIndex, State

HASH = "ab" * 32
ABOUT = {"family": "sd1"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models.sqlite"


@pytest.fixture
def index(place: Path) -> Iterator[ModelIndex]:
    with closing(ModelIndex(place)) as index:
        yield index


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"weights")
    return path


def test_hash_and_description_are_kept_apart_and_together(index: ModelIndex, model: Path):
    state = State.of(model)
    index.put_about([(model, state, ABOUT)])
    described = index.known(model, state)
    index.put_hash(model, state, HASH)
    both = index.known(model, state)
    index.put_about([(model, state, ABOUT)])

    assert described == Known(None, ABOUT)
    assert both == index.known(model, state) == Known(HASH, ABOUT)


def test_an_index_is_there_in_the_next_process(index: ModelIndex, model: Path, place: Path):
    index.put_hash(model, State.of(model), HASH)

    with closing(ModelIndex(place)) as later:
        assert later.known(model, State.of(model)).sha256 == HASH
        assert later.hashes() == {(str(model), *State.of(model)): HASH}


def test_a_file_that_changed_is_not_known(index: ModelIndex, model: Path):
    index.put_hash(model, State.of(model), HASH)
    index.put_about([(model, State.of(model), ABOUT)])
    model.write_bytes(b"other weights")

    assert index.known(model, State.of(model)) == Known(None, None)
    assert index.paths_with(HASH) == []


def test_what_is_new_of_a_changed_file_drops_what_was_old(index: ModelIndex, model: Path):
    index.put_hash(model, State.of(model), HASH)
    model.write_bytes(b"other weights")
    index.put_about([(model, State.of(model), ABOUT)])

    assert index.known(model, State.of(model)) == Known(None, ABOUT)


@pytest.mark.parametrize("digits", [HASH, HASH[:10]])
def test_files_are_found_by_their_hash_or_its_beginning(
    digits: str, index: ModelIndex, model: Path
):
    index.put_hash(model, State.of(model), HASH)

    assert index.paths_with(digits) == [model]
    assert index.paths_with("ac" * 5) == []


def test_without_a_database_there_are_no_hashes_and_none_is_made(index: ModelIndex, place: Path):
    assert index.hashes() == {}
    assert not place.exists()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough", b"\0" * 4096])
def test_a_damaged_database_is_made_anew(content: bytes, place: Path, model: Path):
    place.parent.mkdir()
    place.write_bytes(content)
    with closing(ModelIndex(place)) as index:
        index.put_hash(model, State.of(model), HASH)

        assert index.paths_with(HASH) == [model]


def test_a_database_damaged_in_the_middle_is_made_anew(place: Path, model: Path):
    with closing(ModelIndex(place)) as index:
        index.put_about([(Path(f"{n}"), State(1, n, 1), ABOUT) for n in range(500)])
    content = bytearray(place.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    place.write_bytes(content)
    with closing(ModelIndex(place)) as index:
        index.put_hash(model, State.of(model), HASH)

        assert index.known(model, State.of(model)).sha256 == HASH


def test_a_database_of_another_version_is_made_anew(
    place: Path, model: Path, monkeypatch: pytest.MonkeyPatch
):
    with closing(ModelIndex(place)) as index:
        index.put_hash(model, State.of(model), HASH)
    monkeypatch.setattr(model_index, "VERSION", 2)
    with closing(ModelIndex(place)) as index:
        known = index.known(model, State.of(model))
    with closing(sqlite3.connect(place)) as database:
        version = database.execute("PRAGMA user_version").fetchone()

    assert known == Known(None, None)
    assert version == (2,)


def test_an_index_that_can_not_be_written_lasts_as_long_as_the_process(tmp_path: Path, model: Path):
    (tmp_path / "cache").touch()
    with closing(ModelIndex(tmp_path / "cache" / "models.sqlite")) as index:
        index.put_hash(model, State.of(model), HASH)

        assert index.paths_with(HASH) == [model]


def test_very_large_inodes_are_kept(index: ModelIndex):
    index.put_hash(Path("a"), State(2**64 - 1, 2**40, 2**62), HASH)

    assert index.hashes() == {("a", 2**64 - 1, 2**40, 2**62): HASH}
