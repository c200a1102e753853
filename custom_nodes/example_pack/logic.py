"""Nodes about the graph itself: lazy inputs, common types, blockers, expansion, cache keys."""

import math
import time
from typing import Annotated, Any

from engine import Anything, Blocker, Hidden, Image, Link, Match, NewNode, NodeResult, Text, node

CATEGORY = "example/logic"
Some = Annotated[Any, Match("some")]


def _needed(first: bool, **_: object) -> list[str]:
    return ["a"] if first else ["b"]


@node(category=CATEGORY, title="Example Either", lazy={"a", "b"}, check_lazy=_needed)
def example_either(first: bool, a: Some = None, b: Some = None) -> Some:
    """Give one of two values of one type; the other is not made."""
    return a if first else b


@node(category=CATEGORY, title="Example Only Large")
def example_only_large(image: Image, least: int = 64) -> Image | Blocker:
    """Hand a picture on if it is high enough; else nothing that needs it runs."""
    return image if image.shape[1] >= least else Blocker(f"It is lower than {least} pixels.")


@node(category=CATEGORY, title="Example Fade Twice")
def example_fade_twice(image: Image) -> NodeResult[Image]:
    """Stand for two other nodes."""
    first = NewNode("ExampleFade", {"image": image, "amount": 0.5})
    second = NewNode("ExampleFade", {"image": Link("first", 0), "amount": 0.5})
    return NodeResult((Link("second", 0),), expand={"first": first, "second": second})


def _is_small(word: str) -> bool | str:
    return "Write it small." if word.isupper() else True


@node(category=CATEGORY, title="Example Word", validate=_is_small)
def example_word(word: Annotated[str, Text(placeholder="a word")] = "ha") -> str:
    """Say a word twice; shouting is refused before anything runs."""
    return f"{word} {word}"


def _this_minute(**_: object) -> int:
    return int(time.time() // 60)


@node(category=CATEGORY, title="Example Minute", fingerprint=_this_minute)
def example_minute() -> int:
    """Say which minute it is; the result is reused while that lasts."""
    return _this_minute()


@node(category=CATEGORY, title="Example Always", fingerprint=lambda **_: math.nan)
def example_always(value: Anything) -> Anything:
    """Hand a value on and run each time."""
    return value


@node(category=CATEGORY, title="Example Own Id", lane="inline")
def example_own_id(node_id: Annotated[str, Hidden("unique_id")]) -> str:
    """Say which node it is."""
    return node_id
