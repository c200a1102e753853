"""The editor of this project, as its benchmark uses it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from benchmarks import editor_graphs
from benchmarks.editor_pages import MIDDLE, SEEN, EditorPage, Point


@dataclass
class Wire:
    """Bytes of answers by request: all of each, and its headers."""

    whole: dict[str, float]
    heads: dict[str, float]

    def hear_head(self, event: dict[str, Any]) -> None:
        self.heads[event["requestId"]] = event["response"]["encodedDataLength"]

    def hear_end(self, event: dict[str, Any]) -> None:
        self.whole[event["requestId"]] = event["encodedDataLength"]

    @property
    def kilobytes(self) -> float:
        return sum(self.whole.values()) / 1e3

    @property
    def bodies(self) -> float:
        return self.kilobytes - sum(self.heads[each] for each in self.whole) / 1e3


class Ours(EditorPage):
    """The editor of this project."""

    usable = "document.querySelector('.surface[data-ready], .form-run')"

    def load_graph(self) -> float:
        """Open the page on an empty graph, as one that was open before."""
        about = {"id": "bench", "document": {"format": "sfumato", "version": 1, "nodes": {}}}
        given = f"JSON.stringify({json.dumps(about)})"
        self.page.add_init_script(f"sessionStorage.setItem('sfumato.open', {given})")
        return self.load()

    def watch_wire(self) -> Wire:
        """Count from now on what comes over the wire."""
        wire = Wire({}, {})
        self.devtools.send("Network.enable")
        self.devtools.on("Network.responseReceived", wire.hear_head)
        self.devtools.on("Network.loadingFinished", wire.hear_end)
        return wire

    def open_graph(self) -> None:
        """Show the graph, where a form is shown."""
        self.page.locator('button[data-face="graph"]').click()
        self.page.wait_for_selector(".surface[data-ready]")
        self.page.wait_for_timeout(500)

    def empty_near(self, x: float, y: float) -> Point:
        """Return a point between two rows of nodes."""
        zoom = self.zoom()
        _, (left, top) = self.nearest(x, y)
        return left + 130 * zoom, top - 50 * zoom

    def nearest(self, x: float, y: float) -> tuple[str, Point]:
        """Return a node of the document near a point of the window, and its corner there."""
        camera = self.page.evaluate(
            """() => {
              const nodes = document.querySelector(".surface-nodes");
              const { a, e, f } = new DOMMatrix(getComputedStyle(nodes).transform);
              const { left, top } = document.querySelector(".surface").getBoundingClientRect();
              return [a, e + left, f + top];
            }"""
        )
        zoom, left, top = camera
        corners = {
            node: (left + about["place"][0] * zoom, top + about["place"][1] * zoom)
            for node, about in self.document()["nodes"].items()
        }
        return min(corners.items(), key=lambda each: abs(each[1][0] - x) + abs(each[1][1] - y))

    def selected(self) -> int:
        """Return how many nodes are selected, as the bar of the selection says."""
        bar = self.page.locator(".selection-slot")
        bar.wait_for()
        return int(re.findall(r"\d+", bar.inner_text())[0])

    def press_on_graph(self, keys: str) -> float:
        """Press keys while the graph has the focus; return the milliseconds until all is drawn."""
        self.page.locator(".surface").focus()
        started = self.page.evaluate("performance.now()")
        self.page.keyboard.press(keys)
        return self.page.evaluate(f"({SEEN})(() => true)") - started

    def show(self, count: int) -> None:
        """Show the tab of a graph."""
        name = editor_graphs.title(count)
        self.page.locator(".tab", has_text=name).locator(".tab-title").click()
        self.page.wait_for_timeout(300)

    def wait_for_nodes(self, count: int) -> None:
        found = 0
        for _ in range(100):
            found = len(self.document()["nodes"])
            if found == count:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"There are {found} nodes, not {count}.")

    def workflow(self, count: int) -> str:
        return editor_graphs.ours(count)

    def is_open(self, count: int) -> str:
        name = editor_graphs.title(count)
        return f"document.querySelector('.tab.is-active')?.textContent.includes({name!r})"

    def zoom(self) -> float:
        transform = "getComputedStyle(document.querySelector('.surface-nodes')).transform"
        return self.page.evaluate(f"new DOMMatrix({transform}).a")

    def header(self) -> tuple[str, Point]:
        found = self.page.evaluate(
            """([x, y]) => [...document.querySelectorAll(".node")].flatMap((node) => {
              const header = node.querySelector(".node-header").getBoundingClientRect();
              const at = [header.left + 40, header.top + header.height / 2];
              const isFree = node.contains(document.elementFromPoint(...at));
              const way = Math.hypot(at[0] - x, at[1] - y);
              return isFree ? [{ id: node.dataset.node, at, way }] : [];
            }).sort((a, b) => a.way - b.way)[0]""",
            MIDDLE,
        )
        return found["id"], tuple(found["at"])

    def place(self, node: str) -> list[float]:
        return self.document()["nodes"][node]["place"][:2]

    def document(self) -> dict[str, Any]:
        """Return the document as it is kept in the browser."""
        self.page.wait_for_function(
            "document.documentElement.dataset.kept === document.documentElement.dataset.version"
        )
        return self.page.evaluate(
            """() => new Promise((resolve) => {
              const open = indexedDB.open("sfumato");
              open.onsuccess = () => {
                const get = open.result.transaction("tabs").objectStore("tabs").getAll();
                get.onsuccess = () => resolve(get.result.find((each) => each.isActive).document);
              };
            })"""
        )
