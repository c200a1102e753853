"""The index of the gallery: searching it by words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store import pictures
from engine.store.migrations import migrate
from engine.store.opening import connect
from engine.store.pictures import Picture, Search

WORDS = st.text(st.sampled_from('ab"* é'), max_size=7)


def picture(name: str, words: str, mtime_ns: int = 0) -> Picture:
    facts: dict[str, Any] = dict.fromkeys(Picture._fields, "")
    facts |= {"size": 1, "width": None, "height": None, "steps": None, "cfg": None}
    facts |= {"name": name, "words": words, "mtime_ns": mtime_ns, "has_workflow": False}
    return Picture(**facts)


def found(c: sqlite3.Connection, words: str, *, limit: int = 99, offset: int = 0) -> Any:
    """Return the names of what a search finds, and how many it finds."""
    shown, total = pictures.page(c, "ann", Search(words=words), limit, offset)
    return [each.name for each in shown], total


@pytest.mark.parametrize("most", [3, pictures.SEARCHED])
@given(texts=st.lists(WORDS, max_size=8), words=WORDS.filter(str.strip))
def test_the_newest_that_have_all_words_are_found(most: int, texts: list[str], words: str):
    with pytest.MonkeyPatch.context() as patch, closing(connect(Path(":memory:"))) as c:
        patch.setattr(pictures, "SEARCHED", most)
        migrate(c, Path(":memory:"))
        pictures.put(c, "ann", [picture(str(i), text, i) for i, text in enumerate(texts)])
        pictures.put(c, "bob", [picture("his", words)])
        names, total = found(c, words)

    fitting = [str(i) for i, text in enumerate(texts) if all(w in text for w in words.split())]
    assert names == fitting[::-1][:most]
    assert total == len(names)


def test_a_search_has_parts(connection: sqlite3.Connection):
    pictures.put(connection, "ann", [picture(str(each), "apple", each) for each in range(5)])

    assert found(connection, "apple", limit=2, offset=1) == (["3", "2"], 5)
    assert found(connection, "apple", limit=2, offset=9) == ([], 5)


def test_what_has_changed_or_is_gone_is_found_by_its_old_words_no_more(
    connection: sqlite3.Connection,
):
    pictures.put(connection, "ann", [picture("a", "before"), picture("b", "before")])

    pictures.put(connection, "ann", [picture("a", "afterwards")])
    pictures.remove(connection, "ann", ["b"])

    assert found(connection, "before") == ([], 0)
    assert found(connection, "afterwards") == (["a"], 1)
    assert letters(connection, "bef") == []
    assert len(letters(connection, "aft")) == 1


def test_long_searches_are_answered(connection: sqlite3.Connection):
    words = "".join(chr(0x4E00 + each) for each in range(900))
    pictures.put(connection, "ann", [picture("a", words)])

    assert found(connection, words) == (["a"], 1)
    assert found(connection, words[:-1] + "\0") == ([], 0)


def letters(c: sqlite3.Connection, three: str) -> list[Any]:
    asked = "SELECT rowid FROM picture_letters WHERE picture_letters MATCH ?"
    return c.execute(asked, (three,)).fetchall()


def test_few_pictures_are_read_where_few_have_the_letters(connection: sqlite3.Connection):
    pictures.put(connection, "ann", [picture("a", "unicorn"), picture("b", "horse")])
    said: list[str] = []
    connection.set_trace_callback(said.append)

    found(connection, "unicorn")

    asked = next(each for each in said if each.startswith("SELECT id"))
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked}")]
    assert "SEARCH pictures USING INTEGER PRIMARY KEY (rowid=?)" in steps
    assert not [step for step in steps if step.startswith("SCAN pictures")]
