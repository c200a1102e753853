"""The editor in headless Chromium: what a frame costs while one pans, zooms and drags; loading.

    python -m benchmarks editor [FRAMES]

Script, style and layout a frame, as the browser counts them; painting is left out, as there is no
GPU. Graphs have 1,000 nodes with 3,000 links, and 3,000 with 9,000. The pointer and the wheel are
real. "open" is from the page's start, with the document kept in the browser, to its drawn graph.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.serving import quantile
from tests.browser.serving import CHROMIUM, served

SIZES = (100, 300, 1000, 3000)
FRAMES = 120
WIDTH, HEIGHT = 1440, 900
#: Turns of the wheel that any zoom needs fewer of.
MOST_STEPS = 200
MIDDLE = (720, 450)
COUNTED = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
#: ComfyUI's editor 1.27.10 on two cores: milliseconds of the same three a frame.
COMFYUI = {
    (100, "pan"): 8.6,
    (1000, "idle"): 16.0,
    (1000, "pan"): 21.8,
    (1000, "zoom"): 15.8,
    (3000, "idle"): 40.0,
    (3000, "pan"): 67.5,
    (3000, "zoom"): 48.0,
    (1000, "open"): 2400.0,
    (3000, "open"): 6600.0,
}


def document(count: int) -> dict[str, Any]:
    """Return nodes in a square, each fed by three of the forty before it."""
    random = Random(7)
    columns = round(count**0.5 * 0.9)
    nodes: dict[str, Any] = {}
    for index in range(count):
        place = [(index % columns) * 320, (index // columns) * 420, 260, 0]
        before = [str(max(0, index - 1 - random.randrange(min(index, 40) or 1))) for _ in range(3)]
        names = ("positive", "negative", "latent_image")
        links = {name: [node, 0, ""] for name, node in zip(names, before, strict=True) if index}
        values = {"seed": "7", "steps": 20, "cfg": 4.0, "sampler_name": "euler", "denoise": 1.0}
        values["scheduler"] = "karras"
        nodes[str(index)] = {"type": "KSampler", "place": place, "values": values, "links": links}
    return {"format": "sfumato", "version": 1, "title": f"{count} nodes", "nodes": nodes}


@dataclass
class Figures:
    """What one gesture cost: milliseconds a frame, and the times between frames."""

    spent: dict[str, float]
    gaps: list[float]

    @property
    def total(self) -> float:
        return sum(self.spent.values())


class Bench:
    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("Performance.enable")

    def open(self, count: int) -> float:
        """Open a document; return the milliseconds until its graph is drawn."""
        kept = json.dumps({"id": "bench", "document": document(count)})
        self.page.add_init_script(f"sessionStorage.setItem('sfumato.open', {json.dumps(kept)})")
        started = time.perf_counter()
        self.page.goto(self.address)
        self.page.wait_for_selector(".surface[data-ready]")
        return (time.perf_counter() - started) * 1e3

    def zoom_to(self, zoom: float) -> None:
        """Look at the middle of the graph at a zoom."""
        self.page.mouse.move(*MIDDLE)
        self.page.keyboard.press("Control+0")
        self.page.wait_for_timeout(500)
        steps = 0
        while self.zoom() > zoom * 1.02 and steps < MOST_STEPS:
            self.page.mouse.wheel(0, 60)
            self.page.wait_for_timeout(30)
            steps += 1

    def zoom(self) -> float:
        transform = "getComputedStyle(document.querySelector('.surface-nodes')).transform"
        return self.page.evaluate(f"new DOMMatrix({transform}).a")

    def measure(self, act: Callable[[int], None], frames: int) -> Figures:
        """Do something once a frame."""
        self.page.wait_for_timeout(800)
        self.page.evaluate(_COUNT_FRAMES)
        before = self._counted()
        for index in range(frames):
            act(index)
        after = self._counted()
        gaps: list[float] = self.page.evaluate("window.stopCounting()")
        drawn = max(1, len(gaps))
        spent = {name: (after[name] - before[name]) / drawn * 1e3 for name in COUNTED}
        return Figures(spent, gaps)

    def memory(self) -> tuple[float, int]:
        """Return megabytes of JavaScript and the number of elements."""
        self.devtools.send("HeapProfiler.collectGarbage")
        found = {each["name"]: each["value"] for each in self._metrics()}
        return found["JSHeapUsedSize"] / 2**20, int(found["Nodes"])

    def _counted(self) -> dict[str, float]:
        return {each["name"]: each["value"] for each in self._metrics()}

    def _metrics(self) -> list[dict[str, Any]]:
        return self.devtools.send("Performance.getMetrics")["metrics"]


_COUNT_FRAMES = """() => {
  const gaps = []; let last = performance.now(); let isOn = true;
  const tick = (now) => {
    gaps.push(now - last); last = now; if (isOn) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  window.stopCounting = () => { isOn = false; return gaps; };
}"""


def report(count: int, name: str, figures: Figures) -> None:
    parts = " + ".join(f"{figures.spent[each]:.2f}" for each in COUNTED)
    compared = COMFYUI.get((count, name))
    beside = f"  (ComfyUI {compared})" if compared else ""
    gaps = sorted(figures.gaps) or [0.0]
    rest = f"frames p50 {quantile(gaps, 0.5):.1f}, p95 {quantile(gaps, 0.95):.1f} ms"
    print(f"{count:5} {name:<10}{figures.total:7.2f} ms = {parts}; {rest}{beside}", flush=True)


def gestures(bench: Bench, count: int, frames: int) -> None:
    mouse = bench.page.mouse
    report(count, "idle", bench.measure(lambda _: bench.page.wait_for_timeout(16), frames))
    bench.zoom_to(0.6)
    mouse.move(*MIDDLE)
    mouse.down(button="middle")
    half = frames // 2

    def pan(index: int) -> None:
        at = index if index < half else frames - index
        mouse.move(MIDDLE[0] - at * 8, MIDDLE[1] - at * 5)

    report(count, "pan", bench.measure(pan, frames))
    mouse.up(button="middle")
    zoom = bench.measure(lambda index: mouse.wheel(0, 20 if index < half else -20), frames)
    report(count, "zoom", zoom)
    drag(bench, count, frames)


def drag(bench: Bench, count: int, frames: int) -> None:
    """Drag one node by its header, then two hundred that a marquee took."""
    page = bench.page
    header = page.locator(".node-header").nth(12)
    box = header.bounding_box()
    assert box is not None
    start = box["x"] + 20, box["y"] + 8
    page.mouse.move(*start)
    page.mouse.down()
    moved = bench.measure(lambda i: page.mouse.move(start[0] + i % 60, start[1] + i % 40), frames)
    report(count, "drag one", moved)
    page.mouse.up()
    page.keyboard.press("Control+a")
    page.mouse.move(*start)
    box = header.bounding_box()
    assert box is not None
    start = box["x"] + 20, box["y"] + 8
    page.mouse.move(*start)
    page.mouse.down()
    moved = bench.measure(lambda i: page.mouse.move(start[0] + i % 60, start[1] + i % 40), frames)
    report(count, "drag all", moved)
    page.mouse.up()


def main(arguments: list[str]) -> None:
    frames = int(arguments[0]) if arguments else FRAMES
    flags = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
    with (
        tempfile.TemporaryDirectory() as base,
        served(Path(base)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        for count in SIZES:
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
            bench = Bench(context.new_page(), address)
            opened = [bench.open(count) for _ in range(3)]
            compared = COMFYUI.get((count, "open"))
            beside = f"  (ComfyUI {compared:.0f})" if compared else ""
            print(f"{count:5} open      {min(opened):7.0f} ms{beside}", flush=True)
            gestures(bench, count, frames)
            print(f"{count:5} memory    {bench.memory()[0]:7.1f} MB, {bench.memory()[1]} DOM nodes")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
