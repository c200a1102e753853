"""Nodes with values, and how a person changes them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Route

from tests.browser.editor import Editor


def document(**nodes: dict[str, Any]) -> dict[str, Any]:
    placed = {
        key.lstrip("n"): {"place": [60 + 340 * index, 60, 300, 0], **node}
        for index, (key, node) in enumerate(nodes.items())
    }
    return {"format": "sfumato", "version": 1, "title": "Widgets", "nodes": placed}


SAMPLER: dict[str, Any] = {
    "type": "KSampler",
    "values": {
        "seed": "7",
        "steps": 20,
        "cfg": 8.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
    },
}
LATENT = {"type": "EmptyLatentImage", "values": {"width": 512, "height": 512, "batch_size": 1}}
PROMPT = {"type": "CLIPTextEncode", "values": {"text": "a red apple"}}


def spin(editor: Editor, node: str, name: str) -> Locator:
    return editor.node(node).get_by_role("spinbutton", name=name, exact=True)


def values(editor: Editor, node: str) -> dict[str, Any]:
    return editor.document()["nodes"][node]["values"]


def scrub(editor: Editor, field: Locator, pixels: int, *, keys: str = "") -> None:
    box = field.bounding_box()
    assert box is not None
    start = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    editor.mouse.move(*start)
    editor.mouse.down()
    if keys:
        editor.keyboard.down(keys)
    editor.mouse.move(start[0] + pixels, start[1], steps=8)
    editor.mouse.up()
    if keys:
        editor.keyboard.up(keys)


def typed(name: str, kind: str, **widget: Any) -> dict[str, Any]:
    types = {"int": "INT", "float": "FLOAT", "text": "STRING", "choice": "COMBO", "any": "CURVE"}
    return {
        "name": name,
        "label": name,
        "type": types[kind],
        "required": False,
        "widget": {"kind": kind, **widget},
    }


def add_node_type(editor: Editor, *inputs: dict[str, Any]) -> None:
    """Let the server describe one more node type, "Test"."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        known = reply.json()
        known["nodes"].append({"id": "Test", "version": 1, "title": "Test", "inputs": list(inputs)})
        route.fulfill(json=known)

    editor.page.route("**/api/v1/nodes", answer)
