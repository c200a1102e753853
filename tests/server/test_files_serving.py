"""Which part of a file goes out; RFC 9110, sections 13 and 14."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.server.files.serving import Decision, Present, decide

PRESENT = Present(size=100, mtime_ns=1_700_000_000_123_456_789)
WHOLE = Decision(200, 0, 100)


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=90-", 90, 100),
        ("bytes=-10", 90, 100),
        ("bytes=0-0", 0, 1),
        ("bytes=99-99", 99, 100),
        ("bytes=50-5000", 50, 100),
        ("bytes=-5000", 0, 100),
        ("Bytes=5-6", 5, 7),
    ],
)
def test_range_gives_a_part(wanted: str, start: int, stop: int):
    assert decide({"Range": wanted}, PRESENT) == Decision(206, start, stop)


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=5000-6000"])
def test_range_outside_the_file_can_not_be_satisfied(wanted: str):
    assert decide({"Range": wanted}, PRESENT) == Decision(416)


@pytest.mark.parametrize(
    "wanted",
    [
        *("bytes=", "bytes=-", "bytes=9-3", "items=0-9", "bytes=0-1,5-6", "bytes=a-b", "0-9"),
        f"bytes=0-{'9' * 5000}",
    ],
)
def test_range_that_is_none_gives_the_whole_file(wanted: str):
    assert decide({"Range": wanted}, PRESENT) == WHOLE


def test_range_of_an_empty_file_can_not_be_satisfied():
    assert decide({"Range": "bytes=0-"}, Present(0, 1)) == Decision(416)


@pytest.mark.parametrize("tag", [PRESENT.etag, f"W/{PRESENT.etag}", f'"x", {PRESENT.etag}', "*"])
def test_client_with_the_same_tag_has_the_file(tag: str):
    assert decide({"If-None-Match": tag}, PRESENT) == Decision(304)


def test_client_with_another_tag_gets_the_file_whatever_its_date():
    headers = {"If-None-Match": '"x"', "If-Modified-Since": _date(0)}

    assert decide(headers, PRESENT) == WHOLE


@pytest.mark.parametrize(("seconds", "status"), [(0, 304), (5, 304), (-1, 200)])
def test_date_says_whether_the_client_has_the_file(seconds: int, status: int):
    assert decide({"If-Modified-Since": _date(seconds)}, PRESENT).status == status


@pytest.mark.parametrize("date", ["yesterday", "", "99999999999999"])
def test_date_that_is_none_is_ignored(date: str):
    assert decide({"If-Modified-Since": date}, PRESENT) == WHOLE


@pytest.mark.parametrize(
    ("condition", "status"),
    [(PRESENT.etag, 206), ('"other"', 200), ("W/" + PRESENT.etag, 200), ("nonsense", 200)],
)
def test_part_of_another_file_is_not_continued(condition: str, status: int):
    headers = {"Range": "bytes=0-9", "If-Range": condition}

    assert decide(headers, PRESENT).status == status


def test_part_is_continued_by_its_date():
    headers = {"Range": "bytes=0-9", "If-Range": _date(0)}

    assert decide(headers, PRESENT).status == 206


@given(st.text(alphabet="bytes=-0123456789, ", max_size=30), st.integers(0, 200))
def test_what_is_sent_is_in_the_file(wanted: str, size: int):
    found = decide({"Range": wanted}, Present(size, 1))

    assert 0 <= found.start <= found.stop <= size


def _date(seconds: int) -> str:
    return formatdate(PRESENT.modified + seconds, usegmt=True)
