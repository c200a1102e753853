import re
import time

import pytest

from engine.errors import BadValue, TimeLimit
from engine.languages import patterns


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "LIMIT_S", 0.02)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("pattern", [r"(a|a)*$", r"^(a|aa|aaa)*$", r"((a{1,99}){1,99}){1,99}b"])
def test_a_search_without_end_ends_in_an_error(pattern: str):
    hard = patterns.compiled(pattern)
    text = "a" * 200 + "c"
    before = time.process_time()

    for search in (
        lambda: patterns.matches(hard, text),
        lambda: patterns.first(hard, text),
        lambda: patterns.each(hard, text),
        lambda: patterns.replaced(hard, text, "x"),
    ):
        with pytest.raises(TimeLimit, match=r"Avoid repetitions inside of repetitions"):
            search()

    assert time.process_time() - before < 4


@pytest.mark.parametrize("pattern", ["a{1000000}", "((a{1000}){1000}){1000}", "(a{ 9999}){9999}"])
def test_a_pattern_that_unfolds_without_end_is_refused(pattern: str):
    with pytest.raises(BadValue, match="too many parts"):
        patterns.compiled(pattern)


@pytest.mark.parametrize("pattern", ["(?R)", "(a|(?1))b", r"\\(?&n)", "(?P<n>a)(?P>n)"])
def test_a_pattern_that_calls_itself_is_refused(pattern: str):
    with pytest.raises(BadValue, match="calls itself") as refused:
        patterns.compiled(pattern)

    assert refused.value.socket == "regex_pattern"


@pytest.mark.parametrize("pattern", [r"\(?R\)?", "(?:R)", "(a)(?(1)b|c)", "(?P<n>a)(?P=n)"])
def test_what_only_looks_like_a_call_is_read(pattern: str):
    patterns.compiled(pattern)


def test_usual_counts_are_read():
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    assert patterns.matches(patterns.compiled(uuid), "x 01234567-89ab-cdef-0123-456789abcdef")
    assert patterns.matches(patterns.compiled(".{0,100}a.{0,100}"), "cat")


@pytest.mark.parametrize(
    ("pattern", "why"), [("(", r"missing \)\.$"), ("a)b", r'at "\)b"'), ("*", "rep")]
)
def test_what_is_no_pattern_says_where(pattern: str, why: str):
    with pytest.raises(BadValue, match=why) as refused:
        patterns.compiled(pattern)

    assert refused.value.socket == "regex_pattern"


@pytest.mark.parametrize(
    ("pattern", "by", "count"),
    [
        ("a", "x", 0),
        ("(b)(.)", r"\2\1", 0),
        ("a", "", 1),
        ("(?P<n>n)", r"<\g<n>>", 2),
        ("", "-", 0),
    ],
)
def test_replacing_is_that_of_re(pattern: str, by: str, count: int):
    replaced = patterns.replaced(patterns.compiled(pattern), "a banana", by, count)

    assert replaced == re.sub(pattern, by, "a banana", count=count)


@pytest.mark.parametrize("by", [r"\2", r"\g<x>"])
def test_a_group_that_is_not_there_is_not_put_in(by: str):
    with pytest.raises(BadValue, match="What replaces the matches") as refused:
        patterns.replaced(patterns.compiled("(a)"), "a", by)

    assert refused.value.socket == "replace"


def test_a_result_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patterns, "LONGEST", 100)

    assert len(patterns.replaced(patterns.compiled("a"), "a" * 10, "x" * 9)) == 90
    with pytest.raises(BadValue, match="more than 100 characters"):
        patterns.replaced(patterns.compiled("a"), "a" * 10, "x" * 10)
