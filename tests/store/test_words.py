from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store import job_lists, jobs
from engine.store.migrations import migrate
from engine.store.opening import connect
from engine.store.words import LIMIT, words_of
from tests.store.conftest import enter_words, job


def workflow(*texts: Any) -> bytes:
    return json.dumps({"nodes": {"1": {"values": dict(enumerate(texts))}}}).encode()


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("a red apple", "apple"),
        ("a red apple", "app"),
        ("a red apple", "apple RED"),
        ("(masterpiece:1.2), café", "cafe masterpiece"),
        ("v1-5-pruned.safetensors", "pruned.safe"),
        ("黒い猫と犬", "猫と"),
        ('she said "no"', '"no'),
    ],
)
def test_a_text_is_found_by_the_beginnings_of_its_words(
    connection: sqlite3.Connection, text: str, search: str
):
    digest = jobs.put_document(connection, workflow(text))
    other = jobs.put_document(connection, workflow("another text"))
    jobs.add(connection, [job("it", digest), job("other", other)])
    enter_words(connection)

    found, total = job_lists.page(connection, search=search, limit=5)

    assert [each.id for each in found] == ["it"]
    assert total == 1


@pytest.mark.parametrize("search", ["ed", "apple pear", "AND OR", "owner:ann", "a*b"])
def test_other_words_find_nothing(connection: sqlite3.Connection, search: str):
    digest = jobs.put_document(connection, workflow("a red apple"))
    jobs.add(connection, [job("it", digest)])
    enter_words(connection)

    assert job_lists.page(connection, search=search, limit=5) == ([], 0)


@given(st.text())
def test_any_text_may_be_searched_for(search: str):
    with closing(connect(Path(":memory:"))) as c:
        migrate(c, Path(":memory:"))

        assert job_lists.page(c, owner="ann", search=search, limit=5) == ([], 0)


def test_texts_of_subgraphs_and_titles_are_searched():
    inner = {"title": "Inner", "nodes": {"2": {"values": {"text": "deep", "steps": 3}}}}
    document = {"title": "Outer", "nodes": {}, "subgraphs": {"s": inner}}

    assert words_of(json.dumps(document).encode()) == "Outer Inner deep"


def test_a_document_that_cannot_be_read_has_no_words():
    assert [words_of(b"{"), words_of(b'{"nodes": 3}'), words_of(b"\xff")] == ["", "", ""]


def test_long_texts_are_searched_in_part():
    assert len(words_of(workflow("a" * LIMIT * 2))) == LIMIT
