"""The queue's panel: row 73."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.browser.editor import Editor
from tests.browser.runs import (
    QUICK,
    ask,
    document,
    queued,
    running,
    seed,
    start,
    wait_for,
)

pytestmark = pytest.mark.usefixtures("warm", "nothing_runs")


def png(name: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (ord(name), 0, 0)).save(file, "png")
    return file.getvalue()


def panel(editor: Editor) -> Any:
    editor.page.locator("[data-panel=queue]").click()
    return editor.page.locator(".queue")


def test_row_73_the_queue_lists_what_runs_waits_and_is_done(editor: Editor) -> None:
    queued(editor, 2, 2000)
    queue = panel(editor)
    expect(queue.get_by_role("progressbar")).to_have_count(1)
    expect(queue.locator(".queue-rows .job")).to_have_count(2)
    queue.get_by_role("button", name="Stop").click()
    expect(queue.locator(".job.is-cancelled").first).to_be_visible(timeout=QUICK)

    expect(queue.locator(".queue-rows .job")).to_have_count(1, timeout=QUICK)


def test_row_73_waiting_runs_are_moved_by_dragging(editor: Editor) -> None:
    first, second, third = queued(editor, 3, 2100)
    queue = panel(editor)
    handle = queue.locator(f"[data-job='{third}'] .job-handle").bounding_box()
    top = queue.locator(f"[data-job='{first}']").bounding_box()
    assert handle and top
    editor.drag((handle["x"] + 8, handle["y"] + 12), (handle["x"] + 8, top["y"] + 4))

    wait_for(
        lambda: (
            [each["id"] for each in ask(editor.server, "queue")["queued"]] == [third, first, second]
        )
    )
    shown = queue.locator(".queue-rows .job")
    expect(shown.first).to_have_attribute("data-job", third)


def test_row_73_waiting_runs_are_moved_and_cancelled_by_keys(editor: Editor) -> None:
    first, second = queued(editor, 2, 2200)
    queue = panel(editor)
    queue.locator(f"[data-job='{first}']").focus()
    editor.press("Alt+ArrowDown")
    wait_for(
        lambda: [each["id"] for each in ask(editor.server, "queue")["queued"]] == [second, first]
    )
    expect(queue.locator(f"[data-job='{first}']")).to_be_focused()
    editor.press("Delete")

    wait_for(lambda: [each["id"] for each in ask(editor.server, "queue")["queued"]] == [second])
    expect(queue.locator(".queue-rows .job")).to_have_count(1)
    expect(queue.locator(f"[data-job='{second}']")).to_be_focused()


def test_row_73_a_batch_is_one_row_and_is_cancelled_as_one(editor: Editor) -> None:
    queued(editor, 1, 2300)
    editor.page.locator(".run-times input").fill("4")
    editor.press("Tab")
    editor.page.locator(".run-main").click()
    queue = panel(editor)
    row = queue.locator(".queue-rows .job").nth(1)
    expect(row).to_contain_text("4 runs")
    row.get_by_role("button", name="Cancel all 4 runs").click()

    wait_for(lambda: ask(editor.server, "queue")["total"] == 1)


def test_row_73_a_batch_is_cancelled_as_far_as_it_is_not_listed_too(editor: Editor) -> None:
    queued(editor, 1, 2350)
    editor.page.locator(".run-times input").fill("130")
    editor.press("Tab")
    editor.page.locator(".run-main").click()
    queue = panel(editor)
    row = queue.locator(".queue-rows .job").nth(1)
    row.get_by_role("button", name=re.compile("Cancel all .. runs")).click(timeout=QUICK)

    wait_for(lambda: ask(editor.server, "queue")["total"] == 1)


def test_row_73_the_workflow_of_a_run_is_opened_with_its_values(editor: Editor) -> None:
    start(editor, document(seed=2400, control="increment"))
    editor.page.locator(".run-times input").fill("2")
    editor.press("Tab")
    editor.page.locator(".run-main").click()
    queue = panel(editor)
    row = queue.locator(".job.is-succeeded").first
    expect(row).to_contain_text("2 runs", timeout=QUICK)
    row.hover()
    row.get_by_role("button", name="Open its workflow").click()

    wait_for(lambda: seed(editor) in (2400, 2401))
    expect(editor.page.locator(".tab-title")).to_have_count(2)


def test_row_73_a_cancelled_run_is_run_again(editor: Editor) -> None:
    (waiting,) = queued(editor, 1, 2500)
    queue = panel(editor)
    queue.locator(f"[data-job='{waiting}']").get_by_role("button", name="Cancel").click()
    row = queue.locator(f".job.is-cancelled[data-job='{waiting}']")
    row.wait_for(timeout=QUICK)
    row.hover()
    row.get_by_role("button", name="Run again").click()

    wait_for(lambda: [each["id"] for each in ask(editor.server, "queue")["queued"]] == [waiting])


def test_pausing_rests_all_and_goes_on_where_it_was(editor: Editor) -> None:
    queued(editor, 1, 2600)
    bar = editor.page.locator(".run-bar")
    bar.get_by_role("button", name="Pause").click()
    wait_for(lambda: ask(editor.server, "jobs?state=paused")["total"] == 1)
    expect(editor.page.locator(".run-word")).to_have_text("Paused")
    bar.get_by_role("button", name="Go on").click()

    wait_for(lambda: ask(editor.server, "queue")["running"])
    running(editor)


def test_what_is_run_while_the_queue_is_paused_waits(editor: Editor) -> None:
    queued(editor, 0, 2600)
    bar = editor.page.locator(".run-bar")
    bar.get_by_role("button", name="Pause").click()
    queue = panel(editor)
    held = editor.page.locator(".queue-held")
    expect(held).to_contain_text("The queue is paused", timeout=QUICK)
    editor.page.locator(".run-main").click()
    expect(queue.locator(".queue-rows .job")).to_have_count(1, timeout=QUICK)
    wait_for(lambda: not ask(editor.server, "queue")["running"])
    other = editor.page.context.new_page()
    other.goto(editor.server)
    expect(other.locator(".run-word")).to_have_text("Paused", timeout=QUICK)
    editor.page.reload()
    expect(held).to_contain_text("The queue is paused", timeout=QUICK)
    held.get_by_role("button", name="Go on").click()

    wait_for(lambda: ask(editor.server, "queue")["running"])
    expect(held).to_have_count(0)
    expect(other.locator(".run-word")).not_to_have_text("Paused", timeout=QUICK)


def test_one_press_rests_a_long_queue_whole(editor: Editor) -> None:
    queued(editor, 1, 2700)
    many = {"document": document(steps=2), "batch": {"seeds": {"start": 1, "count": 130}}}
    ask(editor.server, "jobs", many)
    editor.page.locator(".run-bar").get_by_role("button", name="Pause").click()

    wait_for(lambda: not ask(editor.server, "queue")["running"])
    assert ask(editor.server, "queue")["total"] == 131
    expect(editor.page.locator(".run-word")).to_have_text("Paused")
    editor.page.locator(".run-bar").get_by_role("button", name="Go on").click()
    wait_for(lambda: ask(editor.server, "queue")["running"])


def test_a_batch_goes_through_the_pictures_of_a_folder(editor: Editor) -> None:
    load = {"type": "LoadImage", "version": 1, "place": [0, 0, 0, 0], "values": {"image": ""}}
    save = {
        "type": "SaveImage",
        "version": 1,
        "place": [300, 0, 0, 0],
        "links": {"images": ["1", 0, "IMAGE"]},
    }
    nodes = {"1": load, "2": save}
    editor.open({"format": "sfumato", "version": 1, "title": "Folder", "nodes": nodes})
    editor.page.locator(".run-more").click()
    editor.page.get_by_role("menuitem", name="Run a batch").click()
    dialog = editor.page.get_by_role("dialog")
    files = [
        FilePayload(name=f"{each}.png", mimeType="image/png", buffer=png(each)) for each in "abc"
    ]
    dialog.locator("input[type=file][multiple]").set_input_files(files)
    expect(dialog.get_by_role("status")).to_have_text("3 runs", timeout=QUICK)
    dialog.get_by_role("button", name="Run", exact=True).click()

    done = wait_for(
        lambda: [
            each
            for each in ask(editor.server, "jobs?state=succeeded&limit=10")["items"]
            if each["title"] == "Folder"
        ][2:],
        60,
    )
    assert done
