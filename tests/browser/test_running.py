"""Running: queueing, progress, previews, results: rows 60 and 65 to 71."""

from __future__ import annotations

import copy
import re

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.runs import (
    LONG,
    QUICK,
    ask,
    document,
    is_in,
    run,
    running,
    seed,
    start,
    succeeded,
    wait_for,
)
from tests.browser.values import spin

pytestmark = pytest.mark.usefixtures("warm", "nothing_runs")


def test_row_65_ctrl_enter_queues_what_is_seen(editor: Editor) -> None:
    start(editor, document(seed=1001))
    run(editor)
    is_in(editor, "7", "done")

    job = succeeded(editor.server, 1001)
    assert ask(editor.server, f"jobs/{job['id']}/document")["nodes"]["5"]["values"]["seed"] == 1001


def test_row_65_ctrl_shift_enter_goes_before_what_waits(editor: Editor) -> None:
    start(editor, document(steps=LONG, seed=1002))
    run(editor)
    running(editor)
    run(editor)
    wait_for(lambda: ask(editor.server, "queue")["total"] == 1)
    (waiting,) = ask(editor.server, "queue")["queued"]
    editor.press("Control+Shift+Enter")
    wait_for(lambda: ask(editor.server, "queue")["total"] == 2)

    assert ask(editor.server, "queue")["queued"][1]["id"] == waiting["id"]


def test_row_65_ctrl_alt_enter_stops_what_runs(editor: Editor) -> None:
    start(editor, document(steps=LONG, seed=1003))
    run(editor)
    running(editor)
    editor.press("Control+Alt+Enter")

    expect(editor.page.locator(".run-progress")).to_have_count(0, timeout=QUICK)
    expect(editor.node("5")).not_to_have_class(re.compile("is-running"))
    assert ask(editor.server, "jobs?limit=1")["items"][0]["state"] == "cancelled"


def test_the_button_queues_as_many_runs_as_it_says_with_a_seed_each(editor: Editor) -> None:
    start(editor, document(seed=50, control="increment"))
    editor.page.locator(".run-times input").fill("3")
    editor.press("Tab")
    editor.page.locator(".run-main").click()
    is_in(editor, "7", "done")
    wait_for(
        lambda: (
            not ask(editor.server, "queue")["running"] and not ask(editor.server, "queue")["total"]
        )
    )

    jobs = ask(editor.server, "jobs?limit=3")["items"]
    assert len({each["batch"] for each in jobs}) == 1
    assert sorted(each["values"]["5.seed"] for each in jobs) == [50, 51, 52]
    assert seed(editor) == 52


def test_row_60_the_used_seed_is_written_back(editor: Editor) -> None:
    start(editor, document(seed=60, control="increment"))
    for used in (60, 61):
        run(editor)
        job = succeeded(editor.server, used)
        assert (
            ask(editor.server, f"jobs/{job['id']}/document")["nodes"]["5"]["values"]["seed"] == used
        )
        wait_for(lambda used=used: seed(editor) == used)
    editor.press("Control+z")

    assert seed(editor) == 61, "what a run used is no edit"


def test_row_60_a_random_seed_of_64_bits_is_the_one_that_ran(editor: Editor) -> None:
    start(editor, document(seed="18446744073709551615", control="randomize"))
    run(editor)
    is_in(editor, "7", "done")
    run(editor)
    wait_for(lambda: seed(editor) != "18446744073709551615")

    job = succeeded(editor.server, seed(editor))
    assert str(
        ask(editor.server, f"jobs/{job['id']}/document")["nodes"]["5"]["values"]["seed"]
    ) == str(seed(editor))


def test_a_batch_of_a_grid_and_seeds(editor: Editor) -> None:
    start(editor, document(seed=1))
    editor.page.locator(".run-more").click()
    editor.page.get_by_role("menuitem", name="Run a batch…").click()
    dialog = editor.page.get_by_role("dialog", name="Run a batch")
    dialog.get_by_label("How many").fill("2")
    dialog.get_by_label("First seed").fill("70")
    dialog.get_by_label("Input").last.select_option("steps")
    dialog.get_by_label("Values").fill("1, 2")
    expect(dialog.get_by_text("4 runs")).to_be_visible()
    dialog.get_by_role("button", name="Run").click()
    expect(dialog).to_have_count(0)
    wait_for(
        lambda: (
            not ask(editor.server, "queue")["running"] and not ask(editor.server, "queue")["total"]
        )
    )

    jobs = ask(editor.server, "jobs?limit=4")["items"]
    made = sorted((each["values"]["steps"], each["values"]["seed"]) for each in jobs)
    assert made == [(1, 70), (1, 71), (2, 70), (2, 71)]


def test_a_batch_says_what_is_wrong_with_it_and_stays_open(editor: Editor) -> None:
    start(editor, document(seed=1))
    editor.page.locator(".run-more").click()
    editor.page.get_by_role("menuitem", name="Run a batch…").click()
    dialog = editor.page.get_by_role("dialog", name="Run a batch")
    dialog.get_by_text("Rows of a table").click()
    dialog.get_by_label("Rows of a table").fill("nothing_of_that_name\n1\n")
    dialog.get_by_role("button", name="Run").click()

    expect(dialog.get_by_role("alert")).to_contain_text("nothing_of_that_name")


def test_row_66_a_running_node_has_a_border_and_a_bar_and_the_title_counts(editor: Editor) -> None:
    start(editor, document(steps=LONG, seed=1004))
    run(editor)
    is_in(editor, "5", "running")
    running(editor)

    expect(editor.node("5").locator(".node-badge")).to_have_text(re.compile(rf"\d+/{LONG}"))
    bar = "getComputedStyle(document.querySelector('[data-node=\"5\"] .node-header'), '::after').display"
    assert editor.page.evaluate(bar) == "block"
    wait_for(lambda: re.match(rf"\(1\) \d+/{LONG} .*Sfumato", editor.page.title()))
    icon = editor.page.locator('link[rel="icon"]')
    assert (icon.get_attribute("href") or "").startswith("data:image/svg")
    editor.press("Control+Alt+Enter")
    wait_for(lambda: "(" not in editor.page.title())
    assert not (icon.get_attribute("href") or "").startswith("data:")


def test_row_67_the_sampler_shows_what_it_has_so_far(editor: Editor) -> None:
    start(editor, document(steps=LONG, seed=1005))
    run(editor)
    preview = editor.node("5").locator(".node-figure img[src^='blob:']")
    preview.wait_for(timeout=QUICK)
    first = preview.get_attribute("src")

    wait_for(lambda: preview.get_attribute("src") not in (None, first))
    assert preview.count() == 1


def test_row_68_the_result_is_on_the_node_and_there_again_after_a_reload(editor: Editor) -> None:
    start(editor, document(seed=1006))
    run(editor)
    picture = editor.node("7").locator(".node-figure img").first
    picture.wait_for(timeout=QUICK)
    assert (
        picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }")
        == 64
    )
    editor.page.reload()
    if editor.page.locator("button[data-face=graph]").get_attribute("aria-pressed") != "true":
        editor.page.locator("button[data-face=graph]").click()

    editor.node("7").locator(".node-figure img").first.wait_for(timeout=QUICK)
    is_in(editor, "7", "done")


def test_row_68_the_result_is_there_again_when_a_later_run_was_stopped(editor: Editor) -> None:
    start(editor, document(seed=1016, control="increment"))
    run(editor)
    picture = editor.node("7").locator(".node-figure img").first
    picture.wait_for(timeout=QUICK)
    # a picture of an earlier run is there at once: the one to be stopped comes after this one
    succeeded(editor.server, 1016)
    spin(editor, "5", "steps").fill(str(LONG))
    editor.press("Enter")
    run(editor)
    expect(editor.page.locator(".run-word")).to_have_text(re.compile(rf"\d+/{LONG}"), timeout=QUICK)
    editor.press("Control+Alt+Enter")
    wait_for(lambda: not ask(editor.server, "queue")["running"])
    editor.page.reload()
    editor.page.locator("button[data-face=graph]").click()

    editor.node("7").locator(".node-figure img").first.wait_for(timeout=QUICK)


def test_row_69_stored_results_are_marked_quietly(editor: Editor) -> None:
    start(editor, document(seed=1007))
    run(editor)
    is_in(editor, "7", "done")
    run(editor)

    is_in(editor, "5", "cached")
    badge = editor.node("5").locator(".node-badge")
    expect(badge).to_have_text("")
    assert "earlier run" in (badge.get_attribute("title") or "")
    assert "Took" in (badge.get_attribute("title") or "")


def test_row_70_muted_and_bypassed_nodes_do_not_run(editor: Editor) -> None:
    made = document(seed=1008)
    made["nodes"]["8"] = copy.deepcopy(made["nodes"]["7"]) | {
        "mode": "mute",
        "place": [1400, 560, 320, 0],
    }
    start(editor, made)
    run(editor)
    job = succeeded(editor.server, 1008)
    is_in(editor, "7", "done")

    expect(editor.node("8")).not_to_have_class(re.compile("is-(done|cached)"))
    assert [each["node"] for each in job["outputs"]] == ["7"]


def test_row_71_run_up_to_here_runs_what_the_selected_node_needs(editor: Editor) -> None:
    start(editor, document(seed=1009))
    editor.mouse.click(*editor.title("6"))
    expect(editor.node("6")).to_have_class(re.compile("is-selected"))
    editor.page.locator(".run-more").click()
    editor.page.get_by_role("menuitem", name="Run up to here").click()
    wait_for(
        lambda: (ask(editor.server, "jobs?limit=1")["items"] or [{}])[0].get("targets") == ["6"]
    )
    is_in(editor, "6", "done")

    expect(editor.node("7")).not_to_have_class(re.compile("is-(done|cached|running)"))
