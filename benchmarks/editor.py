"""The editor in headless Chromium: loading it, opening graphs, what a frame of a gesture costs.

    python -m benchmarks editor [FRAMES] [--beside FOLDER]

Loading is from an empty cache to where one can work. Graphs have three links a node and are dropped
on the loaded editor as files. A frame's cost is script, style and layout, as the browser counts
them; painting is left out, as there is no GPU. The pointer, the wheel and the keys are real, and
what was dragged must have moved. With FOLDER, the files of ComfyUI's own editor (`static` in the
wheel `comfyui-frontend-package`), the same is done with that editor in the same browser.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.editor_ours import Ours
from benchmarks.editor_pages import MIDDLE, EditorPage, Figures
from benchmarks.editor_theirs import Theirs
from benchmarks.serving import quantile
from tests.browser.serving import CHROMIUM, served

SIZES = (100, 300, 1000, 3000)
FRAMES = 120
TIMES = 5
#: At this zoom one can read, and this far out a marquee finds many nodes.
NEAR, FAR = 0.6, 0.12
MANY, PASTED = 200, 500
IDLE_S = 3.0


def loads(browser: Browser, address: str) -> None:
    """Tell how long and how much the page loads on either face."""
    for face in ("form", "graph"):
        taken: list[float] = []
        sizes = ""
        for _ in range(TIMES):
            page = Ours(browser, address)
            wire = page.watch_wire()
            taken.append(page.load() if face == "form" else page.load_graph())
            page.page.wait_for_timeout(1500)
            sizes = (
                f"{len(wire.whole)} requests, {wire.kilobytes:.1f} kB, {wire.bodies:.1f} without"
            )
            page.context.close()
        best, middle = min(taken), statistics.median(taken)
        print(f"load {face:<6}{best:7.0f} ms, median {middle:.0f}; {sizes} headers", flush=True)


def opened(browser: Browser, address: str, kind: type[EditorPage], count: int) -> EditorPage:
    """Open a graph in a loaded editor some times; return the last one."""
    taken: list[float] = []
    page = None
    for _ in range(3):
        if page:
            page.context.close()
        page = kind(browser, address)
        page.load()
        page.page.wait_for_timeout(1000)
        page.open_graph()
        taken.append(page.drop(count))
    assert page is not None
    report(page, count, "open", f"{min(taken):8.0f} ms, median {statistics.median(taken):.0f}")
    return page


def report(page: EditorPage, count: int, name: str, text: str) -> None:
    print(f"{type(page).__name__:<7}{count:5} {name:<11}{text}", flush=True)


def frames_text(figures: Figures) -> str:
    parts = " + ".join(f"{each:.2f}" for each in figures.parts.values())
    costs = sorted(figures.frames)
    mean = statistics.mean(costs)
    p50, p95 = quantile(costs, 0.5), quantile(costs, 0.95)
    return f"{mean:8.2f} ms a frame = {parts}; p50 {p50:.2f}, p95 {p95:.2f}"


def move_about(page: EditorPage, count: int, frames: int) -> None:
    page.page.wait_for_timeout(1000)
    report(page, count, "idle", f"{page.idle(IDLE_S):8.2f} ms a second")
    page.zoom_to(NEAR)
    page.mouse.move(*MIDDLE)
    page.mouse.down(button="middle")
    half = frames // 2

    def pan(index: int) -> None:
        at = index if index < half else frames - index
        page.mouse.move(MIDDLE[0] - at * 8, MIDDLE[1] - at * 5)

    report(page, count, "pan", frames_text(page.measure(pan, frames)))
    page.mouse.up(button="middle")
    turns = page.measure(lambda index: page.mouse.wheel(0, 20 if index < half else -20), frames)
    report(page, count, "zoom", frames_text(turns))
    page.zoom_to(NEAR)


def drag(page: EditorPage, count: int, frames: int, name: str) -> None:
    """Drag a node, and all that is selected with it, by its header."""
    node, start = page.header()
    before = page.place(node)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 8, start[1] + 8)

    def move(index: int) -> None:
        page.mouse.move(start[0] + 8 + index % 60, start[1] + 8 + index % 40)

    figures = page.measure(move, frames)
    page.mouse.up()
    if page.place(node) == before:
        raise AssertionError(f"{name}: the pointer missed; nothing was dragged.")
    report(page, count, name, frames_text(figures))


def select_many(page: Ours, count: int, frames: int) -> None:
    """Select about `MANY` nodes by a marquee, from far away, and look at them."""
    page.zoom_to(FAR)
    step = 320 * page.zoom(), 420 * page.zoom()
    side = MANY**0.5
    wide, high = min(1300.0, step[0] * side * 1.1), min(800.0, step[1] * side / 1.1)
    start = page.empty_near(MIDDLE[0] - wide / 2, MIDDLE[1] - high / 2)
    page.mouse.move(*start)
    page.page.keyboard.down("Shift")  # links may lie below
    page.mouse.down()

    def grow(index: int) -> None:
        part = (index + 1) / frames
        page.mouse.move(start[0] + wide * part, start[1] + high * part)

    figures = page.measure(grow, frames)
    page.mouse.up()
    page.page.keyboard.up("Shift")
    selected = page.selected()
    if selected < MANY / 2:
        raise AssertionError(f"The marquee took {selected} nodes.")
    report(page, count, "marquee", f"{frames_text(figures)}; {selected} nodes")
    page.zoom_to(NEAR)


def undo_paste(page: Ours, count: int) -> None:
    """Paste nodes that another tab has, and take that back."""
    page.page.keyboard.press("Escape")
    page.drop(PASTED)
    page.press_on_graph("Control+a")
    page.press_on_graph("Control+c")
    page.show(count)
    page.press_on_graph("Control+v")
    page.wait_for_nodes(count + PASTED)
    taken = page.press_on_graph("Control+z")
    page.wait_for_nodes(count)
    report(page, count, "undo paste", f"{taken:8.0f} ms, {PASTED} nodes")


def gestures(page: EditorPage, count: int, frames: int) -> None:
    move_about(page, count, frames)
    drag(page, count, frames, "drag one")
    if isinstance(page, Ours):
        if count > MANY:
            select_many(page, count, frames)
            drag(page, count, frames, f"drag {page.selected()}")
        undo_paste(page, count)
    heap, process, nodes = page.memory()
    report(page, count, "memory", f"{heap:8.1f} MB, process {process:.0f} MB, {nodes} page nodes")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks editor")
    parser.add_argument("frames", nargs="?", type=int, default=FRAMES)
    parser.add_argument("--beside", type=Path, metavar="FOLDER")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    asked = parser.parse_args(arguments)
    flags = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = stack.enter_context(served(base / "ours"))
        both: list[tuple[type[EditorPage], str]] = [(Ours, address)]
        if asked.beside:
            given = "--frontend-dir", str(asked.beside.resolve())
            both.append((Theirs, stack.enter_context(served(base / "theirs", *given))))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        loads(browser, address)
        for count in asked.sizes:
            for kind, at in both:
                page = opened(browser, at, kind, count)
                gestures(page, count, asked.frames)
                page.context.close()
        browser.close()
