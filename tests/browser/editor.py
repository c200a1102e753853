"""The editor as tests use it: what a person sees and does."""

from __future__ import annotations

import json
from typing import Any, Literal

from playwright.sync_api import Locator, Page


class Editor:
    """The editor as a person has it: pointer, keys, what is seen, what is saved."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.server = server
        self.mouse = page.mouse
        self.keyboard = page.keyboard
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, document: dict[str, Any] | None = None) -> None:
        """Open the editor on a document, as if it had been open in this browser before."""
        if document is not None:
            kept = json.dumps({"id": "test", "document": document})
            self.page.add_init_script(
                f"sessionStorage.setItem('sfumato.open', JSON.stringify({kept}))"
            )
        self.page.goto(self.server)
        self.page.wait_for_selector(".surface[data-ready]", state="attached")

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

    def drag_link(self, start: str, end: str) -> None:
        self.drag(self.socket(start), self.socket(end))

    def press(self, keys: str) -> None:
        self.keyboard.press(keys)
