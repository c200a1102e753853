"""Running: queue, progress, previews, results, errors, the queue's panel, coming back."""

from __future__ import annotations

import copy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from engine.workflow import HOME as ROOT
from tests.browser.editor import Editor

WORKFLOW = json.loads((ROOT / "workflows/text_to_image.json").read_text())
QUICK = 30_000
#: A fresh server loads the model first.
PATIENT = 180_000
#: Long enough to do something meanwhile; always cancelled.
LONG = 2_000


def document(
    *, steps: int = 2, seed: int | str = 7, control: str = "fixed", size: int = 64
) -> dict[str, Any]:
    made = copy.deepcopy(WORKFLOW)
    made["nodes"]["4"]["values"] |= {"width": size, "height": size}
    made["nodes"]["5"]["values"] |= {
        "steps": steps,
        "seed": seed,
        "cfg": 1.0,
        "sampler_name": "euler",
    }
    made["nodes"]["5"]["controls"] = {"seed": control}
    return made


def ask(editor: Editor, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{editor.server.rstrip('/')}/api/v1/{path}", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def wait_for(check: Any, seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while True:
        if found := check():
            return found
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.1)


@pytest.fixture(scope="session")
def warm(server: str) -> None:
    """Load the model once, which takes longer than anything else here."""
    editor = Editor.__new__(Editor)
    editor.server = server
    ask(editor, "jobs", {"document": document()})
    wait_for(lambda: ask(editor, "jobs?state=succeeded")["total"], 90)


@pytest.fixture(autouse=True)
def nothing_runs(server: str, warm: None) -> Iterator[None]:
    yield
    editor = Editor.__new__(Editor)
    editor.server = server
    for state in ("queued", "running", "paused"):
        ask(editor, "jobs/cancel", {"state": state})


def start(editor: Editor, made: dict[str, Any]) -> None:
    editor.open(made)
    graph = editor.page.locator("button[data-face=graph]")
    if graph.get_attribute("aria-pressed") != "true":
        graph.click()
    editor.node("5").wait_for()


def run(editor: Editor) -> None:
    editor.press("Control+Enter")


def is_in(editor: Editor, node: str, state: str, timeout: float = QUICK) -> None:
    expect(editor.node(node)).to_have_class(re.compile(rf"\bis-{state}\b"), timeout=timeout)


def running(editor: Editor, timeout: float = QUICK) -> None:
    expect(editor.page.locator(".run-word")).to_have_text(re.compile(r"\d+/\d+"), timeout=timeout)


def seed(editor: Editor) -> Any:
    return editor.document()["nodes"]["5"]["values"]["seed"]


# --- queueing


def test_row_65_ctrl_enter_queues_what_is_seen(editor: Editor) -> None:
    start(editor, document(seed=1001))
    run(editor)
    is_in(editor, "7", "done")

    job = ask(editor, "jobs?limit=1")["items"][0]
    assert job["state"] == "succeeded"
    assert ask(editor, f"jobs/{job['id']}/document")["nodes"]["5"]["values"]["seed"] == 1001


def test_row_65_ctrl_shift_enter_goes_before_what_waits(editor: Editor) -> None:
    start(editor, document(steps=LONG, seed=1002))
    run(editor)
    running(editor)
    run(editor)
    wait_for(lambda: ask(editor, "queue")["total"] == 1)
    (waiting,) = ask(editor, "queue")["queued"]
    editor.press("Control+Shift+Enter")
    wait_for(lambda: ask(editor, "queue")["total"] == 2)

    assert ask(editor, "queue")["queued"][1]["id"] == waiting["id"]


def test_row_65_ctrl_alt_enter_stops_what_runs(editor: Editor) -> None:
    start(editor, document(steps=LONG, seed=1003))
    run(editor)
    running(editor)
    editor.press("Control+Alt+Enter")

    expect(editor.page.locator(".run-progress")).to_have_count(0, timeout=QUICK)
    expect(editor.node("5")).not_to_have_class(re.compile("is-running"))
    assert ask(editor, "jobs?limit=1")["items"][0]["state"] == "cancelled"


def test_the_button_queues_as_many_runs_as_it_says_with_a_seed_each(editor: Editor) -> None:
    start(editor, document(seed=50, control="increment"))
    editor.page.locator(".run-times input").fill("3")
    editor.press("Tab")
    editor.page.locator(".run-main").click()
    is_in(editor, "7", "done")
    wait_for(lambda: not ask(editor, "queue")["running"] and not ask(editor, "queue")["total"])

    jobs = ask(editor, "jobs?limit=3")["items"]
    assert len({each["batch"] for each in jobs}) == 1
    assert sorted(each["values"]["5.seed"] for each in jobs) == [50, 51, 52]
    assert seed(editor) == 52


def test_row_60_the_used_seed_is_written_back(editor: Editor) -> None:
    start(editor, document(seed=60, control="increment"))
    for used in (60, 61):
        run(editor)
        wait_for(lambda used=used: seed(editor) == used)
        wait_for(lambda: ask(editor, "jobs?limit=1")["items"][0]["state"] == "succeeded")
        job = ask(editor, "jobs?limit=1")["items"][0]
        assert ask(editor, f"jobs/{job['id']}/document")["nodes"]["5"]["values"]["seed"] == used
    editor.press("Control+z")

    assert seed(editor) == 61, "what a run used is no edit"


def test_row_60_a_random_seed_of_64_bits_is_the_one_that_ran(editor: Editor) -> None:
    start(editor, document(seed="18446744073709551615", control="randomize"))
    run(editor)
    is_in(editor, "7", "done")
    run(editor)
    wait_for(lambda: seed(editor) != "18446744073709551615")
    wait_for(lambda: ask(editor, "jobs?limit=1")["items"][0]["state"] == "succeeded")

    job = ask(editor, "jobs?limit=1")["items"][0]
    assert str(ask(editor, f"jobs/{job['id']}/document")["nodes"]["5"]["values"]["seed"]) == str(
        seed(editor)
    )


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
    wait_for(lambda: not ask(editor, "queue")["running"] and not ask(editor, "queue")["total"])

    jobs = ask(editor, "jobs?limit=4")["items"]
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


# --- how it looks meanwhile


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
    is_in(editor, "7", "done")
    wait_for(lambda: ask(editor, "jobs?limit=1")["items"][0]["state"] == "succeeded")

    expect(editor.node("8")).not_to_have_class(re.compile("is-(done|cached)"))
    assert [each["node"] for each in ask(editor, "jobs?limit=1")["items"][0]["outputs"]] == ["7"]


def test_row_71_run_up_to_here_runs_what_the_selected_node_needs(editor: Editor) -> None:
    start(editor, document(seed=1009))
    editor.mouse.click(*editor.title("6"))
    expect(editor.node("6")).to_have_class(re.compile("is-selected"))
    editor.page.locator(".run-more").click()
    editor.page.get_by_role("menuitem", name="Run up to here").click()
    wait_for(lambda: (ask(editor, "jobs?limit=1")["items"] or [{}])[0].get("targets") == ["6"])
    is_in(editor, "6", "done")

    expect(editor.node("7")).not_to_have_class(re.compile("is-(done|cached|running)"))


# --- what is wrong


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


def test_row_72_an_error_is_seen_from_far_away(editor: Editor) -> None:
    made = document()
    made["nodes"]["5"]["values"]["steps"] = 0
    start(editor, made)
    is_in(editor, "5", "bad")
    editor.mouse.move(700, 450)
    for _ in range(14):
        editor.mouse.wheel(0, 240)
    expect(editor.node("5")).to_have_count(0, timeout=QUICK)

    red = """() => { const canvas = document.querySelector(".surface-back"); const { data } = canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height); let count = 0;
      for (let at = 0; at < data.length; at += 4) count += data[at] > 200 && data[at + 1] < 160 && data[at + 2] < 160 && data[at] - data[at + 1] > 90;
      return count; }"""
    assert editor.page.evaluate(red) > 40


def test_checking_while_editing_marks_a_wrong_link_with_the_servers_words(editor: Editor) -> None:
    made = document()
    made["nodes"]["5"]["links"]["model"] = ["1", 2, "VAE"]
    start(editor, made)
    mark = editor.node("5").locator('[data-socket="input:model"]')
    expect(mark).to_have_class(re.compile("is-wrong"), timeout=QUICK)
    assert "takes MODEL" in (mark.get_attribute("title") or "")
    assert not ask(editor, "queue")["running"]
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


# --- the queue's panel


def panel(editor: Editor) -> Any:
    editor.page.locator("[data-panel=queue]").click()
    return editor.page.locator(".queue")


def queued(editor: Editor, count: int, seed: int) -> list[str]:
    """Queue a long run and some that wait; return the ids of those."""
    start(editor, document(steps=LONG, seed=seed, control="increment"))
    for number in range(count + 1):
        run(editor)
        wait_for(
            lambda number=number: (
                len(ask(editor, "queue")["queued"]) + len(ask(editor, "queue")["running"])
                == number + 1
            )
        )
        if not number:
            running(editor)
    return [each["id"] for each in ask(editor, "queue")["queued"]]


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
        lambda: [each["id"] for each in ask(editor, "queue")["queued"]] == [third, first, second]
    )
    shown = queue.locator(".queue-rows .job")
    expect(shown.first).to_have_attribute("data-job", third)


def test_row_73_waiting_runs_are_moved_and_cancelled_by_keys(editor: Editor) -> None:
    first, second = queued(editor, 2, 2200)
    queue = panel(editor)
    queue.locator(f"[data-job='{first}']").focus()
    editor.press("Alt+ArrowDown")
    wait_for(lambda: [each["id"] for each in ask(editor, "queue")["queued"]] == [second, first])
    queue.locator(f"[data-job='{first}']").focus()
    editor.press("Delete")

    wait_for(lambda: [each["id"] for each in ask(editor, "queue")["queued"]] == [second])
    expect(queue.locator(".queue-rows .job")).to_have_count(1)


def test_row_73_a_batch_is_one_row_and_is_cancelled_as_one(editor: Editor) -> None:
    queued(editor, 1, 2300)
    editor.page.locator(".run-times input").fill("4")
    editor.press("Tab")
    editor.page.locator(".run-main").click()
    queue = panel(editor)
    row = queue.locator(".queue-rows .job").nth(1)
    expect(row).to_contain_text("4 runs")
    row.get_by_role("button", name="Cancel all 4 runs").click()

    wait_for(lambda: ask(editor, "queue")["total"] == 1)


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

    wait_for(lambda: [each["id"] for each in ask(editor, "queue")["queued"]] == [waiting])


def test_pausing_rests_all_and_goes_on_where_it_was(editor: Editor) -> None:
    queued(editor, 1, 2600)
    bar = editor.page.locator(".run-bar")
    bar.get_by_role("button", name="Pause").click()
    wait_for(lambda: ask(editor, "jobs?state=paused")["total"] == 2)
    expect(editor.page.locator(".run-word")).to_have_text("Paused")
    bar.get_by_role("button", name="Go on").click()

    wait_for(lambda: ask(editor, "queue")["running"])
    running(editor)


# --- coming back


class Restarted:
    """A server that is killed and started again at the same address."""

    def __init__(self, base: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = base
        self.process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        command = [sys.executable, "main.py", "serve", "--port", str(self.port), "--auth", "none"]
        command += ["--base-directory", str(self.base), "--models", str(ROOT / "models")]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                return

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[Restarted]:
    made = Restarted(tmp_path)
    yield made
    made.kill()


@pytest.mark.slow
def test_row_74_a_restart_of_the_server_loses_no_edit_and_no_event(
    browser: Browser, restarted: Restarted
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    editor = Editor(context.new_page(), restarted.address)
    start(editor, document(steps=60, seed=3000))
    run(editor)
    running(editor, PATIENT)
    restarted.kill()
    expect(editor.page.locator(".connection")).to_be_visible(timeout=QUICK)
    before = editor.node("7").bounding_box()
    assert before
    editor.drag(editor.title("7"), (editor.title("7")[0], editor.title("7")[1] + 120))
    place = editor.document()["nodes"]["7"]["place"]
    assert place[1] > WORKFLOW["nodes"]["7"]["place"][1]
    restarted.start()

    expect(editor.page.locator(".connection")).to_have_count(0, timeout=QUICK)
    is_in(editor, "7", "done", PATIENT)
    editor.node("7").locator(".node-figure img").first.wait_for(timeout=QUICK)
    job = ask(editor, "jobs?limit=1")["items"][0]
    assert job["state"] == "succeeded"
    assert ask(editor, "jobs?limit=1")["total"] == 1
    assert editor.document()["nodes"]["7"]["place"] == place
    assert not editor.errors
    context.close()


@pytest.mark.slow
def test_row_74_a_run_that_is_queued_while_the_server_is_away_runs_once(
    browser: Browser, restarted: Restarted
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    editor = Editor(context.new_page(), restarted.address)
    start(editor, document(seed=3100))
    restarted.kill()
    run(editor)
    editor.page.wait_for_timeout(500)
    restarted.start()

    is_in(editor, "7", "done", PATIENT)
    assert ask(editor, "jobs?limit=1")["total"] == 1
    context.close()
