"""CLIP's byte-pair encoding."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.text import tokenizer

PLAIN_WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1), min_size=1)


def test_vocabulary_has_clips_size_and_no_symbol_twice():
    vocabulary = tokenizer.vocabulary()

    assert len(vocabulary.symbols) == len(vocabulary.ids) == 49_408
    assert (vocabulary.symbols[49_406], vocabulary.symbols[49_407]) == tokenizer.SPECIAL


def test_frequent_word_is_one_token_and_case_does_not_matter():
    assert tokenizer.encode("Red APPLE") == [736, 3055]


def test_letters_written_as_two_characters_are_the_composed_ones():
    assert tokenizer.encode("cafe\u0301") == tokenizer.encode("caf\u00e9")


def test_contractions_digits_and_punctuation_are_words_of_their_own():
    assert tokenizer.decode(tokenizer.encode("it's 42!?")) == "it 's 4 2 !?"


def test_special_tokens_written_out_are_themselves():
    assert tokenizer.encode("<|startoftext|>cat<|endoftext|>") == [49_406, 2368, 49_407]


def test_half_of_a_surrogate_pair_is_a_question_mark():
    assert tokenizer.encode("\ud83d") == tokenizer.encode("?")


def test_pair_of_lowest_rank_is_merged_first_and_from_the_left():
    ranks = {("a", "a"): 1, ("b", "a"): 0, ("aa", "a"): 2}

    assert tokenizer.merged(list("aaabaa"), ranks) == ["aaa", "ba", "a"]


def test_word_of_100_000_letters_is_encoded():
    word = "sfumato" * 15_000

    assert tokenizer.decode(tokenizer.encode(word)) == word


@given(PLAIN_WORDS)
def test_plain_words_come_back(words: list[str]):
    text = " ".join(words)

    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.text())
def test_any_text_is_encoded_in_known_tokens(text: str):
    assert all(0 <= token < tokenizer.VOCABULARY_SIZE for token in tokenizer.encode(text))
