"""What a search finds: the words of titles, prompts and errors, and how a question is put.

Words are found by their beginnings, in any order, whatever the case and the accents. Scripts that
put no spaces between words are found by any run of their characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

#: Chinese, Japanese and Korean characters.
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_MARKS = re.compile(r'["\0]')  # they would end the text in FTS5's language
#: More words of a search are not looked for.
MOST_WORDS = 32
#: More of one job's text is not searched.
LIMIT = 16_384


class _Node(msgspec.Struct):
    values: dict[str, Any] = {}


class _Graph(msgspec.Struct):
    title: str = ""
    nodes: dict[str, _Node] = {}
    subgraphs: dict[str, _Graph] = {}


_decoder = msgspec.json.Decoder(_Graph)


def words_of(document: bytes) -> str:
    """Return the texts in a document's values; none where it cannot be read."""
    try:
        return spaced(_texts(_decoder.decode(document)))
    except msgspec.MsgspecError:
        return ""


def spaced(texts: Iterable[Any]) -> str:
    """Join the texts among some values, each once, so that `match` finds their words."""
    joined = " ".join(dict.fromkeys(text for text in texts if isinstance(text, str)))
    return _UNSPACED.sub(r" \g<0> ", joined[:LIMIT])


def match(search: str, owner: str | None) -> str | None:
    """Return the question to FTS5 for an owner's texts that have all words of a search.

    None is no question: a search without words.
    """
    plain = _MARKS.sub(" ", search)
    words = [_UNSPACED.sub(r" \g<0> ", word) for word in plain.split()[:MOST_WORDS]]
    if not words:
        return None
    asked = "words : (" + " ".join(f'"{word}"*' for word in words) + ")"
    return asked if owner is None else f"owner : {owner_word(owner)} AND {asked}"


def owner_word(owner: str) -> str:
    """Return an owner's name as one word of letters and digits."""
    return f"o{owner.encode().hex()}"


def _texts(graph: _Graph) -> Iterator[Any]:
    yield graph.title
    for node in graph.nodes.values():
        yield from node.values.values()
    for inner in graph.subgraphs.values():
        yield from _texts(inner)
