from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from engine.files import identity
from engine.files.identity import file_identity
from engine.model_folders import sources
from engine.model_folders.hashing import Hashing
from engine.model_folders.sources import INDEX, hash_in_background, installation
from engine.paths import Folders
from engine.store.model_index import ModelIndex, State

CONTENT = b"weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ModelIndex]:
    with closing(ModelIndex(tmp_path / "cache" / INDEX)) as index:
        yield index


@pytest.fixture
def folders(tmp_path: Path, index: ModelIndex) -> Folders:
    return replace(Folders.at(tmp_path), index=index)


@pytest.fixture
def model(folders: Folders) -> Path:
    path = folders.base / "models/loras/sub/a.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return path


def hash_all(index: ModelIndex, *files: Path) -> Hashing:
    hashing = Hashing(index, files)
    hashing.start()
    hashing.wait()
    return hashing


def test_a_hash_is_the_sha256_of_the_file(index: ModelIndex, model: Path):
    hash_all(index, model)

    assert index.known(model, State.of(model)).sha256 == SHA256


def test_a_file_is_hashed_once(index: ModelIndex, model: Path):
    seen: list[Path] = []
    hash_all(index, model)
    hashing = Hashing(index, [model], on_progress=lambda path, done: seen.append(path))
    hashing.start()
    hashing.wait()

    assert seen == []


def test_a_file_that_can_not_be_read_is_told_and_the_rest_goes_on(
    index: ModelIndex, model: Path, tmp_path: Path
):
    hashing = hash_all(index, tmp_path / "none.pt", model)

    assert hashing.problems == [
        f'"{tmp_path / "none.pt"}" can not be read: No such file or directory.'
    ]
    assert index.known(model, State.of(model)).sha256 == SHA256


def test_a_file_that_changes_meanwhile_is_not_kept(index: ModelIndex, model: Path):
    hashing = Hashing(index, [model], on_progress=lambda path, done: path.touch())
    model.touch()
    hashing.start()
    hashing.wait()

    assert index.hashes() == {}


def test_stopping_keeps_what_is_finished_and_leaves_the_rest_out(index: ModelIndex, model: Path):
    other = model.with_name("b.safetensors")
    other.write_bytes(CONTENT)
    hashing = Hashing(index, [model, other])
    hashing.on_progress = lambda path, done: hashing._stopped.set()
    hashing.start()
    hashing.wait()

    assert index.known(model, State.of(model)).sha256 == SHA256
    assert index.known(other, State.of(other)).sha256 is None


def test_a_short_process_hashes_nothing_in_the_background(index: ModelIndex, model: Path):
    hashing = Hashing(index, [model], delay=60.0)
    hashing.start()
    hashing.stop()

    assert index.hashes() == {}


def test_a_lasting_process_hashes_in_the_background(
    folders: Folders, index: ModelIndex, model: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sources, "SETTLED_AFTER", 0.0)
    hash_in_background(folders).wait()

    assert index.known(model, State.of(model)).sha256 == SHA256


def test_ctrl_c_keeps_what_is_finished(
    index: ModelIndex, model: Path, monkeypatch: pytest.MonkeyPatch
):
    other = model.with_name("b.safetensors")
    other.write_bytes(CONTENT)
    hashing = Hashing(index, [model, other])
    reading_other = threading.Event()

    def pause(path: Path, done: int) -> None:
        if path == other:
            reading_other.set()
            hashing._stopped.wait(10)

    def interrupted(timeout: float | None = None) -> None:
        if timeout is not None:
            reading_other.wait(10)
            raise KeyboardInterrupt

    hashing.on_progress = pause
    hashing.start()
    monkeypatch.setattr(hashing._thread, "join", interrupted)
    with pytest.raises(KeyboardInterrupt):
        hashing.wait()

    assert index.known(model, State.of(model)).sha256 == SHA256


# finding by hash


@pytest.mark.parametrize(
    "digits", [SHA256, SHA256.upper(), SHA256[:10], f" {SHA256[:10].upper()} "]
)
def test_a_model_is_found_by_its_hash(
    digits: str, folders: Folders, index: ModelIndex, model: Path
):
    hash_all(index, model)

    assert folders.find_by_hash(digits) == ("loras", "sub/a.safetensors")


@pytest.mark.parametrize("digits", ["", SHA256[:9], "z" * 10, "0" * 64, SHA256 + "0"])
def test_another_hash_finds_nothing(digits: str, folders: Folders, index: ModelIndex, model: Path):
    hash_all(index, model)

    assert folders.find_by_hash(digits) is None


def test_a_model_that_is_gone_is_not_found(folders: Folders, index: ModelIndex, model: Path):
    hash_all(index, model)
    model.unlink()

    assert folders.find_by_hash(SHA256) is None


def test_a_model_that_lies_in_no_folder_any_more_is_not_found(
    folders: Folders, index: ModelIndex, tmp_path: Path
):
    stray = tmp_path / "stray.safetensors"
    stray.write_bytes(CONTENT)
    hash_all(index, stray)

    assert folders.find_by_hash(SHA256) is None


# the identity of large files


@pytest.mark.usefixtures("is_large")
def test_a_large_file_is_its_hash_from_the_start_after_it_was_computed(
    index: ModelIndex, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sampled = file_identity(model)
    hash_all(index, model)
    same_process = file_identity(model)
    monkeypatch.setattr(identity, "_known", {})
    installation(tmp_path)

    assert sampled.startswith("sampled-")
    assert same_process == sampled
    assert file_identity(model) == SHA256


@pytest.fixture
def is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file of seven bytes be a large one."""
    monkeypatch.setattr(identity, "WHOLE_BELOW", 4)
    monkeypatch.setattr(identity, "BLOCK", 1)
    monkeypatch.setattr(identity, "_known", {})
