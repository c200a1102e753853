"""The counted gates of the editor: what is drawn, mounted and kept. Each has a control that fails without the optimisation."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import expect

from tests.browser.editor import Editor

COUNT_FRAMES = """
window.frames_asked = 0;
const ask = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (each) => { window.frames_asked += 1; return ask(each); };
"""


def large(columns: int, rows: int) -> dict[str, Any]:
    nodes: dict[str, Any] = {}
    for index in range(columns * rows):
        column, row = divmod(index, rows)
        nodes[str(index)] = {
            "type": "RepeatLatentBatch" if column else "EmptyLatentImage",
            "version": 1,
            "place": [column * 320, row * 180, 0, 0],
        }
        if column:
            nodes[str(index)]["links"] = {"samples": [str(index - rows), 0, "LATENT"]}
    return {"format": "sfumato", "version": 1, "id": "large", "title": "Large", "nodes": nodes}


def frames_when_quiet(editor: Editor) -> int:
    """Return how many frames are asked for in a second, the quietest of some: answers of the server may come late."""
    least = 1_000_000
    for _ in range(8):
        before = editor.page.evaluate("window.frames_asked")
        editor.page.wait_for_timeout(1000)
        least = min(least, editor.page.evaluate("window.frames_asked") - before)
        if not least:
            break
    return least


def test_nothing_is_drawn_while_nothing_changes(editor: Editor) -> None:
    editor.page.add_init_script(COUNT_FRAMES)
    editor.open(large(6, 5))

    assert editor.page.evaluate("window.frames_asked") > 0
    assert frames_when_quiet(editor) == 0


def test_a_surface_that_draws_all_the_time_would_be_found(editor: Editor) -> None:
    editor.page.add_init_script(COUNT_FRAMES)
    editor.open(large(6, 5))
    editor.page.evaluate("(function again() { requestAnimationFrame(again); })()")

    assert frames_when_quiet(editor) > 0


def mounted(editor: Editor) -> int:
    return editor.page.locator(".node").count()


def test_nodes_are_mounted_near_the_view_alone_and_250_at_most(editor: Editor) -> None:
    editor.open(large(40, 25))
    editor.frames(10)
    assert mounted(editor) == 0  # all of it is seen, from too far to read

    editor.press("Control+0")
    editor.page.locator(".node").first.wait_for()
    editor.frames(60)
    size = editor.page.evaluate("[innerWidth, innerHeight]")
    margin = 240
    most = ((size[0] + 2 * margin) / 320 + 2) * ((size[1] + 2 * margin) / 180 + 2)
    assert 0 < mounted(editor) <= min(most, 250)


def test_all_of_a_small_graph_is_mounted(editor: Editor) -> None:
    """The control: what is near is there, so the gate above does not hold for want of nodes."""
    editor.open(large(3, 3))

    expect(editor.page.locator(".node")).to_have_count(9)


def counters(editor: Editor) -> tuple[int, int]:
    """Return how many page nodes and listeners there are, those that nobody can reach left out."""
    client = editor.page.context.new_cdp_session(editor.page)
    for _ in range(3):
        client.send("HeapProfiler.collectGarbage")
        editor.page.wait_for_timeout(150)
    found = client.send("Memory.getDOMCounters")
    client.detach()
    return found["nodes"], found["jsEventListeners"]


def open_and_close_a_tab(editor: Editor) -> None:
    tabs = editor.page.locator(".tab")
    count = tabs.count()
    editor.page.get_by_role("button", name="New workflow").first.click()
    editor.page.wait_for_function(f"document.querySelectorAll('.tab').length === {count + 1}")
    editor.page.wait_for_timeout(300)
    tabs.last.locator(".tab-close").click()
    editor.page.wait_for_function(f"document.querySelectorAll('.tab').length === {count}")
    editor.page.wait_for_timeout(400)


def test_nothing_is_left_after_closing_a_tab(editor: Editor) -> None:
    editor.open(large(4, 4))
    open_and_close_a_tab(editor)
    nodes, listeners = counters(editor)
    for _ in range(4):
        open_and_close_a_tab(editor)
    after_nodes, after_listeners = counters(editor)

    assert after_listeners <= listeners + 2
    assert after_nodes <= nodes + 30


def test_listeners_that_stay_would_be_found(editor: Editor) -> None:
    editor.open(large(4, 4))
    _, listeners = counters(editor)
    editor.page.evaluate(
        "for (let i = 0; i < 8; i += 1) document.addEventListener('keydown', () => window.name = String(i))"
    )

    assert counters(editor)[1] > listeners + 2


def layers(editor: Editor) -> int:
    """Return how many layers the page is put together of."""
    client = editor.page.context.new_cdp_session(editor.page)
    found: list[int] = []
    client.on("LayerTree.layerTreeDidChange", lambda e: found.append(len(e.get("layers", []))))
    client.send("DOM.enable")
    client.send("LayerTree.enable")
    editor.drag((720, 860), (715, 855), button="middle")
    editor.page.wait_for_timeout(500)
    client.detach()
    return found[-1]


def test_all_nodes_of_the_page_share_a_layer(editor: Editor) -> None:
    editor.open(large(5, 5))

    assert mounted(editor) == 25
    assert layers(editor) < 20


def test_layers_of_their_own_would_be_found(editor: Editor) -> None:
    editor.open(large(5, 5))
    opaque = ":root { --node: #eee !important; --node-header: #ddd !important; }"
    editor.page.add_style_tag(content=opaque)

    assert layers(editor) >= 20


def seen(editor: Editor) -> Image.Image:
    return Image.open(io.BytesIO(editor.page.screenshot())).convert("RGB")


def test_what_was_zoomed_is_sharp_once_it_rests(editor: Editor) -> None:
    editor.open(large(2, 2))
    editor.mouse.move(720, 450)
    for _ in range(3):
        editor.mouse.wheel(0, -120)
        editor.page.wait_for_timeout(200)
    editor.mouse.move(300, 880)
    editor.page.wait_for_timeout(600)
    zoomed = seen(editor)
    editor.page.add_style_tag(content=".surface-nodes { will-change: auto !important }")
    editor.page.wait_for_timeout(300)
    differing = ImageStat.Stat(ImageChops.difference(seen(editor), zoomed))
    most = max(high for _, high in differing.extrema)

    assert most < 64


def work(editor: Editor, act: Any) -> float:
    """Return how often layout was done meanwhile."""
    client = editor.page.context.new_cdp_session(editor.page)
    client.send("Performance.enable")

    def count() -> float:
        metrics = client.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "LayoutCount")

    before = count()
    act()
    return count() - before


def test_dragged_nodes_are_not_laid_out_anew(editor: Editor) -> None:
    editor.open(large(5, 5))
    editor.press("Control+a")
    x, y = editor.title("12")
    editor.mouse.move(x, y)
    editor.mouse.down()
    editor.mouse.move(x + 30, y + 30, steps=3)
    editor.page.wait_for_timeout(300)

    def drag() -> None:
        for step in range(20):
            editor.mouse.move(x + 30 + 2 * step, y + 30)
        editor.page.wait_for_timeout(200)

    assert work(editor, drag) <= 2
    editor.mouse.up()
