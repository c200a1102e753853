"""CLIP's tokenizer: byte-level byte-pair encoding of lower-cased words.

Sennrich et al. 2016 (BPE), Radford et al. 2019 (bytes as symbols), Radford et al. 2021 (CLIP's
vocabulary and word pattern).
"""

from __future__ import annotations

import gzip
import heapq
import unicodedata
from functools import cache, lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VOCABULARY_FILE = Path(__file__).with_name("vocabulary") / "bpe_simple_vocab_16e6.txt.gz"
VOCABULARY_SIZE = 49_408
WORD_END = "</w>"
SPECIAL = ("<|startoftext|>", "<|endoftext|>")
START, END = VOCABULARY_SIZE - 2, VOCABULARY_SIZE - 1

WORD = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"
)

#: Bytes that stand for themselves; the others get the characters from 256 on.
VISIBLE_BYTES = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))


class Vocabulary(NamedTuple):
    """Symbols by id, ids by symbol, and which pairs are merged in which order."""

    symbols: tuple[str, ...]
    ids: Mapping[str, int]
    ranks: Mapping[tuple[str, str], int]


def encode(text: str) -> list[int]:
    """Return the token ids of a text, without start and end."""
    plain = unicodedata.normalize("NFC", text).lower()
    return [token for word in WORD.findall(plain) for token in _encode_word(word)]


def decode(tokens: Iterable[int]) -> str:
    """Return the text of token ids, one space after each word.

    Bytes that make no character, as one token of a longer character, become U+FFFD.
    """
    symbols, byte_of = vocabulary().symbols, {c: b for b, c in byte_letters().items()}
    words = "".join(symbols[token] for token in tokens).split(WORD_END)
    spelt = (bytes(byte_of[letter] for letter in word) for word in words)
    return " ".join(word.decode(errors="replace") for word in spelt).strip()


@cache
def vocabulary() -> Vocabulary:
    """Read CLIP's vocabulary, once a process."""
    letters = list(byte_letters().values())
    merge_count = VOCABULARY_SIZE - 2 * len(letters) - len(SPECIAL)
    with gzip.open(VOCABULARY_FILE, "rt", encoding="utf-8") as lines:
        merges = [tuple(line.split()) for line in islice(lines, 1, 1 + merge_count)]
    symbols = (
        *letters,
        *(letter + WORD_END for letter in letters),
        *(left + right for left, right in merges),
        *SPECIAL,
    )
    ids = {symbol: token for token, symbol in enumerate(symbols)}
    return Vocabulary(symbols, ids, {(left, right): at for at, (left, right) in enumerate(merges)})


@cache
def byte_letters() -> dict[int, str]:
    """Return the visible character that stands for each byte, in the vocabulary's order."""
    hidden = [byte for byte in range(256) if byte not in VISIBLE_BYTES]
    return {byte: chr(byte) for byte in VISIBLE_BYTES} | {
        byte: chr(256 + index) for index, byte in enumerate(hidden)
    }


@lru_cache(maxsize=2**16)
def _encode_word(word: str) -> tuple[int, ...]:
    ids, ranks = vocabulary().ids, vocabulary().ranks
    if word in SPECIAL:
        return (ids[word],)
    letters = byte_letters()
    symbols = [letters[byte] for byte in word.encode("utf-8", errors="replace")]
    symbols[-1] += WORD_END
    return tuple(ids[symbol] for symbol in merged(symbols, ranks))


def merged(symbols: list[str], ranks: Mapping[tuple[str, str], int]) -> list[str]:
    """Merge neighbours, the pair of lowest rank first and from the left, until none has a rank.

    A queue over a linked list, so that a word of n symbols takes n log n steps.
    """
    # An absorbed symbol is "", and so is the one past the end, which is also parts[-1], the one
    # before the first: no pair with "" has a rank.
    parts = [*symbols, ""]
    before = list(range(-1, len(symbols)))
    after = list(range(1, len(symbols) + 1))
    queue = [(ranks[pair], at, pair) for at, pair in enumerate(pairwise(symbols)) if pair in ranks]
    heapq.heapify(queue)
    while queue:
        _, at, pair = heapq.heappop(queue)
        right = after[at]
        if (parts[at], parts[right]) != pair:
            continue
        parts[at], parts[right] = pair[0] + pair[1], ""
        after[at] = after[right]
        before[after[at]] = at
        for left in (before[at], at):
            neighbours = (parts[left], parts[after[left]])
            if neighbours in ranks:
                heapq.heappush(queue, (ranks[neighbours], left, neighbours))
    return [part for part in parts if part]
