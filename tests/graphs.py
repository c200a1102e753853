"""Documents of the toy nodes that many tests use."""

from __future__ import annotations

from engine.document import Document
from engine.testing.graphs import Graph as Graphs
from engine.testing.graphs import Ref

__all__ = ["Graphs", "Ref", "chain", "diamond"]


def chain(length: int, *, first: int = 1) -> Document:
    """Return a number that `length` nodes add 1 to, one after the other, and show."""
    g = Graphs()
    last = g.node("Number", value=first)
    for _ in range(length):
        last = g.node("Add", a=last, b=1)
    g.node("Show", at="show", value=last)
    return g.document(result=last)


def diamond(first: int = 1, left: int = 10, right: int = 100) -> Document:
    """Return a number that two nodes add to, the sum of both, and what shows it."""
    g = Graphs()
    top = g.node("Number", at="top", value=first)
    a = g.node("Add", at="left", a=top, b=left)
    b = g.node("Add", at="right", a=top, b=right)
    g.node("Show", at="show", value=g.node("Add", at="join", a=a, b=b))
    return g.document()
