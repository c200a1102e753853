"""Prompts in chunks of 77 places, the length of the texts that CLIP was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from engine.diffusion.text import tokenizer
from engine.diffusion.text.embedding_names import MARK, split_runs
from engine.diffusion.text.prompt import weighted_pieces

if TYPE_CHECKING:
    from torch import Tensor

CHUNK_LENGTH = 77
#: Tokens from which on a word may be broken across chunks.
LONG_WORD = 8


class Token(NamedTuple):
    """What stands in one place of a chunk.

    Attributes:
        value: id of the token, or a vector (C,) of an embedding.
        weight: 1 leaves the encoding as it is.
    """

    value: int | Tensor
    weight: float = 1.0


Word = Sequence[Token]
Chunk = list[Token]
#: Takes a run of text that begins with `embedding:`; returns its vectors (each (C,)) and the text
#: after its name, or None if there is no such embedding.
ReadEmbedding = Callable[[str], "tuple[Sequence[Tensor], str] | None"]

START = Token(tokenizer.START)
END = Token(tokenizer.END)


def prompt_chunks(text: str, read_embedding: ReadEmbedding) -> list[Chunk]:
    """Return the places of a prompt: at least one chunk, each starts, ends and is padded."""
    return fill_chunks(prompt_words(text, read_embedding))


def prompt_words(text: str, read_embedding: ReadEmbedding) -> Iterator[Word]:
    """Yield what ComfyUI treats as a word: an embedding, or the text of one weight between them."""
    for piece in weighted_pieces(text):
        for run in split_runs(piece.text):
            plain = run
            if run.startswith(MARK) and (embedding := read_embedding(run)):
                vectors, plain = embedding
                yield [Token(vector, piece.weight) for vector in vectors]
            yield [Token(token, piece.weight) for token in tokenizer.encode(plain)]


def fill_chunks(words: Iterable[Word]) -> list[Chunk]:
    """Lay words into chunks of 77 places; only a word of 8 tokens or more is broken."""
    chunks = [[START]]
    for word in words:
        needed = 1 if len(word) >= LONG_WORD else len(word)
        placed = 0
        while placed < len(word):
            free = CHUNK_LENGTH - 1 - len(chunks[-1])
            if free < needed:
                chunks.append([START])
            else:
                chunks[-1] += word[placed : placed + free]
                placed += free
    return [chunk + [END] * (CHUNK_LENGTH - len(chunk)) for chunk in chunks]
