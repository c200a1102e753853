"""The queue's panel with thousands of runs: few of them are in the page."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Route, expect

from tests.browser.editor import Editor
from tests.browser.runs import QUICK, document, queued, start, wait_for

pytestmark = pytest.mark.usefixtures("warm", "nothing_runs")

#: More rows than are seen of each list, on both of its ends.
FEW = 80


def job(number: int, state: str) -> dict[str, Any]:
    now = time.time()
    ended = None if state == "queued" else now
    return {
        "id": f"{state}-{number}",
        "state": state,
        "title": "Many",
        "prompt": f"picture {number}",
        "seed": str(number),
        "created": now,
        "started": ended,
        "ended": ended,
        "batch": None,
        "batch_index": 0,
        "key": None,
        "error": None,
        "outputs": [],
        "values": {},
    }


def with_many(editor: Editor, waiting: int, ended: int) -> list[int]:
    """Let the server tell of so many jobs; the answer grows by the places that it is asked for."""
    asked: list[int] = []

    def part(route: Route, state: str, total: int) -> list[dict[str, Any]]:
        query = parse_qs(urlsplit(route.request.url).query)
        offset, limit = (int(query.get(name, ["0"])[0]) for name in ("offset", "limit"))
        asked.append(offset)
        return [job(number, state) for number in range(offset, min(total, offset + limit))]

    def queue(route: Route) -> None:
        jobs = part(route, "queued", waiting)
        route.fulfill(json={"running": [], "queued": jobs, "total": waiting, "is_paused": False})

    def jobs(route: Route) -> None:
        if "succeeded%2C" not in route.request.url:
            route.continue_()
        else:
            route.fulfill(json={"items": part(route, "succeeded", ended), "total": ended})

    editor.page.route("**/api/v1/queue?*", queue)
    editor.page.route("**/api/v1/jobs?*", jobs)
    return asked


def open_panel(editor: Editor) -> None:
    start(editor, document())
    editor.page.locator("[data-panel=queue]").click()
    editor.page.locator(".queue .job").first.wait_for()


@pytest.mark.parametrize(("waiting", "ended"), [(5000, 0), (0, 5000), (3000, 3000)])
def test_row_73_of_thousands_of_runs_few_are_in_the_page(
    editor: Editor, waiting: int, ended: int
) -> None:
    with_many(editor, waiting, ended)
    open_panel(editor)
    rows = editor.page.locator(".queue .job")
    scroll = "(body, share) => { body.scrollTop = share * body.scrollHeight; }"
    body = editor.page.locator(".panel-body:has(> .queue)")
    for share in (0, 0.3, 0.6, 1):
        body.evaluate(scroll, share)
        wait_for(lambda: rows.evaluate_all("(all) => all.some((each) => each.checkVisibility())"))
        assert rows.count() < FEW

    state, last = ("succeeded", ended) if ended else ("queued", waiting)
    end = editor.page.locator(f"[data-job='{state}-{last - 1}']")
    expect(end).to_be_in_viewport(timeout=QUICK)
    expect(end).to_contain_text(f"picture {last - 1}")
    assert end.get_attribute("aria-posinset") == end.get_attribute("aria-setsize") == str(last)
    assert rows.count() < FEW


def test_row_73_what_is_not_seen_is_not_asked_for(editor: Editor) -> None:
    asked = with_many(editor, 5000, 5000)
    open_panel(editor)
    editor.still()

    assert max(asked) == 0


def test_row_73_a_run_is_named_by_what_it_draws(editor: Editor) -> None:
    first, _ = queued(editor, 2, 2900)
    editor.page.locator("[data-panel=queue]").click()
    row = editor.page.locator(f".queue [data-job='{first}']")

    expect(row.locator(".job-title")).to_have_text(document()["nodes"]["2"]["values"]["text"])
    expect(row.locator(".job-about")).to_contain_text("seed 2901")
