"""Making nodes: rows 12 to 23; what is dropped from outside is among documents and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.graphs import (
    EMPTY,
    by,
    centre,
    document,
    held,
    links,
    selected,
    steps,
    two_nodes,
    types,
    workflow,
)


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


def test_row_12_double_click_on_empty_space_searches_at_the_pointer(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.mouse.dblclick(*EMPTY)
    editor.keyboard.type("ksampler")
    field = editor.page.get_by_role("combobox", name="Search node types")
    box = field.bounding_box()
    assert box is not None and abs(box["y"] + box["height"] / 2 - EMPTY[1]) < 40

    editor.press("Enter")

    assert "KSampler" in types(editor)
    added = editor.node("3").bounding_box()
    assert added is not None and abs(added["x"] - EMPTY[0]) < 3 and abs(added["y"] - EMPTY[1]) < 3


@pytest.mark.parametrize("key", ["Tab", "Shift+A"])
def test_row_13_a_key_searches_at_the_pointer(editor: Editor, key: str) -> None:
    editor.open(two_nodes())
    editor.mouse.click(*EMPTY)
    editor.press(key)
    editor.keyboard.type("empty")
    editor.press("Enter")
    editor.node("3").wait_for()

    assert "EmptyLatentImage" in types(editor)


def test_row_14_a_link_dropped_on_nothing_searches_what_fits_and_links_it(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.drag(editor.socket("1.output:1"), (700, 500))
    page = editor.page
    page.get_by_role("listbox").wait_for()
    titles = page.locator(".palette-title").all_inner_texts()
    assert "CLIP Text Encode (Prompt)" in titles and "KSampler" not in titles

    editor.keyboard.type("prompt")
    editor.press("Enter")

    assert editor.document()["nodes"]["3"]["links"] == {"clip": ["1", 1, "CLIP"]}


def test_row_14_the_filter_can_be_removed(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.drag(editor.socket("1.output:1"), (700, 500))
    editor.page.get_by_role("button", name="Show all types").click()
    editor.keyboard.type("ksampler")
    editor.press("Enter")

    assert "links" not in editor.document()["nodes"]["3"]


def test_row_14_shift_opens_the_menu_of_categories(editor: Editor) -> None:
    editor.open(two_nodes())
    start = editor.socket("1.output:1")
    editor.mouse.move(*start)
    editor.mouse.down()
    editor.mouse.move(700, 500, steps=5)
    editor.keyboard.down("Shift")
    editor.mouse.up()
    editor.keyboard.up("Shift")
    menu = editor.page.get_by_role("menu").first
    menu.get_by_role("menuitem", name="conditioning").click()
    editor.page.get_by_role("menuitem", name="CLIP Text Encode (Prompt)").click()

    assert editor.document()["nodes"]["3"]["links"] == {"clip": ["1", 1, "CLIP"]}


def test_row_14_dropping_a_link_on_empty_space_searches_what_fits(graph: Editor) -> None:
    graph.drag(graph.socket("6.output:0"), by(centre(graph), 300, 330))

    graph.page.wait_for_selector('[data-overlay="palette"], [data-overlay="menu"]')
    assert links(graph, "7") == {"images": ["6", 0, "IMAGE"]}


def test_row_15_what_one_uses_comes_first(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page

    def first() -> str:
        editor.mouse.click(*EMPTY)
        editor.press("Shift+A")
        editor.keyboard.type("upscale")
        return page.locator(".palette-title").first.inner_text()

    before = first()
    page.get_by_role("option", name="Upscale Latent By").click()
    for _ in range(3):
        first()
        page.get_by_role("option", name="Upscale Latent By").click()

    assert before != "Upscale Latent By"
    assert first() == "Upscale Latent By"


def test_row_16_menus_for_canvas_node_socket_and_link(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    menu = page.get_by_role("menu").first
    places_ = {
        "canvas": (EMPTY, "Select all"),
        "node": (editor.title("2"), "Duplicate"),
        "socket": (editor.socket("1.output:0"), "Add linked node"),
    }
    for at, command in places_.values():
        page.mouse.click(*at, button="right")
        menu.get_by_role("menuitem", name=command).wait_for()
        page.keyboard.press("Escape")
        menu.wait_for(state="hidden")

    page.mouse.click(*EMPTY, button="right")
    menu.wait_for()
    editor.press("Home")
    editor.press("ArrowRight")
    page.get_by_role("menuitem", name="latent", exact=True).wait_for()
    editor.keyboard.type("l")
    editor.press("ArrowRight")
    page.get_by_role("menuitem", name="Empty Latent Image", exact=True).wait_for()
    editor.keyboard.type("e")
    editor.press("Enter")
    editor.node("3").wait_for()
    assert "EmptyLatentImage" in types(editor)


def test_a_menu_that_the_pointer_has_opened_takes_the_keys_that_ask_for_it(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    page.mouse.click(*EMPTY, button="right")
    page.get_by_role("menuitem").first.hover()
    inner = page.get_by_role("menu").nth(1)
    inner.wait_for()
    editor.press("ArrowRight")

    expect(inner.get_by_role("menuitem").first).to_be_focused()


def test_row_16_the_menu_of_a_node_acts_on_that_node(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.mouse.click(*editor.title("1"))
    editor.mouse.click(*editor.title("2"), button="right")
    editor.page.get_by_role("menuitem", name="Delete Delete").click()

    assert types(editor) == ["CheckpointLoaderSimple"]


def test_row_17_a_type_is_dragged_from_the_library(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    editor.mouse.click(*EMPTY)
    editor.press("n")
    page.locator(".library-category > summary", has_text=re.compile(r"^latent\d")).click()
    row = page.locator('[data-type="VAEDecode"] button').first
    row.wait_for()
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    assert box
    editor.mouse.move(box["x"] + 40, box["y"] + 10)
    editor.mouse.down()
    editor.mouse.move(900, 700, steps=5)
    assert page.locator(".library-ghost").is_visible()
    editor.mouse.up()

    assert "VAEDecode" in types(editor)
    added = editor.node("3").bounding_box()
    assert (
        added
        and added["x"] < 900 < added["x"] + added["width"]
        and added["y"] < 700 < added["y"] + 40
    )


def test_row_21_a_model_from_the_list_brings_its_loader(
    windows: Callable[..., Editor], server: str
) -> None:
    editor = windows(server)
    editor.open(workflow())
    page = editor.page
    page.get_by_role("button", name="Library").first.click()
    page.get_by_role("button", name="Models", exact=True).click()
    row = page.locator('[data-model="emoji-mini"] button').first
    row.wait_for()
    box = row.bounding_box()
    assert box
    editor.drag((box["x"] + 40, box["y"] + 10), (900, 500))
    node = next(iter(editor.document()["nodes"].values()))
    assert node["type"] == "CheckpointLoaderSimple" and node["values"] == {
        "ckpt_name": "emoji-mini"
    }

    editor.drag((box["x"] + 40, box["y"] + 10), (950, 520))
    assert len(editor.document()["nodes"]) == 1


def test_row_22_shift_d_duplicates_and_ctrl_keeps_incoming_links(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.mouse.click(*editor.title("2"))
    editor.press("Shift+D")
    nodes = editor.document()["nodes"]
    assert nodes["3"]["values"] == {"text": "a cat"} and "links" not in nodes["3"]
    assert nodes["3"]["place"] != nodes["2"]["place"]

    editor.mouse.click(*editor.title("2"))
    editor.press("Control+Shift+D")

    assert editor.document()["nodes"]["4"]["links"] == {"clip": ["1", 1, "CLIP"]}


def test_row_22_alt_drag_duplicates_in_one_step(graph: Editor) -> None:
    start = graph.title("4")
    held(graph, "Alt", lambda: graph.drag(start, by(start, 40, 160)))
    found = graph.document()["nodes"]

    assert found["4"]["place"][:2] == [300, 380]
    (fresh,) = set(found) - set(document()["nodes"])
    assert found[fresh]["type"] == "EmptyLatentImage"
    assert selected(graph) == {fresh}
    assert steps(graph) == 1
