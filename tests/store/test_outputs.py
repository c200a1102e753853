from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files.output_files import Reservation
from engine.store import jobs, outputs
from engine.store.migrations import migrate
from engine.store.opening import connect
from engine.worker.messages import Reserve
from tests.store.conftest import job


def asked(job_id: str = "1", node: str = "9", index: int = 0, **fields: Any) -> Reserve:
    """Return the question for a picture's name."""
    given: dict[str, Any] = {
        "folder": "output",
        "subfolder": "",
        "stem": "pic",
        "suffix": ".png",
        "least": 1,
        **fields,
    }
    return Reserve(0, job_id, Reservation(node, index, **given))


@pytest.fixture(autouse=True)
def two_jobs(connection: sqlite3.Connection, document: str) -> None:
    jobs.add(connection, [job("1", document), job("2", document)])


def test_names_are_numbered_from_the_first_free_one(connection: sqlite3.Connection):
    names = [outputs.reserve(connection, "ann", asked(index=each, least=7)) for each in range(3)]

    assert names == ["pic_00007_.png", "pic_00008_.png", "pic_00009_.png"]


def test_a_job_that_asks_again_gets_the_same_name(connection: sqlite3.Connection):
    first = outputs.reserve(connection, "ann", asked())
    outputs.reserve(connection, "ann", asked("2"))

    assert outputs.reserve(connection, "ann", asked(least=40)) == first


def test_a_name_with_the_time_in_it_is_the_same_in_the_second_run(connection: sqlite3.Connection):
    first = outputs.reserve(connection, "ann", asked(stem="10h31"))

    assert outputs.reserve(connection, "ann", asked(stem="10h32")) == first


def test_in_another_folder_the_name_is_reserved_anew(connection: sqlite3.Connection):
    outputs.reserve(connection, "ann", asked(index=1))
    outputs.reserve(connection, "ann", asked())

    moved = outputs.reserve(connection, "ann", asked(subfolder="sub"))

    assert moved == "pic_00001_.png"


def test_numbers_are_shared_by_all_suffixes(connection: sqlite3.Connection):
    outputs.reserve(connection, "ann", asked())

    assert outputs.reserve(connection, "ann", asked("2", suffix=".webp")) == "pic_00002_.webp"


def test_owners_folders_and_stems_count_for_themselves(connection: sqlite3.Connection):
    outputs.reserve(connection, "ann", asked())
    others = [
        outputs.reserve(connection, "bob", asked("2")),
        outputs.reserve(connection, "ann", asked(node="1", folder="temp")),
        outputs.reserve(connection, "ann", asked(node="2", subfolder="sub")),
        outputs.reserve(connection, "ann", asked(node="3", stem="other")),
    ]

    assert others == [*["pic_00001_.png"] * 3, "other_00001_.png"]


def test_names_of_a_deleted_job_are_free_again(connection: sqlite3.Connection):
    outputs.reserve(connection, "ann", asked())
    jobs.delete(connection, ["1"])

    assert outputs.reserve(connection, "ann", asked("2")) == "pic_00001_.png"


def test_numbers_grow_beyond_five_digits(connection: sqlite3.Connection):
    assert outputs.reserve(connection, "ann", asked(least=123456)) == "pic_123456_.png"


QUESTIONS = st.builds(
    asked,
    st.sampled_from("12"),
    st.sampled_from("ab"),
    st.integers(0, 2),
    stem=st.sampled_from(("pic", "other")),
    suffix=st.sampled_from((".png", ".webp")),
    subfolder=st.sampled_from(("", "sub")),
    least=st.integers(1, 9),
)


@given(st.lists(QUESTIONS, max_size=25))
def test_no_two_pictures_have_one_name_and_each_keeps_its_own(questions: list[Reserve]):
    with closing(connect(Path(":memory:"))) as c:
        migrate(c, Path(":memory:"))
        digest = jobs.put_document(c, b"{}")
        jobs.add(c, [job("1", digest), job("2", digest)])
        held: dict[Any, str] = {}
        for each in questions:
            name = outputs.reserve(c, "ann", each)
            again = outputs.reserve(c, "ann", each)
            place = each.job, each.wanted.node, each.wanted.index
            held[place] = f"{each.wanted.subfolder}/{name.rpartition('_')[0]}"

            assert again == name
            assert len(set(held.values())) == len(held)
