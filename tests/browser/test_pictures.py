"""Pictures: on nodes, brought along, masked, large, compared, and in the gallery."""

from __future__ import annotations

import base64
import io
import json
import re
import time
import urllib.parse
import urllib.request
from typing import Any, Literal

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

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


@pytest.fixture(autouse=True)
def _given(server: str) -> None:
    upload(server, "picture.png", picture())


class Mask:
    """The mask editor: strokes in pixels of the picture."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.page = editor.page
        node = editor.node("1")
        expect(node.locator(".figure-tile img")).to_be_visible()
        node.hover()
        node.locator(".figure-mask").click()
        self.root = self.page.get_by_role("dialog", name="Edit mask")
        expect(self.root).to_have_attribute("aria-busy", "false")
        self.page.wait_for_timeout(100)

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


# --- row 63, the mask editor


def test_row_63_a_stroke_becomes_the_alpha_of_a_new_file_and_one_entry_of_the_history(
    editor: Editor,
) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("hardness", 100)

    mask.stroke((60, 60), (340, 60))
    name, saved = mask.save()

    assert name.startswith("picture-mask")
    assert (saved.mode, saved.size) == ("RGBA", SIZE)
    assert [masked(saved, x, 60) for x in (60, 200, 340)] == [255, 255, 255]
    assert [masked(saved, 200, y) for y in (20, 100, 290)] == [0, 0, 0]
    assert saved.convert("RGB").tobytes() == picture().tobytes()  # what is masked keeps its colours
    editor.press("Control+z")
    assert editor.document()["nodes"]["1"]["values"]["image"] == "picture.png"


def test_row_63_the_engine_reads_the_mask_that_was_drawn(editor: Editor, server: str) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("hardness", 100)
    mask.stroke((100, 40), (100, 260))
    name, _ = mask.save()

    graph = document(
        n1={"type": "LoadImage", "values": {"image": name}},
        n2={"type": "MaskToImage", "links": {"mask": ["1", 1]}},
        n3={
            "type": "SaveImage",
            "values": {"filename_prefix": "seen"},
            "links": {"images": ["2", 0]},
        },
    )
    job = api(server, "jobs", {"document": graph})["jobs"][0]["id"]
    state: dict[str, Any] = {}
    for _ in range(300):
        state = api(server, f"jobs/{job}")
        if state["state"] in ("succeeded", "failed"):
            break
        time.sleep(0.1)
    assert state["state"] == "succeeded", state["error"]
    output = state["outputs"][0]["name"]
    with urllib.request.urlopen(f"{server.rstrip('/')}/api/v1/files/output/{output}") as answer:
        seen = Image.open(io.BytesIO(answer.read())).convert("L")

    assert seen.getpixel((100, 150)) == 255
    assert seen.getpixel((300, 150)) == 0


def test_row_63_a_mask_that_is_there_is_gone_on_with_and_erased(
    editor: Editor, server: str
) -> None:
    image = picture().convert("RGBA")
    image.paste((7, 8, 9, 0), (100, 100, 300, 200))
    upload(server, "half.png", image)
    editor.open(document(n1={**LOADER, "values": {"image": "half.png"}}))
    mask = Mask(editor)
    mask.slide("hardness", 100)

    editor.press("e")
    mask.stroke((90, 150), (310, 150))
    editor.press("b")
    mask.stroke((50, 270), (350, 270))
    _, saved = mask.save()

    assert masked(saved, 200, 150) == 0
    assert masked(saved, 200, 105) == 255
    assert masked(saved, 200, 270) == 255
    assert saved.getpixel((200, 105))[:3] == (7, 8, 9)  # type: ignore[index]


def test_row_63_the_right_button_erases(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("hardness", 100)

    mask.stroke((50, 150), (350, 150))
    mask.stroke((200, 100), (200, 200), button="right")
    _, saved = mask.save()

    assert [masked(saved, x, 150) for x in (80, 200, 320)] == [255, 0, 255]


def test_row_63_filling_an_outline_and_a_colour(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("size", 40)
    mask.slide("hardness", 100)

    mask.stroke((20, 20), (100, 20), (100, 100), (20, 100), (20, 20))
    editor.press("g")
    mask.page.mouse.click(*mask.place(60, 60))
    expect(mask.root).to_have_attribute("aria-busy", "false")
    mask.press("Colour")
    mask.slide("tolerance", 0)
    mask.page.mouse.click(*mask.place(200, 150))
    expect(mask.root).to_have_attribute("aria-busy", "false")
    _, saved = mask.save()

    assert masked(saved, 60, 60) == 255
    assert masked(saved, 130, 60) == 0
    grey = [(x, y) for x in (150, 249) for y in (100, 199)]
    assert [masked(saved, *each) for each in grey] == [255] * 4
    assert [masked(saved, x, y) for x, y in ((148, 150), (251, 150), (200, 98), (200, 202))] == [
        0
    ] * 4


def test_row_63_growing_shrinking_feathering_inverting_and_clearing(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    editor.press("g")
    mask.press("Colour")
    mask.slide("tolerance", 0)
    mask.page.mouse.click(*mask.place(200, 150))
    expect(mask.root).to_have_attribute("aria-busy", "false")
    mask.slide("edge", 10)

    mask.press("Grow")
    mask.press("Invert")
    _, saved = mask.save()
    assert [masked(saved, x, 150) for x in (138, 142, 200, 258, 262)] == [255, 0, 0, 0, 255]

    mask = Mask(editor)
    mask.press("Invert")
    mask.press("Shrink")
    mask.press("Feather")
    name, saved = mask.save()
    assert name.count("mask") == 1
    row = [masked(saved, x, 150) for x in range(135, 200)]
    assert row == sorted(row)
    assert 100 < masked(saved, 150, 150) < 160
    assert (row[0], row[-1]) == (0, 255)

    mask = Mask(editor)
    mask.press("Clear")
    _, saved = mask.save()
    assert saved.getextrema()[3] == (255, 255)  # type: ignore[index]


def test_row_63_steps_are_undone_and_done_again(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("hardness", 100)
    mask.stroke((50, 50), (350, 50))
    mask.stroke((50, 150), (350, 150))
    mask.press("Invert")

    for _ in range(2):
        editor.press("Control+z")
    _, saved = mask.save()
    assert [masked(saved, 200, y) for y in (50, 150, 250)] == [255, 0, 0]

    mask = Mask(editor)
    mask.stroke((50, 250), (350, 250))
    editor.press("Control+z")
    editor.press("Control+Shift+z")
    _, saved = mask.save()

    assert [masked(saved, 200, y) for y in (50, 150, 250)] == [255, 0, 255]


def test_row_63_keys_set_the_brush(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("size", 50)
    size = mask.root.locator('input[name="size"]')
    hardness = mask.root.locator('input[name="hardness"]')
    before = int(size.get_attribute("aria-valuetext").split()[0])  # type: ignore[union-attr]

    editor.press("]")
    editor.press("]")
    assert int(size.get_attribute("aria-valuetext").split()[0]) > before  # type: ignore[union-attr]
    for _ in range(4):
        editor.press("[")
    assert int(size.get_attribute("aria-valuetext").split()[0]) < before  # type: ignore[union-attr]
    mask.slide("hardness", 50)
    editor.press("}")
    expect(hardness).to_have_value("60")
    editor.press("{")
    editor.press("{")
    expect(hardness).to_have_value("40")
    mask.slide("opacity", 100)
    for _ in range(5):
        editor.press(",")
    expect(mask.root.locator('input[name="opacity"]')).to_have_value("50")

    mask.slide("hardness", 100)
    mask.stroke((50, 150), (350, 150))
    _, saved = mask.save()
    assert masked(saved, 200, 150) == pytest.approx(128, abs=2)


def test_row_63_a_pen_draws_wider_where_it_is_pressed_harder(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("size", 58)
    mask.slide("hardness", 100)
    pen = editor.page.context.new_cdp_session(editor.page)

    def touch(kind: str, x: float, y: float, force: float) -> None:
        at = mask.place(x, y)
        pen.send("Input.dispatchMouseEvent", {"type": kind, "x": at[0], "y": at[1], "button": "left", "buttons": 1,
                                              "clickCount": 1, "pointerType": "pen", "force": force})  # fmt: skip

    for y, force in ((75, 0.15), (220, 1.0)):
        touch("mousePressed", 60, y, force)
        for x in range(80, 341, 20):
            touch("mouseMoved", x, y, force)
        touch("mouseReleased", 340, y, 0)
    _, saved = mask.save()

    def width(y: int) -> int:
        return sum(masked(saved, 200, each) > 127 for each in range(y - 70, y + 70))

    assert 4 < width(75) < width(220) / 2


def test_row_63_nothing_is_lost_by_escape(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.stroke((50, 150), (350, 150))

    editor.press("Escape")
    ask = editor.page.get_by_role("dialog", name="Close without saving the mask?")
    expect(ask).to_be_visible()
    editor.press("Escape")
    expect(ask).to_have_count(0)
    expect(mask.root).to_be_visible()
    editor.press("Escape")
    ask.get_by_role("button", name="Discard").click()

    expect(mask.root).to_have_count(0)
    assert editor.document()["nodes"]["1"]["values"]["image"] == "picture.png"


def test_row_63_keys_of_the_mask_editor_do_not_reach_the_graph(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    editor.mouse.click(*editor.title("1"))
    mask = Mask(editor)

    editor.press("Delete")
    editor.press("Control+z")
    editor.press("Escape")

    expect(mask.root).to_have_count(0)
    assert list(editor.document()["nodes"]) == ["1"]


def test_row_63_the_picture_is_zoomed_and_moved_while_it_is_masked(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    mask = Mask(editor)
    mask.slide("hardness", 100)
    mask.slide("size", 30)
    editor.mouse.move(*mask.place(200, 150))
    editor.mouse.wheel(0, -600)
    editor.page.wait_for_timeout(100)

    editor.mouse.click(*mask.place(200, 150))
    editor.keyboard.down(" ")
    editor.drag(mask.place(200, 150), mask.place(150, 150))
    editor.keyboard.up(" ")
    editor.press("0")
    editor.mouse.click(*mask.place(60, 60))
    _, saved = mask.save()

    assert masked(saved, 200, 150) == 255
    assert masked(saved, 60, 60) == 255
    assert masked(saved, 175, 150) == 0


# --- row 18 and 20, pictures from outside


def test_row_20_a_pasted_picture_goes_into_the_selected_image_node_or_a_new_one(
    editor: Editor,
) -> None:
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.open(document(n1=LOADER))
    code = base64.b64encode(png(Image.new("RGB", (20, 10), (200, 10, 30)))).decode()
    editor.page.evaluate(
        """async (code) => { const blob = await (await fetch("data:image/png;base64," + code)).blob();
           await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]); }""",
        code,
    )

    editor.mouse.click(*editor.title("1"))
    editor.press("Control+v")
    expect(editor.node("1").locator(".pill-word")).to_have_text("pasted.png")
    assert fetched(editor.server, "pasted.png").convert("RGB").getpixel((3, 3)) == (200, 10, 30)
    editor.mouse.click(900, 700)
    editor.press("Control+v")
    expect(editor.page.locator(".node")).to_have_count(2)

    nodes = editor.document()["nodes"]
    assert nodes["1"]["values"]["image"] == "pasted.png"
    assert nodes["2"]["type"] == "LoadImage"
    editor.press("Control+z")
    assert list(editor.document()["nodes"]) == ["1"]


def drop_file(page: Page, at: tuple[float, float], name: str, data: bytes) -> None:
    page.evaluate(
        """([x, y, name, code]) => {
          const bytes = Uint8Array.from(atob(code), (each) => each.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name, { type: "image/png" }));
          const target = document.elementFromPoint(x, y);
          for (const kind of ["dragenter", "dragover", "drop"])
            target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, clientX: x, clientY: y, dataTransfer: transfer }));
        }""",
        [*at, name, base64.b64encode(data).decode()],
    )


def test_row_18_a_file_dropped_on_an_image_node_is_its_picture(editor: Editor) -> None:
    editor.open(document(n1=LOADER))

    drop_file(
        editor.page, editor.title("1"), "dropped.png", png(Image.new("RGB", (30, 60), (1, 2, 3)))
    )
    expect(editor.node("1").locator(".pill-word")).to_have_text("dropped.png")

    assert editor.document()["nodes"]["1"]["values"]["image"] == "dropped.png"
    assert list(editor.document()["nodes"]) == ["1"]
    assert fetched(editor.server, "dropped.png").size == (30, 60)


def test_a_picture_is_uploaded_by_its_button_and_chosen_from_the_list(editor: Editor) -> None:
    editor.open(document(n1=LOADER))
    with editor.page.expect_file_chooser() as chooser:
        editor.node("1").locator(".image-upload").click()
    chooser.value.set_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": png(Image.new("RGB", (8, 8)))}
    )
    expect(editor.node("1").locator(".pill-word")).to_have_text("mine.png")

    editor.node("1").locator(".pill-choice").click()
    row = editor.page.get_by_role("option", name="picture.png", exact=True)
    expect(row.locator("img")).to_be_visible()
    row.click()

    assert editor.document()["nodes"]["1"]["values"]["image"] == "picture.png"
    height = editor.node("1").locator(".node-figure").bounding_box()
    assert height is not None and height["height"] > 100


def test_a_picture_that_is_not_there_is_seen_as_missing(editor: Editor) -> None:
    editor.open(document(n1={**LOADER, "values": {"image": "gone.png"}}))

    expect(editor.node("1").locator(".pill-choice.is-missing")).to_be_visible()
    expect(editor.node("1").locator(".node-figure")).to_be_hidden()


# --- rows 64, 67 and 68, results

PREVIEW = {
    "type": "PreviewImage",
    "place": [420, 60, 300, 0],
    "links": {"images": ["1", 0, "IMAGE"]},
}
BATCH = document(
    n1=LOADER,
    n2={"type": "ImageInvert", "place": [420, 420, 240, 0], "links": {"image": ["1", 0, "IMAGE"]}},
    n3={
        "type": "ImageBatch",
        "place": [420, 520, 240, 0],
        "links": {"image1": ["1", 0, "IMAGE"], "image2": ["2", 0, "IMAGE"]},
    },
    n4={**PREVIEW, "links": {"images": ["3", 0, "IMAGE"]}},
    n5={"type": "LoadImage", "place": [800, 60, 260, 0], "values": {"image": ""}},
)


def run(editor: Editor) -> None:
    editor.press("Control+Enter")
    expect(editor.node("4").locator(".figure-tile img")).to_have_count(2, timeout=20_000)


def test_row_68_results_are_on_the_node_and_open_large(editor: Editor) -> None:
    editor.open(BATCH)
    run(editor)

    editor.node("4").locator(".figure-tile").first.dblclick()
    view = editor.page.get_by_role("dialog", name="Picture", exact=True)
    image = view.locator(".lightbox-image")
    expect(image).to_be_visible()
    expect(view.locator(".picture-count")).to_have_text("1 of 2")
    expect(view.get_by_role("complementary")).to_contain_text("400 × 300")
    first = image.get_attribute("src")
    editor.press("ArrowRight")
    expect(view.locator(".picture-count")).to_have_text("2 of 2")
    assert image.get_attribute("src") != first
    editor.page.wait_for_timeout(200)
    before = image.bounding_box()
    editor.press("+")
    after = image.bounding_box()
    assert before is not None and after is not None
    assert after["width"] == pytest.approx(before["width"] * 1.25, rel=0.02)
    editor.press("Escape")

    expect(view).to_have_count(0)


def test_row_68_a_result_is_dragged_to_another_node(editor: Editor) -> None:
    editor.open(BATCH)
    run(editor)
    start = editor.node("4").locator(".figure-tile").nth(1).bounding_box()
    assert start is not None

    editor.drag((start["x"] + 20, start["y"] + 20), editor.title("5"), steps=12)
    expect(editor.node("5").locator(".figure-tile img")).to_be_visible()

    value = editor.document()["nodes"]["5"]["values"]["image"]
    assert value.endswith("[temp]") or not value.endswith("]")
    assert value
    editor.press("Control+z")
    assert editor.document()["nodes"]["5"]["values"]["image"] == ""


def test_row_68_a_result_becomes_an_input_from_its_menu(editor: Editor) -> None:
    editor.open(BATCH)
    run(editor)

    editor.node("4").locator(".figure-tile").first.click(button="right")
    menu = editor.page.get_by_role("menu", name="What to do with the picture")
    expect(menu).to_be_visible()
    menu.get_by_role("menuitem", name="Use as input").click()
    expect(editor.page.locator(".node")).to_have_count(6)

    nodes = editor.document()["nodes"]
    assert nodes["6"]["type"] == "LoadImage"
    assert fetched(editor.server, nodes["6"]["values"]["image"]).size == SIZE


def test_texts_that_a_node_gives_are_shown_on_it(editor: Editor) -> None:
    text = {"type": "PreviewAny", "place": [420, 60, 260, 0], "links": {"source": ["1", 0]}}
    editor.open(
        document(
            n1={
                "type": "PrimitiveString",
                "place": [40, 60, 240, 0],
                "values": {"value": "seen words"},
            },
            n2=text,
        )
    )

    editor.press("Control+Enter")

    expect(editor.node("2").locator(".figure-text")).to_have_text("seen words", timeout=20_000)


def test_row_67_the_newest_preview_is_seen_while_a_node_samples(editor: Editor) -> None:
    editor.open(api(editor.server, "workflows/text_to_image")["document"])
    seen = editor.page.evaluate_handle(
        """() => { const seen = new Set(); const look = () => { for (const each of document.querySelectorAll('.node-figure[data-from="preview"] img'))
             seen.add(each.src); requestAnimationFrame(look); }; look(); return seen; }"""
    )

    editor.press("Control+Enter")
    expect(editor.page.locator('.node-figure[data-from="run"] img').first).to_be_visible(
        timeout=60_000
    )

    assert seen.evaluate("(all) => all.size") > 0


def test_row_64_two_pictures_are_compared_with_a_line(editor: Editor) -> None:
    editor.open(BATCH)
    run(editor)

    editor.mouse.click(*editor.title("4"))
    editor.node("4").locator(".figure-tile").first.click(button="right")
    editor.page.get_by_role("menuitem", name="Compare pictures").click()
    line = editor.page.get_by_role("slider", name="Line between the pictures")
    expect(line).to_have_attribute("aria-valuenow", "50")
    editor.press("ArrowRight")
    editor.press("Shift+ArrowRight")
    expect(line).to_have_attribute("aria-valuenow", "62")
    box = line.bounding_box()
    assert box is not None
    editor.drag((box["x"] + 12, box["y"] + 300), (box["x"] - 100, box["y"] + 300))
    expect(line).to_have_attribute("aria-valuenow", re.compile("^[45].$"))
    editor.press("Home")
    shot = Image.open(io.BytesIO(editor.page.locator(".compare").screenshot())).convert("RGB")
    editor.press("End")
    other = Image.open(io.BytesIO(editor.page.locator(".compare").screenshot())).convert("RGB")

    middle = (shot.width // 2, shot.height // 2 + 10)
    assert shot.getpixel(middle) == pytest.approx((165, 165, 165), abs=3)
    assert other.getpixel(middle) == pytest.approx((90, 90, 90), abs=3)
    editor.press("Escape")
    expect(line).to_have_count(0)


# --- the gallery


@pytest.fixture
def made(server: str) -> list[str]:
    """Return names of three pictures that a workflow has made."""
    body = {
        "workflow": "text_to_image",
        "values": {"steps": 1},
        "batch": {"sets": [{"prompt": "a cat", "seed": 1}, {"prompt": "a dog", "seed": 2}]},
    }
    if api(server, "gallery?search=dog")["total"] == 0:
        api(server, "jobs", body)
    for _ in range(300):
        if (
            api(server, "gallery?search=cat")["total"]
            and api(server, "gallery?search=dog")["total"]
        ):
            break
        time.sleep(0.2)
    page = api(server, "gallery?model=mini")
    return [each["name"] for each in page["items"]]


def test_the_gallery_is_searched_and_used_by_keys(editor: Editor, made: list[str]) -> None:
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    gallery = editor.page.get_by_role("region", name="Gallery")
    tiles = gallery.get_by_role("option")
    expect(tiles.first).to_be_visible()

    gallery.get_by_role("searchbox").fill("dog")
    expect(tiles).to_have_count(1)
    expect(tiles.first).to_have_attribute("aria-label", "a dog")
    gallery.get_by_role("button", name="More filters").click()
    gallery.get_by_role("textbox", name="Seed").fill("99")
    expect(tiles).to_have_count(0)
    expect(gallery.get_by_text("No picture fits this search.")).to_be_visible()
    gallery.get_by_role("textbox", name="Seed").fill("")
    gallery.get_by_role("searchbox").fill("")
    gallery.get_by_role("textbox", name="Model").fill("mini")
    expect(tiles).to_have_count(len(made))

    gallery.get_by_role("listbox").focus()
    editor.press(" ")
    editor.press("ArrowRight")
    editor.press(" ")
    gallery.get_by_role("button", name="Compare").click()
    expect(editor.page.get_by_role("slider")).to_be_visible()
    editor.press("Escape")
    gallery.get_by_role("listbox").focus()
    editor.press("Escape")
    editor.press("Home")
    editor.press("Enter")
    about = editor.page.get_by_role("complementary", name="About this picture")
    expect(about).to_contain_text("a dog")
    editor.press("ArrowRight")
    expect(about).to_contain_text("a cat")


def test_a_picture_of_the_gallery_is_dragged_to_a_node(editor: Editor, made: list[str]) -> None:
    editor.open(document(n1={**LOADER, "values": {"image": ""}}))
    editor.press("Shift+G")
    tile = editor.page.get_by_role("option").first
    expect(tile.locator("img")).to_be_visible()
    box = tile.bounding_box()
    assert box is not None

    editor.drag((box["x"] + 40, box["y"] + 40), editor.title("1"), steps=12)
    expect(editor.node("1").locator(".figure-tile img")).to_be_visible()

    assert editor.document()["nodes"]["1"]["values"]["image"].endswith(".png [output]")


def test_a_picture_of_the_gallery_opens_its_workflow(editor: Editor, made: list[str]) -> None:
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    editor.page.get_by_role("option").first.click()

    editor.page.get_by_role("button", name="Open its workflow").click()
    expect(editor.page.get_by_role("dialog")).to_have_count(0)
    editor.page.wait_for_function("document.querySelectorAll('.node').length > 3")

    texts = json.dumps(editor.document())
    assert "KSampler" in texts
    assert "a dog" in texts or "a cat" in texts


def test_a_picture_is_deleted_once_one_is_sure(
    editor: Editor, server: str, made: list[str]
) -> None:
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    tiles = editor.page.get_by_role("option")
    expect(tiles.first).to_be_visible()
    before = api(server, "gallery")["total"]

    tiles.first.click()
    editor.press("Delete")
    dialog = editor.page.get_by_role("dialog", name="Delete “")
    dialog.get_by_role("button", name="Cancel").click()
    assert api(server, "gallery")["total"] == before
    editor.press("Delete")
    dialog.get_by_role("button", name="Delete the picture").click()
    expect(dialog).to_have_count(0)
    editor.press("Escape")

    expect(tiles).to_have_count(before - 1)
    assert api(server, "gallery")["total"] == before - 1


def test_thousands_of_pictures_stay_few_elements(editor: Editor) -> None:
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        query = dict(part.split("=") for part in route.request.url.split("?")[1].split("&"))
        first = int(query["offset"])
        items = [
            {"name": f"many_{index}.png", "type": "image/png", "size_bytes": 1, "created": 1, "width": 8, "height": 8, "prompt": f"number {index}",
             "negative": "", "model": "", "seed": "", "sampler": "", "scheduler": "", "steps": None, "cfg": None, "job": "", "has_workflow": False}
            for index in range(first, first + int(query["limit"]))
        ]  # fmt: skip
        route.fulfill(json={"items": items, "total": 5000, "is_complete": True})

    editor.page.route("**/api/v1/gallery?*", answer)
    editor.page.route(
        "**/many_*",
        lambda route: route.fulfill(
            body=png(Image.new("RGB", (8, 8), (90, 140, 60))), content_type="image/png"
        ),
    )
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    grid = editor.page.get_by_role("listbox", name="Pictures")
    expect(editor.page.get_by_role("option").first).to_be_visible()

    grid.focus()
    editor.press("End")
    expect(editor.page.get_by_role("option", name="number 4999")).to_be_visible()

    assert editor.page.get_by_role("option").count() < 80
    assert len(asked) < 8
    expect(editor.page.get_by_text("5000 pictures")).to_be_visible()


def test_the_mask_editor_speaks_chinese(editor: Editor) -> None:
    editor.page.add_init_script(
        """localStorage.setItem("sfumato.settings", '{"language": "zh-CN"}')"""
    )
    editor.open(document(n1=LOADER))
    expect(editor.node("1").locator(".figure-tile img")).to_be_visible()

    editor.mouse.click(*editor.title("1"))
    editor.press("Shift+M")

    expect(editor.page.get_by_role("dialog", name="编辑遮罩")).to_be_visible()
    expect(editor.page.get_by_role("button", name="羽化")).to_be_visible()
