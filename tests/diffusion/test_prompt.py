"""Weights of a prompt's parts, and its chunks of 77 places."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.text.chunks import (
    CHUNK_LENGTH,
    END,
    START,
    Token,
    fill_chunks,
    prompt_chunks,
)
from engine.diffusion.text.prompt import LARGEST_WEIGHT, weighted_pieces

REFERENCE = Path(__file__).parents[1] / "reference" / "prompts.json"
CASES: list[dict[str, Any]] = json.loads(REFERENCE.read_text("utf-8"))
NESTED = st.recursive(st.just("x"), lambda inner: inner.map(lambda text: f"({text})"))
MARKED_TEXT = st.text(st.sampled_from("((()))::\\ab 1.25-\n"), max_size=60)


def no_embedding(run: str) -> None:
    """Say that no name is an embedding."""


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:30] for case in CASES])
def test_tokens_and_weights_are_comfyuis(case: dict[str, Any]):
    chunks = prompt_chunks(case["text"], no_embedding)

    ids = [[token.value for token in chunk] for chunk in chunks]
    weights = [token.weight for chunk in chunks for token in chunk]
    assert ids == [[token for token, _ in chunk] for chunk in case["tokens"]]
    assert weights == pytest.approx([weight for chunk in case["tokens"] for _, weight in chunk])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a (b) c", [("a ", 1.0), ("b", 1.1), (" c", 1.0)]),
        ("(a (b:2) c:0.5)", [("a ", 0.5), ("b", 2.0), (" c", 0.5)]),
        (r"(\(a\):2)", [("(a)", 2.0)]),
        (r"\(a:2)", [("(a:2)", 1.0)]),
        ("(a:nan)", [("a:nan", 1.1)]),
        ("(a:)", [("a:", 1.1)]),
    ],
)
def test_weight_syntax(text: str, pieces: list[tuple[str, float]]):
    assert weighted_pieces(text) == pieces


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a) (b) c", [("a) (b) c", 1.0)]),
        ("a) (b (c)", [("a) (b ", 1.0), ("c", 1.1)]),
        ("a (b", [("a ", 1.0), ("(b", 1.0)]),
        ("(a (b:1.2)", [("a ", 1.2), ("(b", 1.2)]),
        ("(a ((b))", [("a ", 1.1), ("(b", 1.1 * 1.1)]),
    ],
)
def test_brackets_without_partner_mean_what_they_mean_in_comfyui(
    text: str, pieces: list[tuple[str, float]]
):
    assert weighted_pieces(text) == pieces


@given(NESTED)
def test_nested_brackets_multiply(text: str):
    (piece,) = weighted_pieces(text)

    assert piece.text == "x"
    assert piece.weight == pytest.approx(1.1 ** text.count("("))


@given(MARKED_TEXT)
def test_weights_take_only_brackets_and_numbers_away(text: str):
    kept = "".join(piece.text for piece in weighted_pieces(text))

    assert [c for c in kept if c in "ab"] == [c for c in text if c in "ab"]


@given(MARKED_TEXT)
def test_every_chunk_has_77_places_from_start_to_end(text: str):
    chunks = prompt_chunks(text, no_embedding)

    assert {len(chunk) for chunk in chunks} == {CHUNK_LENGTH}
    assert all(chunk[0] == START and chunk[-1] == END for chunk in chunks)


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000, "(" * 10_000 + "a" + ")" * 9_999, "a) (b " * 10_000, "(a:1.1) word " * 10_000],
    ids=["opened", "nested", "unbalanced", "words"],
)
def test_prompt_of_any_size_has_finite_weights(text: str):
    chunks = prompt_chunks(text, no_embedding)

    assert max(token.weight for chunk in chunks for token in chunk) <= LARGEST_WEIGHT


def test_short_word_is_not_broken():
    chunks = fill_chunks([[Token(1)] * 70, [Token(2)] * 7])

    assert chunks[0] == [START, *[Token(1)] * 70, *[END] * 6]
    assert chunks[1][:9] == [START, *[Token(2)] * 7, END]


def test_long_word_is_broken_where_the_chunk_is_full():
    chunks = fill_chunks([[Token(1)] * 70, [Token(2)] * 8])

    assert chunks[0] == [START, *[Token(1)] * 70, *[Token(2)] * 5, END]
    assert chunks[1][:5] == [START, *[Token(2)] * 3, END]


def test_full_chunk_is_not_followed_by_an_empty_one():
    assert fill_chunks([[Token(1)] * 75]) == [[START, *[Token(1)] * 75, END]]


def test_text_of_one_weight_is_one_word():
    chunks = prompt_chunks("cat " * 73 + "(red apple dog:1.2)", no_embedding)

    assert [token.weight for token in chunks[0]] == [1.0] * 77
    assert [token.weight for token in chunks[1][:5]] == [1.0, 1.2, 1.2, 1.2, 1.0]


def test_reading_a_prompt_imports_no_torch():
    program = (
        "import sys; from engine.diffusion.text import chunks, embedding_names;"
        "chunks.prompt_chunks('a (red) apple', lambda run: None); sys.exit('torch' in sys.modules)"
    )
    root = Path(__file__).parents[2]

    finished = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)

    assert finished.returncode == 0
