"""Graphs that tests open, and what they ask and do on the surface."""

from __future__ import annotations

from typing import Any

from tests.browser.editor import Editor

EMPTY: tuple[float, float] = (700, 700)
Point = tuple[float, float]
LATENT = "4.output:0"


def node(
    kind: str, x: int, y: int, links: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {"type": kind, "version": 1, "place": [x, y, 0, 0], **more}
    if links:
        made["links"] = links
    return made


def document(**more: Any) -> dict[str, Any]:
    """Return text to image, laid out so that it is seen at 100 %; 9 is linked to nothing."""
    nodes = {
        "1": node("CheckpointLoaderSimple", 0, 0),
        "2": node("CLIPTextEncode", 300, 0, {"clip": ["1", 1, "CLIP"]}),
        "3": node("CLIPTextEncode", 300, 190, {"clip": ["1", 1, "CLIP"]}),
        "4": node("EmptyLatentImage", 300, 380),
        "5": node(
            "KSampler",
            640,
            40,
            {
                "model": ["1", 0, "MODEL"],
                "positive": ["2", 0, "CONDITIONING"],
                "negative": ["3", 0, "CONDITIONING"],
                "latent_image": ["4", 0, "LATENT"],
            },
        ),
        "6": node("VAEDecode", 960, 40, {"samples": ["5", 0, "LATENT"], "vae": ["1", 2, "VAE"]}),
        "7": node("SaveImage", 960, 180, {"images": ["6", 0, "IMAGE"]}),
        "9": node("RepeatLatentBatch", 0, 380, values={"amount": 1}),
    }
    return {
        "format": "sfumato",
        "version": 1,
        "id": "g",
        "title": "Gestures",
        "nodes": nodes,
        **more,
    }


def workflow(**nodes: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": "sfumato",
        "version": 1,
        "title": "Test",
        "nodes": {key.lstrip("n"): node for key, node in nodes.items()},
    }


def two_nodes() -> dict[str, Any]:
    return workflow(
        n1={
            "type": "CheckpointLoaderSimple",
            "version": 1,
            "place": [100, 100, 0, 0],
            "values": {"ckpt_name": "emoji-mini"},
        },
        n2={
            "type": "CLIPTextEncode",
            "version": 1,
            "place": [460, 100, 0, 0],
            "values": {"text": "a cat"},
            "links": {"clip": ["1", 1, "CLIP"]},
        },
    )


def three_nodes() -> dict[str, Any]:
    return workflow(
        n1={"type": "EmptyImage", "version": 1, "place": [100, 100, 0, 0]},
        n2={
            "type": "ImageInvert",
            "version": 1,
            "place": [430, 330, 0, 0],
            "links": {"image": ["1", 0, "IMAGE"]},
        },
        n3={
            "type": "PreviewImage",
            "version": 1,
            "place": [900, 180, 0, 0],
            "links": {"images": ["2", 0, "IMAGE"]},
        },
    )


def by(point: Point, x: float = 0, y: float = 0) -> Point:
    return point[0] + x, point[1] + y


def middle(editor: Editor, start: str, end: str) -> Point:
    """Return the middle of a link, which lies between its ends."""
    a, b = editor.socket(start), editor.socket(end)
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def empty(editor: Editor) -> Point:
    """Return a place where nothing lies."""
    box = editor.page.locator(".surface").bounding_box()
    assert box is not None
    return box["x"] + 30, box["y"] + box["height"] - 40


def centre(editor: Editor) -> Point:
    box = editor.page.locator(".surface").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def selected(editor: Editor) -> set[str]:
    found = editor.page.eval_on_selector_all(
        ".node.is-selected", "all => all.map((each) => each.dataset.node)"
    )
    return set(found)


def camera(editor: Editor) -> tuple[float, float, float]:
    """Return where node 1 is seen, and how large."""
    box = editor.node("1").bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"] / 240


def view(editor: Editor) -> list[float]:
    """Return scale, x and y of what is seen."""
    matrix = (
        "(layer) => { const { a, e, f } = new DOMMatrix(layer.style.transform); return [a, e, f]; }"
    )
    return editor.page.locator(".surface-nodes").evaluate(matrix)


def settled(editor: Editor) -> tuple[float, float, float]:
    """Return the camera once it has stopped gliding."""
    editor.still()
    return camera(editor)


def place(editor: Editor, node_id: str) -> list[float]:
    return editor.document()["nodes"][node_id]["place"][:2]


def places(editor: Editor) -> dict[str, list[int]]:
    return {key: node["place"] for key, node in editor.document()["nodes"].items()}


def links(editor: Editor, node_id: str) -> dict[str, Any]:
    return editor.document()["nodes"][node_id].get("links", {})


def types(editor: Editor) -> list[str]:
    return sorted(node["type"] for node in editor.document()["nodes"].values())


def steps(editor: Editor) -> int:
    """Return how often one can undo; what was undone is done again."""
    count = 0
    start = editor.document()
    while True:
        editor.press("Control+z")
        editor.frames(1)
        if (now := editor.document()) == start:
            break
        start, count = now, count + 1
    for _ in range(count):
        editor.press("Control+y")
    return count


def held(editor: Editor, keys: str, act: Any) -> None:
    for key in keys.split("+"):
        editor.keyboard.down(key)
    act()
    for key in keys.split("+"):
        editor.keyboard.up(key)


def hover_empty(editor: Editor) -> None:
    editor.mouse.move(*EMPTY)
