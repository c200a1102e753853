"""Sums that people type: numbers, names, operators and a few functions; never run as code.

The text is parsed with Python's grammar and the tree is walked; what is not listed here is refused.
Sizes are bounded at every step, so that time is bounded by the length of the text.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import BadValue

Number = int | float

#: Characters of an expression.
LONGEST = 2000
#: Whole numbers have at most so many bits, so that each has a float.
MOST_BITS = 1023
#: The name of all values together, for functions that take any number.
ALL = "values"


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int):
        least_bits = max(0, base.bit_length() - 1) * abs(exponent)
        if least_bits > MOST_BITS:
            raise OverflowError
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError("a root of a negative number is no number")
    return result


def _rounded(value: Number, digits: Number = 0) -> Number:
    if not isinstance(digits, int) or abs(digits) > 300:  # noqa: PLR2004 beyond, floats have none
        raise ValueError("round takes a whole number of digits")
    return round(value, digits) if digits else round(value)


OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "sum": lambda *values: sum(values),
    "round": _rounded,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "pow": _power,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "int": int,
    "float": float,
}
CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}


def evaluate(expression: str, names: Mapping[str, Number]) -> Number:
    """Return what an expression comes to.

    Args:
        expression: such as `a * 2 + round(b / 8) * 8`, `a if b > 0 else 1`, `max(values)`.
        names: numbers by name; they hide the constants.

    Raises:
        BadValue: it can not be read, names what is not there, or comes to no finite number.
    """
    if len(expression) > LONGEST:
        raise _wrong(f"it has {len(expression)} characters, and at most {LONGEST} are read")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        return _Walk(names).value(tree.body)
    except SyntaxError as problem:
        raise _wrong("it can not be read") from problem
    except (RecursionError, MemoryError) as problem:
        raise _wrong("it has too many parts") from problem
    except ZeroDivisionError as problem:
        raise _wrong("it divides by zero") from problem
    except OverflowError as problem:
        raise _wrong("a number in it becomes too large") from problem
    except (TypeError, ValueError) as problem:
        raise _wrong(str(problem)) from problem


def _wrong(why: str) -> BadValue:
    return BadValue(f"The expression has no result: {why}.", socket="expression")


class _Walk:
    def __init__(self, names: Mapping[str, Number]) -> None:
        self._names = {**CONSTANTS, **names}
        self._all = tuple(names.values())

    def value(self, tree: ast.expr) -> Number:
        """Return what a part comes to, within bounds."""
        found = self._value(tree)
        if isinstance(found, int) and found.bit_length() > MOST_BITS:
            raise OverflowError
        if isinstance(found, float) and not math.isfinite(found):
            raise OverflowError
        return found

    def _value(self, tree: ast.expr) -> Number:
        match tree:
            case ast.Constant(value=bool() | int() | float() as value):
                return value
            case ast.Name(id=name):
                return self._named(name)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._called(name, arguments)
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.value(body if self.value(test) else other)
            case _:
                return self._operated(tree)

    def _operated(self, tree: ast.expr) -> Number:
        match tree:
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self.value(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](self.value(left), self.value(right))
            case ast.BoolOp(op=op, values=parts):
                return self._joined(parts, is_and=isinstance(op, ast.And))
            case ast.Compare(ops=ops) if all(type(op) in OPERATORS for op in ops):
                return self._compared(tree)
            case _:
                raise ValueError(
                    f'"{ast.unparse(tree)[:40]}" is none of what is calculated: '
                    "+ - * / // % **, comparisons, and, or, not, if else"
                )

    def _named(self, name: str) -> Number:
        if name not in self._names:
            there = ", ".join(sorted(self._names))
            raise ValueError(f'there is no value "{name}", only {there}')
        return self._names[name]

    def _joined(self, parts: list[ast.expr], *, is_and: bool) -> Number:
        found: Number = is_and
        for part in parts:
            found = self.value(part)
            if bool(found) != is_and:
                break
        return found

    def _compared(self, tree: ast.Compare) -> bool:
        left = self.value(tree.left)
        for op, part in zip(tree.ops, tree.comparators, strict=True):
            right = self.value(part)
            if not OPERATORS[type(op)](left, right):
                return False
            left = right
        return True

    def _called(self, name: str, arguments: list[ast.expr]) -> Number:
        if name not in FUNCTIONS:
            raise ValueError(f'there is no function "{name}", only {", ".join(FUNCTIONS)}')
        given: list[Number] = []
        for each in arguments:
            is_all = isinstance(each, ast.Name) and each.id == ALL and ALL not in self._names
            given += self._all if is_all else (self.value(each),)
        try:
            return FUNCTIONS[name](*given)
        except TypeError as problem:
            raise ValueError(f"{name} does not take {len(given)} numbers") from problem
        except ValueError as problem:
            told = ", ".join(f"{number:g}" for number in given)
            raise ValueError(f"{name}({told}) has no value, {problem}") from problem
