import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadValue
from engine.languages.expressions import LONGEST, MOST_BITS, evaluate

NAMES = {"a": 7, "b": 2.5, "c": True}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", 9.5),
        ("a - b * 2", 2.0),
        ("(a - b) * 2", 9.0),
        ("a / 2", 3.5),
        ("a // 2", 3),
        ("-a // 2", -4),
        ("a % 4", 3),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("a > b", True),
        ("1 < a < 5", False),
        ("a == 7 and b != 2", True),
        ("not c or a", 7),
        ("a if b > 3 else b", 2.5),
        ("min(a, b, 3)", 2.5),
        ("max(values)", 7),
        ("sum(values) + 1", 11.5),
        ("round(b)", 2),
        ("round(2.345, 2)", 2.35),
        ("abs(-a)", 7),
        ("floor(b) + ceil(b)", 5),
        ("sqrt(16)", 4.0),
        ("pow(2, 10)", 1024),
        ("2 * pi", 2 * math.pi),
        ("log10(1000)", 3.0),
        ("int(b)", 2),
        (" 1_024 ", 1024),
        ("0x10", 16),
    ],
)
def test_expressions_come_to_what_python_says(expression: str, expected: float):
    found = evaluate(expression, NAMES)

    assert found == pytest.approx(expected)
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("", "it can not be read"),
        ("a +", "it can not be read"),
        ("d", 'there is no value "d", only a, b, c, e, pi'),
        ("hack(1)", 'there is no function "hack"'),
        ("a / 0", "divides by zero"),
        ("a % 0", "divides by zero"),
        ("10.0 ** 400", "becomes too large"),
        ("1e999", "becomes too large"),
        ("(-8) ** 0.5", "a root of a negative number"),
        ("sqrt(-1)", "has no result"),
        ("min()", "empty"),
        ("(1).real", '"1 .real" is none of what is calculated'),
        ("__import__('os')", 'there is no function "__import__"'),
        ("'a' * 9", "\"'a'\" is none"),
        ("[1][0]", "is none of what is calculated"),
        ("(lambda: 1)()", "is none of what is calculated"),
        ("a if b", "it can not be read"),
        ("a @ b", "is none of what is calculated"),
        ("1 << 9", "is none of what is calculated"),
        ("a in values", "is none of what is calculated"),
        ("abs(x=1)", "is none of what is calculated"),
        ("values", 'there is no value "values"'),
        ("2j", '"2j" is none'),
        ("sqrt(a - 9)", "sqrt(-"),
        ("pow(2, 3, 5)", "pow does not take 3 numbers"),
        ("-" * 1900 + "1", "too many parts"),
        ("1+" * 1000 + "1", "2001 characters"),
    ],
)
def test_what_is_no_sum_is_refused(expression: str, why: str):
    with pytest.raises(BadValue) as refused:
        evaluate(expression, NAMES)

    assert why in refused.value.message


@pytest.mark.parametrize(
    "expression",
    [
        "9 ** 9 ** 9",
        "9 ** 999999999999",
        "pow(9, 9 ** 8)",
        "(-2) ** 99999",
        "*".join(["99999999999999999999"] * 90),
        f"2 ** {MOST_BITS}",
        "round(1.5, 99999999)",
        "exp(9999)",
    ],
)
def test_numbers_do_not_grow_without_end(expression: str):
    with pytest.raises(BadValue):
        evaluate(expression, {})


def test_the_largest_number_has_a_float():
    assert float(evaluate(f"2 ** {MOST_BITS - 1}", {})) == 2.0 ** (MOST_BITS - 1)


def test_small_powers_may_have_large_exponents():
    assert evaluate("1 ** 999999999 + 0 ** 999999999 + (-1) ** 999999999", {}) == 0


OPERATORS = ("+", "-", "*", "/", "//", "%", "<", "==", "and", "or")
SUMS = st.recursive(
    st.integers(-50, 50).map(str) | st.sampled_from(["a", "b"]),
    lambda inner: st.builds(
        "({} {} {})".format,
        inner,
        st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "==", "and", "or"]),
        inner,
    ),
    max_leaves=12,
)


@given(SUMS, st.integers(-9, 9), st.floats(-9, 9))
def test_a_sum_has_pythons_result(text: str, a: int, b: float):
    expected: Any
    try:
        expected = eval(text, {"a": a, "b": b})  # our own text, as a reference
    except ArithmeticError:
        expected = BadValue
    if len(text) > LONGEST or expected is BadValue:
        with pytest.raises(BadValue):
            evaluate(text, {"a": a, "b": b})
    else:
        assert evaluate(text, {"a": a, "b": b}) == expected
