"""Frames of a websocket are made here, so that several go out in one write."""

from __future__ import annotations

import pytest

from engine.server.outgoing import binary_frame, text_frame


@pytest.mark.parametrize(
    ("length", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_the_head_of_a_text_says_its_length(length: int, head: bytes):
    assert text_frame(b"x" * length) == head + b"x" * length


def test_bytes_are_binary():
    assert binary_frame(b"\x00") == b"\x82\x01\x00"
