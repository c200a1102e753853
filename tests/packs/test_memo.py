from __future__ import annotations

from pathlib import Path

import pytest

from engine.packs import memo
from engine.packs.memo import FILE, Declared, NodeSummary, Remembered, read_memo, write_memo
from engine.packs.pack import PackProblem

BLUR = NodeSummary("Blur", "Blur", "toy", "Blur it.", False, "a.py", 3)
PACKS = {
    "/a": Remembered("stamp", "code", Declared((BLUR,), (PackProblem("bad", "a.py", 4),))),
    "/b": Remembered("stamp", "code"),
}


def test_what_is_written_is_read(tmp_path: Path):
    write_memo(tmp_path / "cache", PACKS)

    assert read_memo(tmp_path / "cache") == PACKS


def test_nothing_is_left_beside(tmp_path: Path):
    write_memo(tmp_path, PACKS)

    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"format": 1}', '{"format": 1, "python": "", "packs": 3}', "\0\xff"],
)
def test_a_damaged_file_is_empty(tmp_path: Path, text: str):
    (tmp_path / FILE).write_text(text, encoding="latin-1")

    assert read_memo(tmp_path) == {}


def test_a_file_of_another_format_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_memo(tmp_path, PACKS)
    monkeypatch.setattr(memo, "FORMAT", memo.FORMAT + 1)

    assert read_memo(tmp_path) == {}


def test_a_file_of_another_python_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_memo(tmp_path, PACKS)
    monkeypatch.setattr("sys.version", "4.0")

    assert read_memo(tmp_path) == {}


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path: Path):
    (tmp_path / "cache").touch()

    write_memo(tmp_path / "cache", PACKS)

    assert read_memo(tmp_path / "cache") == {}


def test_a_pack_that_no_file_can_hold_is_left_out(tmp_path: Path):
    write_memo(tmp_path, {**PACKS, "/p\udcff": Remembered("stamp", "code")})

    assert read_memo(tmp_path) == PACKS
