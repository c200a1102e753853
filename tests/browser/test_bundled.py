"""Bundled workflows as they are seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from typing import Any

from playwright.sync_api import expect

from engine.workflow import HOME
from tests.browser.editor import Editor

WORKFLOWS = {
    path.stem: json.loads(path.read_text()) for path in sorted((HOME / "workflows").glob("*.json"))
}
Box = dict[str, float]
BOXES = """(nodes) => nodes.map((node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return [node.dataset.node, { x, y, width, height }];
})"""
#: Graph units from one workflow to the next, and pixels of a window that shows them all at once.
APART = 1300
ROOM = {"width": 1800, "height": APART * len(WORKFLOWS) // 2}


def below_each_other() -> dict[str, Any]:
    """Return one document with the nodes of all bundled workflows, which are too many to load each."""
    nodes: dict[str, Any] = {}
    for row, (name, workflow) in enumerate(WORKFLOWS.items()):
        for node_id, node in workflow["nodes"].items():
            x, y, *size = node["place"]
            links = {
                socket: [f"{name}-{source}", *rest]
                for socket, (source, *rest) in node.get("links", {}).items()
            }
            place = [x, y + APART * row, *size]
            nodes[f"{name}-{node_id}"] = {**node, "place": place, "links": links}
    return {"format": "sfumato", "version": 1, "title": "All", "nodes": nodes}


def overlap(one: Box, other: Box) -> bool:
    return all(
        one[side] < other[side] + other[size] and other[side] < one[side] + one[size]
        for side, size in (("x", "width"), ("y", "height"))
    )


def test_no_node_of_a_bundled_workflow_lies_over_another(
    windows: Callable[..., Editor], server: str
) -> None:
    document = below_each_other()
    editor = windows(server, viewport=ROOM)
    editor.open(document)
    seen = editor.page.locator(".node")
    expect(seen).to_have_count(len(document["nodes"]))
    pictures = [each for each in document["nodes"].values() if each["type"] == "LoadImage"]
    expect(editor.page.locator(".node img")).to_have_count(len(pictures) + 1)
    boxes: dict[str, Box] = dict(seen.evaluate_all(BOXES))

    assert all(box["height"] > 10 for box in boxes.values())
    assert [
        (one, other) for one, other in combinations(boxes, 2) if overlap(boxes[one], boxes[other])
    ] == []
