"""Large pictures take turns."""

from __future__ import annotations

import threading

import pytest
from PIL import Image

from engine.server.files import making


def test_large_picture_waits_for_another_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "LARGE_PIXELS", 3)
    large = Image.new("L", (2, 2))
    has_begun, has_room = threading.Event(), threading.Event()

    def work() -> None:
        has_begun.set()
        with making.room_for(large):
            has_room.set()

    second = threading.Thread(target=work)
    with making.room_for(large):
        second.start()
        has_begun.wait(5)
        waited = not has_room.wait(0.02)
    second.join(5)

    assert waited
    assert has_room.is_set()


def test_small_picture_does_not_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(making, "LARGE_PIXELS", 3)
    entered: list[bool] = []

    def work() -> None:
        with making.room_for(Image.new("L", (1, 1))):
            entered.append(True)

    with making.room_for(Image.new("L", (2, 2))):
        other = threading.Thread(target=work)
        other.start()
        other.join(5)

    assert entered == [True]
