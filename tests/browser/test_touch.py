"""Fingers: row 79."""

from __future__ import annotations

import pytest

from tests.browser.editor import Editor
from tests.browser.graphs import (
    LATENT,
    Point,
    by,
    camera,
    empty,
    links,
    place,
    settled,
)


class Fingers:
    def __init__(self, editor: Editor) -> None:
        self.client = editor.page.context.new_cdp_session(editor.page)

    def send(self, kind: str, *points: Point) -> None:
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        self.client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def lift(self, at: Point, index: int) -> None:
        """Lift one finger of several."""
        touch = {"x": at[0], "y": at[1], "id": index}
        self.client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": [touch]})

    def tap(self, at: Point) -> None:
        self.send("touchStart", at)
        self.send("touchEnd")


def test_row_79_fingers_pan_zoom_move_and_link(graph: Editor) -> None:
    fingers = Fingers(graph)
    at = by(empty(graph), 300, -100)
    x, y, _ = camera(graph)
    fingers.send("touchStart", at)
    for part in range(1, 5):
        fingers.send("touchMove", by(at, 12 * part, -8 * part))
    fingers.send("touchEnd")
    assert camera(graph)[:2] == pytest.approx((x + 48, y - 32), abs=2)

    zoom = camera(graph)[2]
    a, b = by(at, -60), by(at, 60)
    fingers.send("touchStart", a)
    fingers.send("touchStart", a, b)
    for part in range(1, 5):
        fingers.send("touchMove", by(a, 8 * part), by(b, -8 * part))
    fingers.send("touchEnd")
    assert camera(graph)[2] < 0.8 * zoom

    start = graph.title("9")
    fingers.send("touchStart", start)
    graph.page.wait_for_timeout(400)
    for part in range(1, 5):
        fingers.send("touchMove", by(start, 0, 10 * part))
    fingers.send("touchEnd")
    assert place(graph, "9")[1] > 400

    fingers.tap(graph.socket(LATENT))
    fingers.tap(graph.socket("9.input:samples"))
    assert links(graph, "9") == {"samples": ["4", 0, "LATENT"]}

    graph.press("Control+z")
    fingers.send("touchStart", graph.title("5"))
    graph.page.wait_for_selector('[data-overlay="menu"]')
    fingers.send("touchEnd")


def test_row_79_a_second_finger_and_one_that_is_lifted_make_no_jump(graph: Editor) -> None:
    fingers = Fingers(graph)
    at = by(empty(graph), 300, -100)
    fingers.send("touchStart", at)
    for part in range(1, 5):
        fingers.send("touchMove", by(at, 20 * part, 0))
    first, second = by(at, 80), by(at, 280)
    before = settled(graph)
    fingers.send("touchStart", first, second)
    fingers.send("touchMove", by(first, 1), second)
    assert settled(graph) == pytest.approx(before, abs=3)

    fingers.lift(second, 1)
    fingers.send("touchMove", by(first, 31))
    x, y, zoom = settled(graph)
    assert zoom == pytest.approx(before[2], abs=0.02)
    assert (x, y) == pytest.approx((before[0] + 30, before[1]), abs=6)
    fingers.send("touchEnd")
