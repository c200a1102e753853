"""Pictures from outside and results: rows 18, 20, 64, 67 and 68."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser import runs
from tests.browser.editor import Editor
from tests.browser.pictures import (
    LOADER,
    SIZE,
    document,
    fetched,
    png,
)
from tests.browser.values import spin

pytestmark = pytest.mark.usefixtures("given_picture")


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


def test_row_18_a_file_dropped_on_an_image_node_is_its_picture(editor: Editor) -> None:
    editor.open(document(n1=LOADER))

    dropped = png(Image.new("RGB", (30, 60), (1, 2, 3)))
    editor.drop([("dropped.png", "image/png", dropped)], editor.title("1"))
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
    editor.frames(4)
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


@pytest.mark.usefixtures("nothing_runs")
def test_row_67_the_newest_preview_is_seen_while_a_node_samples(editor: Editor) -> None:
    # long enough that previews come however fast it samples
    runs.start(editor, runs.document(steps=runs.LONG, seed=1067, size=128))
    preview = editor.page.locator('.node-figure[data-from="preview"] img').first

    editor.press("Control+Enter")
    expect(preview).to_be_visible(timeout=60_000)
    first = preview.get_attribute("src")
    assert first
    expect(preview).not_to_have_attribute("src", first, timeout=20_000)

    editor.press("Control+Alt+Enter")
    runs.wait_for(lambda: not runs.ask(editor.server, "queue")["running"])
    spin(editor, "5", "steps").fill("2")
    editor.press("Enter")
    editor.press("Control+Enter")
    expect(editor.page.locator('.node-figure[data-from="run"] img').first).to_be_visible(
        timeout=60_000
    )


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
    before = line.get_attribute("aria-valuenow")
    editor.page.get_by_role("button", name="Swap").focus()
    editor.press(" ")
    assert line.get_attribute("aria-valuenow") == before
    editor.press(" ")
    editor.press("Home")
    shot = Image.open(io.BytesIO(editor.page.locator(".compare").screenshot())).convert("RGB")
    editor.press("End")
    other = Image.open(io.BytesIO(editor.page.locator(".compare").screenshot())).convert("RGB")

    middle = (shot.width // 2, shot.height // 2 + 10)
    assert shot.getpixel(middle) == pytest.approx((165, 165, 165), abs=3)
    assert other.getpixel(middle) == pytest.approx((90, 90, 90), abs=3)
    editor.press("Escape")
    expect(line).to_have_count(0)
