"""The mask editor: row 63."""

from __future__ import annotations

import io
import time
import urllib.request
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.pictures import (
    LOADER,
    SIZE,
    Mask,
    api,
    document,
    masked,
    picture,
    upload,
)

pytestmark = pytest.mark.usefixtures("given_picture")


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
    editor.frames(4)

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


def test_row_63_a_mask_takes_no_colour_from_a_picture_that_was_transparent(
    editor: Editor, server: str
) -> None:
    whole = picture().convert("RGBA")
    whole.putalpha(Image.new("L", SIZE, 0))
    file = io.BytesIO()
    whole.save(file, "WEBP", lossless=True, exact=True)
    api(server, "files?name=clear.webp&subfolder=some%20where&overwrite=1", raw=file.getvalue())
    editor.open(document(n1={**LOADER, "values": {"image": "some where/clear.webp"}}))
    mask = Mask(editor)
    mask.press("Clear")
    mask.slide("hardness", 100)
    mask.stroke((60, 60), (340, 60))
    _, saved = mask.save()

    assert masked(saved, 200, 60) == 255
    assert masked(saved, 200, 200) == 0
    assert saved.convert("RGB").tobytes() == picture().tobytes()
