"""The editor as tests use it: what a person sees and does."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from typing import Any, Literal

from playwright.sync_api import Locator, Page, expect

STILL = """() => new Promise((done) => {
  const layer = document.querySelector(".surface-nodes");
  let last = "", same = 0;
  const look = () => {
    same = layer.style.transform === last ? same + 1 : 0;
    last = layer.style.transform;
    if (same < 5) requestAnimationFrame(look);
    else done();
  };
  look();
})"""
DROP = """([files, at, altKey]) => {
  const dataTransfer = new DataTransfer();
  for (const { name, type, data } of files) {
    const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { type }));
  }
  const surface = document.querySelector(".surface");
  const { left, top, width, height } = surface.getBoundingClientRect();
  const [clientX, clientY] = at ?? [left + width / 2, top + height / 2];
  const target = at ? document.elementFromPoint(...at) : surface;
  for (const kind of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer, altKey, clientX, clientY }));
}"""


#: Where there is nothing for a pointer.
NOWHERE = (760.0, 2.0)


class Editor:
    """The editor as a person has it: pointer, keys, what is seen, what is saved."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server
        self.mouse = page.mouse
        self.keyboard = page.keyboard
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(error.stack or str(error)))

    def open(self, document: dict[str, Any] | None = None) -> None:
        """Open the editor on a document, as if it had been open in this browser before."""
        self.load(document)
        self.arrive()

    def load(self, document: dict[str, Any] | None = None) -> None:
        """Open the editor as `open` does, and do nothing yet."""
        if document is not None:
            # one of its own: what other tests have run is no run of it
            kept = json.dumps({"id": secrets.token_hex(8), "document": document})
            self.page.add_init_script(
                f"sessionStorage.setItem('sfumato.open', JSON.stringify({kept}))"
            )
        self.page.goto(self.server)
        self.page.wait_for_selector(".surface[data-ready], .form-run")

    def arrive(self) -> None:
        """Wait until a face is seen, come with the pointer, and wait until the graph answers."""
        self.page.wait_for_selector(".surface[data-ready], .form-run")
        self.mouse.move(*NOWHERE)
        self.page.wait_for_selector(".surface[data-answers], .form-run")

    # --- what is there

    def node(self, node_id: str) -> Locator:
        return self.page.locator(f'[data-node="{node_id}"]')

    def socket(self, name: str) -> tuple[float, float]:
        """Return the middle of a socket: "5.input:model" or "1.output:0"."""
        node_id, socket = name.split(".", 1)
        box = self.node(node_id).locator(f'[data-socket="{socket}"]').bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def title(self, node_id: str) -> tuple[float, float]:
        box = self.node(node_id).locator(".node-header").bounding_box()
        assert box is not None
        return box["x"] + 30, box["y"] + box["height"] / 2

    def document(self) -> dict[str, Any]:
        """Return the document as the editor keeps it in the browser (what a reload would open)."""
        self.page.wait_for_function(
            "document.documentElement.dataset.kept === document.documentElement.dataset.version"
        )
        return self.page.evaluate(
            """() => new Promise((resolve) => { const open = indexedDB.open("sfumato"); open.onsuccess = () => {
              const get = open.result.transaction("tabs").objectStore("tabs").getAll();
              get.onsuccess = () => resolve(get.result.find((each) => each.isActive).document); }; })"""
        )

    # --- what a person does

    def drag(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        steps: int = 6,
        button: Literal["left", "middle", "right"] = "left",
    ) -> None:
        self.mouse.move(*start)
        self.mouse.down(button=button)
        self.mouse.move(*end, steps=steps)
        self.mouse.up(button=button)

    def drop(
        self,
        files: Sequence[tuple[str, str, bytes]],
        at: tuple[float, float] | None = None,
        *,
        alt: bool = False,
    ) -> None:
        """Drop files on the middle of the surface; a browser under test takes them from no desktop."""
        given = [
            {"name": name, "type": kind, "data": base64.b64encode(data).decode()}
            for name, kind, data in files
        ]
        self.page.evaluate(DROP, [given, at, alt])

    def frames(self, count: int) -> None:
        """Wait until the page has been drawn some more times."""
        self.page.evaluate(
            "(count) => new Promise((done) => { const next = () => (count-- ? requestAnimationFrame(next) : done()); next(); })",
            count,
        )

    def still(self) -> None:
        """Wait until what is seen has stayed where it is for some frames."""
        self.page.evaluate(STILL)

    def drag_link(self, start: str, end: str) -> None:
        self.drag(self.socket(start), self.socket(end))

    def press(self, keys: str) -> None:
        self.keyboard.press(keys)


class SharedEditor(Editor):
    """An editor for many tests: each opens a document in a tab beside those of the tests before."""

    _is_loaded = False

    def open(self, document: dict[str, Any] | None = None) -> None:
        if not self._is_loaded:
            super().open(document)
            self._is_loaded = True
            return
        self.mouse.move(0, 0)
        self.press("Escape")
        self.press("Escape")
        tabs = self.page.locator(".tab")
        count = tabs.count()
        self.drop([("shared.json", "application/json", json.dumps(document).encode())])
        expect(tabs).to_have_count(count + 1)
        # what misses nothing is told of in passing, what misses something in a dialog
        report = self.page.get_by_role("dialog")
        told = self.page.locator(".toast")
        expect(report.or_(told).last).to_be_visible()
        report.or_(told).get_by_role("button").last.click()
        expect(report).to_have_count(0)
        self.frames(2)
