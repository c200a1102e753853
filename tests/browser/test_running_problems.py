"""What is wrong, before and after it is queued: row 72."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.runs import (
    QUICK,
    ask,
    document,
    is_in,
    run,
    start,
    wait_for,
)
from tests.browser.values import spin

pytestmark = pytest.mark.usefixtures("warm", "nothing_runs")


def test_row_72_a_refused_run_marks_the_socket_and_is_in_the_list(editor: Editor) -> None:
    made = document()
    del made["nodes"]["5"]["links"]["positive"]
    start(editor, made)
    run(editor)
    toast = editor.page.locator(".toast.is-bad")
    expect(toast).to_contain_text("Link an output of type CONDITIONING")
    is_in(editor, "5", "bad")
    mark = editor.node("5").locator('[data-socket="input:positive"]')
    expect(mark).to_have_class(re.compile("is-(wrong|wanted)"))
    assert "Link an output" in (mark.get_attribute("title") or "")
    toast.get_by_role("button", name="Show").click()

    expect(editor.page.locator("[data-problem='5']").first).to_contain_text("positive")


def test_row_72_a_click_in_the_list_goes_to_the_node(editor: Editor) -> None:
    made = document()
    made["nodes"]["5"]["values"]["steps"] = 0
    made["nodes"]["5"]["place"] = [9000, 9000, 300, 0]
    editor.open(made)
    if editor.page.locator("button[data-face=graph]").get_attribute("aria-pressed") != "true":
        editor.page.locator("button[data-face=graph]").click()
    editor.page.locator("[data-panel=problems]").click()
    editor.page.locator("[data-problem='5']").first.click(timeout=QUICK)

    expect(editor.node("5")).to_be_visible()
    expect(editor.node("5")).to_have_class(re.compile("is-selected"))
    expect(editor.node("5")).to_be_in_viewport()


def bad_pixels(editor: Editor, canvas: str) -> int:
    """Count what has the colour of errors on a canvas."""
    count = """(name) => {
      const canvas = document.querySelector(name);
      const colour = getComputedStyle(document.documentElement).getPropertyValue("--bad").trim();
      const bad = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4)
        count += bad.every((each, channel) => Math.abs(data[at + channel] - each) < 8);
      return count; }"""
    return editor.page.evaluate(count, canvas)


def test_row_72_an_error_is_seen_on_the_map_until_it_is_put_right(editor: Editor) -> None:
    made = document()
    made["nodes"]["5"]["values"]["steps"] = 0
    start(editor, made)
    is_in(editor, "5", "bad")
    wait_for(lambda: bad_pixels(editor, ".minimap") > 40)

    field = spin(editor, "5", "steps")
    field.fill("4")
    field.press("Enter")

    wait_for(lambda: bad_pixels(editor, ".minimap") == 0)


def test_row_72_an_error_is_seen_from_far_away(editor: Editor) -> None:
    made = document()
    made["nodes"]["5"]["values"]["steps"] = 0
    start(editor, made)
    is_in(editor, "5", "bad")
    editor.mouse.move(700, 450)
    for _ in range(14):
        editor.mouse.wheel(0, 240)
    expect(editor.node("5")).to_have_count(0, timeout=QUICK)

    wait_for(lambda: bad_pixels(editor, ".surface-back") > 40)


def test_checking_while_editing_marks_a_wrong_link_with_the_servers_words(editor: Editor) -> None:
    made = document()
    made["nodes"]["5"]["links"]["model"] = ["1", 2, "VAE"]
    start(editor, made)
    mark = editor.node("5").locator('[data-socket="input:model"]')
    expect(mark).to_have_class(re.compile("is-wrong"), timeout=QUICK)
    assert "takes MODEL" in (mark.get_attribute("title") or "")
    assert not ask(editor.server, "queue")["running"]
    editor.drag_link("1.output:0", "5.input:model")

    expect(mark).not_to_have_class(re.compile("is-wrong"), timeout=QUICK)


def test_checking_asks_nothing_while_nothing_changes(editor: Editor) -> None:
    asked: list[str] = []
    editor.page.on("request", lambda request: asked.append(request.url))
    start(editor, document())
    wait_for(
        lambda: any("/validate" in each for each in asked) or editor.page.wait_for_timeout(100)
    )
    editor.page.wait_for_timeout(1200)
    asked.clear()
    editor.drag(editor.title("7"), (editor.title("7")[0] + 40, editor.title("7")[1] + 160))
    editor.page.wait_for_timeout(1500)

    assert [each for each in asked if "/validate" in each] == []
