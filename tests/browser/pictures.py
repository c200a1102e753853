"""Pictures that tests bring along, and the mask editor's strokes."""

from __future__ import annotations

import io
import json
import urllib.parse
import urllib.request
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import expect

from tests.browser.editor import Editor

LOADER = {"type": "LoadImage", "place": [40, 60, 300, 0], "values": {"image": "picture.png"}}
SIZE = (400, 300)


def api(server: str, path: str, body: Any = None, *, raw: bytes | None = None) -> Any:
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    kind = "application/octet-stream" if raw is not None else "application/json"
    request = urllib.request.Request(
        f"{server.rstrip('/')}/api/v1/{path}", data=data, headers={"Content-Type": kind}
    )
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def picture(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a picture whose colours say where they are; its middle is one grey square."""
    image = Image.new("RGB", size)
    image.putdata(
        [(x % 256, y % 256, (x + y) % 256) for y in range(size[1]) for x in range(size[0])]
    )
    image.paste((90, 90, 90), (150, 100, 250, 200))
    return image


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def upload(server: str, name: str, image: Image.Image) -> str:
    return api(server, f"files?name={name}&overwrite=1", raw=png(image))["name"]


def fetched(server: str, name: str) -> Image.Image:
    with urllib.request.urlopen(
        f"{server.rstrip('/')}/api/v1/files/input/{urllib.parse.quote(name)}"
    ) as answer:
        return Image.open(io.BytesIO(answer.read())).copy()


def document(**nodes: Any) -> dict[str, Any]:
    return {
        "format": "sfumato",
        "version": 1,
        "title": "Pictures",
        "nodes": {key[1:]: node for key, node in nodes.items()},
    }


class Mask:
    """The mask editor: strokes in pixels of the picture."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.page = editor.page
        node = editor.node("1")
        expect(node.locator(".figure-tile img")).to_be_visible()
        node.hover()
        node.locator(".figure-mask").click()
        self.root = self.page.locator(".mask-editor")
        expect(self.root).to_have_attribute("aria-busy", "false")
        self.editor.frames(3)

    def place(self, x: float, y: float, size: tuple[int, int] = SIZE) -> tuple[float, float]:
        """The picture is fitted into its stage, 24 pixels from its edges, no larger than four times."""
        box = self.page.locator(".mask-stage").bounding_box()
        assert box is not None
        scale = min((box["width"] - 48) / size[0], (box["height"] - 48) / size[1], 4)
        left, top = (
            box["x"] + (box["width"] - size[0] * scale) / 2,
            box["y"] + (box["height"] - size[1] * scale) / 2,
        )
        return left + x * scale, top + y * scale

    def stroke(
        self, *points: tuple[float, float], button: Literal["left", "middle", "right"] = "left"
    ) -> None:
        mouse = self.page.mouse
        mouse.move(*self.place(*points[0]))
        mouse.down(button=button)
        for each in points[1:]:
            mouse.move(*self.place(*each), steps=6)
        mouse.up(button=button)

    def slide(self, name: str, value: int) -> None:
        self.root.locator(f'input[name="{name}"]').fill(str(value))

    def press(self, name: str) -> None:
        self.root.get_by_role("button", name=name, exact=True).click()
        expect(self.root).to_have_attribute("aria-busy", "false")

    def save(self) -> tuple[str, Image.Image]:
        self.root.get_by_role("button", name="Save").click()
        expect(self.root).to_have_count(0)
        name = self.editor.document()["nodes"]["1"]["values"]["image"]
        return name, fetched(self.editor.server, name)


def masked(image: Image.Image, x: int, y: int) -> int:
    """Return how much a place is masked, as LoadImage reads it."""
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return 255 - pixel[3]
