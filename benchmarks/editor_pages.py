"""An editor in a browser, as the benchmark uses it: its clocks and counters, and gestures."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import editor_graphs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTH, HEIGHT = 1440, 900
MIDDLE = (WIDTH // 2, HEIGHT // 2)
COUNTED = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
#: A zoom may differ by so much of itself.
CLOSE = 0.06
Point = tuple[float, float]

#: Counts from within when something is there and drawn: two frames later.
SEEN = """(test) => new Promise((resolve) => {
  const look = () => test()
    ? requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())))
    : setTimeout(look, 4);
  look();
})"""
_DROP = """([text, name]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, { type: "application/json" }));
  const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  const at = { clientX: innerWidth / 2, clientY: innerHeight / 2 };
  const more = { ...at, bubbles: true, cancelable: true, dataTransfer: files };
  window.dropped = performance.now();
  target.dispatchEvent(new DragEvent("dragover", more));
  target.dispatchEvent(new DragEvent("drop", more));
}"""
#: Counts frames; several may pass while the browser is asked for its counters.
_COUNT = """() => {
  window.framesSeen = 0;
  const count = () => { window.framesSeen += 1; window.frameLoop = requestAnimationFrame(count); };
  count();
}"""
_FRAME = """() => new Promise((resolve) => {
  requestAnimationFrame(() => resolve(window.framesSeen));
})"""
_COUNT_NO_MORE = "() => cancelAnimationFrame(window.frameLoop)"


@dataclass
class Figures:
    """What a gesture cost: milliseconds of script, style and layout in each frame."""

    frames: list[float]
    parts: dict[str, float]


class EditorPage(ABC):
    """An editor that is open in a window of its own."""

    #: An expression that holds when one can work.
    usable: str

    def __init__(self, browser: Browser, address: str) -> None:
        size: Any = {"width": WIDTH, "height": HEIGHT}
        self.context = browser.new_context(viewport=size, bypass_csp=True)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self.context.new_page()
        self.mouse = self.page.mouse
        self.address = address
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("Performance.enable")

    @abstractmethod
    def workflow(self, count: int) -> str:
        """Return the text of a workflow."""

    @abstractmethod
    def is_open(self, count: int) -> str:
        """Return an expression that holds when a workflow of so many nodes is shown."""

    @abstractmethod
    def zoom(self) -> float:
        """Return how large graph units are."""

    @abstractmethod
    def header(self) -> tuple[str, Point]:
        """Return a node near the middle, and where it can be dragged by."""

    @abstractmethod
    def place(self, node: str) -> list[float]:
        """Return where the document has a node."""

    def load(self) -> float:
        """Open the page; return the milliseconds until one can work."""
        self.page.goto(self.address, wait_until="commit")
        return self.page.evaluate(f"({SEEN})(() => {self.usable})")

    def drop(self, count: int) -> float:
        """Drop a workflow on the window; return the milliseconds until it is drawn."""
        self.page.evaluate(_DROP, [self.workflow(count), f"{editor_graphs.title(count)}.json"])
        drawn: float = self.page.evaluate(f"({SEEN})(() => {self.is_open(count)})")
        return drawn - self.page.evaluate("window.dropped")

    def open_graph(self) -> None:
        """Show the graph, where the editor has another face besides."""
        return

    def zoom_to(self, zoom: float) -> None:
        """Look at the middle of the graph at a zoom."""
        self.mouse.move(*MIDDLE)
        for _ in range(400):
            now = self.zoom()
            if abs(now / zoom - 1) < CLOSE:
                break
            self.mouse.wheel(0, -30 if now < zoom else 30)
            self.page.wait_for_timeout(20)
        self.page.wait_for_timeout(600)

    def measure(self, act: Callable[[int], None], frames: int) -> Figures:
        """Do something as often as it says, each time in a frame of its own; others may follow."""
        costs: list[float] = []
        self.page.evaluate(_COUNT)
        seen = self.page.evaluate(_FRAME)
        first, before, began = self._counted(), self._counted(), seen
        for index in range(frames):
            act(index)
            now = self.page.evaluate(_FRAME)
            after = self._counted()
            passed = max(1, now - seen)
            costs += [(sum(after.values()) - sum(before.values())) / passed] * passed
            before, seen = after, now
        self.page.evaluate(_COUNT_NO_MORE)
        parts = {name: (before[name] - first[name]) / (seen - began) for name in COUNTED}
        return Figures(costs, parts)

    def idle(self, seconds: float) -> float:
        """Return the milliseconds of work in a second in which nothing happens."""
        before = self._counted()
        time.sleep(seconds)
        after = self._counted()
        return (sum(after.values()) - sum(before.values())) / seconds

    def memory(self) -> tuple[float, float, int]:
        """Return megabytes of JavaScript and of the process, and how many page nodes there are."""
        self.devtools.send("HeapProfiler.collectGarbage")
        found = {each["name"]: each["value"] for each in self._metrics()}
        return found["JSHeapUsedSize"] / 2**20, self._resident(), int(found["Nodes"])

    def _resident(self) -> float:
        """Return the megabytes of the largest process that draws pages."""
        browser = self.context.browser
        assert browser is not None
        devtools = browser.new_browser_cdp_session()
        processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
        devtools.detach()
        pages = [each["id"] for each in processes if each["type"] == "renderer"]
        return max(_megabytes(each) for each in pages)

    def _counted(self) -> dict[str, float]:
        found = {each["name"]: each["value"] * 1e3 for each in self._metrics()}
        return {name: found[name] for name in COUNTED}

    def _metrics(self) -> list[dict[str, Any]]:
        return self.devtools.send("Performance.getMetrics")["metrics"]


def _megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
