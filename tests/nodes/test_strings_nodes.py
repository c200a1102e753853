import pytest

from engine.errors import BadValue
from engine.languages import patterns
from engine.registry import Registry
from nodes import strings


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        ("UPPERCASE", "A BIRD'S CAT"),
        ("lowercase", "a bird's cat"),
        ("Capitalize", "A bird's cat"),
        ("Title Case", "A Bird'S Cat"),
    ],
)
def test_case_is_converted(mode: str, text: str):
    assert strings.convert_case("a biRd's cAt", mode) == text


@pytest.mark.parametrize(
    ("mode", "other", "sensitive", "expected"),
    [
        ("Starts With", "A c", True, True),
        ("Starts With", "a c", True, False),
        ("Starts With", "a C", False, True),
        ("Ends With", "Cat", True, False),
        ("Ends With", "cat", True, True),
        ("Equal", "a cat", False, True),
        ("Equal", "A ca", False, False),
    ],
)
def test_texts_are_compared(mode: str, other: str, sensitive: bool, expected: bool):
    assert strings.compare("A cat", other, mode, sensitive) is expected


def test_a_text_is_found_in_another():
    assert strings.contains("A cat", "CAT", False).contains
    assert not strings.contains("A cat", "CAT", True).contains


def test_characters_are_counted():
    assert strings.length("añ\N{CAT FACE}").length == 3


def test_a_text_is_replaced_as_it_stands():
    assert strings.replace("a.b.c", ".", "--") == "a--b--c"
    assert strings.replace("ab", "", "-") == "-a-b-"


def test_a_replacement_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patterns, "LONGEST", 100)

    with pytest.raises(BadValue, match="more than 100 characters"):
        strings.replace("a" * 11, "a", "x" * 10)


@pytest.mark.parametrize(("start", "end", "part"), [(1, 3, "bc"), (-2, 99, "de"), (3, 1, "")])
def test_a_part_is_taken(start: int, end: int, part: str):
    assert strings.substring("abcde", start, end) == part


@pytest.mark.parametrize(("mode", "text"), [("Both", "a b"), ("Left", "a b\n "), ("Right", " a b")])
def test_ends_are_trimmed(mode: str, text: str):
    assert strings.trim(" a b\n ", mode) == text


@pytest.mark.parametrize(
    ("pattern", "flags", "expected"),
    [
        ("^b", (True, False, False), False),
        ("^b", (True, True, False), True),
        ("A$", (False, True, False), False),
        ("A$", (True, True, False), True),
        ("a.b", (True, False, False), False),
        ("a.b", (True, False, True), True),
    ],
)
def test_regex_match_heeds_its_flags(pattern: str, flags: tuple[bool, ...], expected: bool):
    assert strings.regex_match("a\nb", pattern, *flags).matches is expected


@pytest.mark.parametrize(
    ("mode", "pattern", "group", "text"),
    [
        ("First Match", r"\w+=(\d)", 1, "a=1"),
        ("First Match", "x", 1, ""),
        ("All Matches", r"\w=\d", 1, "a=1\nb=2"),
        ("All Matches", r"(\w)=(\d)", 2, "a\nb"),
        ("First Group", r"(\w)=(\d)", 2, "1"),
        ("First Group", r"(\w)=(\d)", 3, ""),
        ("First Group", r"(z)?a", 1, ""),
        ("All Groups", r"(\w)=(\d)", 2, "1\n2"),
        ("All Groups", r"(\w)=(\d)", 0, "a=1\nb=2"),
        ("All Groups", r"\w=\d", 1, ""),
    ],
)
def test_regex_extract_takes_matches_and_groups(mode: str, pattern: str, group: int, text: str):
    found = strings.regex_extract("a=1, b=2", pattern, mode, True, False, False, group)

    assert found == text


def test_regex_replace_puts_groups_in():
    replaced = strings.regex_replace("a=1, B=2", r"([a-z])=(\d)", r"\2:\1", count=1)

    assert replaced == "1:a, B=2"
    assert strings.regex_replace("aB", "b", "-", case_insensitive=False) == "aB"


def test_an_expression_gives_three_forms_of_a_number():
    assert strings.math_expression("a * b", {"a": 2.5, "b": 3}) == (7.5, 7, True)
    assert strings.math_expression("a > b", {"a": 2.5, "b": 3}) == (0.0, 0, False)


def test_an_expressions_values_are_named_by_letters():
    spec = Registry.of_packages("nodes")["ComfyMathExpression"]

    names = [(each.name, each.required) for each in spec.inputs_for({}, ["values.c"])]
    assert names == [("expression", True), ("values.a", True), ("values.c", False)]
