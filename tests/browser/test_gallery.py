"""The gallery: pictures that were made are searched, used, deleted."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.pictures import (
    LOADER,
    api,
    document,
    png,
)

pytestmark = pytest.mark.usefixtures("given_picture")


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


def test_a_picture_that_comes_after_its_view_was_closed_is_passed_over(
    editor: Editor, server: str, made: list[str]
) -> None:
    late: list[Any] = []
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    tiles = editor.page.get_by_role("option")
    expect(tiles.first).to_be_visible()
    editor.page.route(re.compile(r"/files/"), lambda route: late.append(route))
    tiles.first.click()
    picture = editor.page.locator(".lightbox-image")
    expect(picture).to_have_count(1)
    gone = picture.element_handle()
    assert gone is not None
    gone.evaluate(
        "each => { each.isLate = new Promise((done) => each.addEventListener('load', done)); }"
    )
    editor.press("Escape")
    expect(picture).to_have_count(0)

    for route in late:
        route.continue_()

    gone.evaluate("async (each) => { await each.isLate; }")


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


def test_after_a_deletion_the_next_picture_of_the_gallery_is_shown(
    editor: Editor, server: str
) -> None:
    for name in ("one", "two", "three"):
        body = {"workflow": "text_to_image", "values": {"steps": 1, "prompt": f"deletion {name}"}}
        api(server, "jobs", body)
    for _ in range(300):
        if api(server, "gallery?search=deletion")["total"] == 3:
            break
        time.sleep(0.2)
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    gallery = editor.page.get_by_role("region", name="Gallery")
    gallery.get_by_role("searchbox").fill("deletion")
    tiles = gallery.get_by_role("option")
    expect(tiles).to_have_count(3)
    tiles.first.click()
    about = editor.page.get_by_role("complementary", name="About this picture")
    expect(about).to_contain_text("deletion three")
    editor.press("Delete")
    editor.page.get_by_role("dialog", name="Delete “").get_by_role(
        "button", name="Delete the picture"
    ).click()

    expect(about).to_contain_text("deletion two")
    expect(editor.page.locator(".picture-count")).to_have_text("1 of 2")
    editor.press("ArrowRight")
    expect(about).to_contain_text("deletion one")


def test_the_menu_of_a_gallery_picture_is_opened_by_keys(editor: Editor, made: list[str]) -> None:
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    gallery = editor.page.get_by_role("region", name="Gallery")
    expect(gallery.get_by_role("option").first).to_be_visible()
    gallery.get_by_role("listbox").focus()
    editor.press("Shift+F10")
    menu = editor.page.get_by_role("menu", name="What to do with the picture")
    expect(menu.get_by_role("menuitem", name="Open the picture")).to_be_focused()
    editor.press("u")
    expect(menu.get_by_role("menuitem", name="Use as input")).to_be_focused()
    editor.press("Escape")

    expect(gallery.get_by_role("listbox")).to_be_focused()


def test_tab_stays_in_the_large_picture(editor: Editor, made: list[str]) -> None:
    editor.open(document(n1=LOADER))
    editor.press("Shift+G")
    editor.page.get_by_role("option").first.click()
    expect(editor.page.get_by_role("dialog", name="Picture")).to_be_visible()
    editor.press("Shift+Tab")

    assert editor.page.evaluate(
        "Boolean(document.activeElement.closest('[data-overlay=lightbox]'))"
    )
