"""Searching, the clipboard, undo, looking around: one test a row of the checklist."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from tests.browser.editor import Editor

EMPTY: tuple[float, float] = (700, 700)


def graph(**nodes: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": "sfumato",
        "version": 1,
        "title": "Test",
        "nodes": {key.lstrip("n"): node for key, node in nodes.items()},
    }


def two_nodes() -> dict[str, Any]:
    return graph(
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


def types(editor: Editor) -> list[str]:
    return sorted(node["type"] for node in editor.document()["nodes"].values())


def hover_empty(editor: Editor) -> None:
    editor.mouse.move(*EMPTY)


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


def test_row_43_all_up_stream_and_down_stream_are_selected_by_key(editor: Editor) -> None:
    editor.open(two_nodes())
    selected = editor.page.locator(".node.is-selected")
    editor.mouse.click(*EMPTY)
    editor.press("Control+A")
    assert selected.count() == 2

    editor.mouse.click(*EMPTY)
    assert selected.count() == 0

    editor.mouse.click(*editor.title("2"))
    editor.press("[")
    assert selected.count() == 2

    editor.mouse.click(*editor.title("2"))
    editor.press("]")
    assert selected.count() == 1


def test_row_54_copy_and_paste_through_the_clipboard_of_the_system(editor: Editor) -> None:
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.open(two_nodes())
    editor.mouse.click(*EMPTY)
    editor.press("Control+A")
    editor.press("Control+C")
    text = editor.page.evaluate("navigator.clipboard.readText()")
    assert json.loads(text)["nodes"].keys() == {"1", "2"}

    editor.mouse.move(700, 600)
    editor.press("Control+V")
    nodes = editor.document()["nodes"]
    assert nodes["4"]["links"] == {"clip": ["3", 1, "CLIP"]}
    boxes = [editor.node(each).bounding_box() for each in ("3", "4")]
    left = min(box["x"] for box in boxes if box)
    right = max(box["x"] + box["width"] for box in boxes if box)
    assert abs((left + right) / 2 - 700) < 3

    other = Editor(editor.page.context.new_page(), editor.server)
    other.open(graph())
    other.mouse.move(700, 600)
    other.press("Control+V")
    assert sorted(node["type"] for node in other.document()["nodes"].values()) == [
        "CLIPTextEncode",
        "CheckpointLoaderSimple",
    ]


def test_row_54_ctrl_shift_v_keeps_incoming_links(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.mouse.click(*editor.title("2"))
    editor.press("Control+C")
    hover_empty(editor)
    editor.press("Control+V")
    assert "links" not in editor.document()["nodes"]["3"]

    editor.press("Control+Shift+V")

    assert editor.document()["nodes"]["4"]["links"] == {"clip": ["1", 1, "CLIP"]}


def test_row_54_cut_takes_away_and_paste_brings_back(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.mouse.click(*editor.title("2"))
    editor.press("Control+X")
    assert types(editor) == ["CheckpointLoaderSimple"]

    editor.press("Control+V")
    assert types(editor) == ["CLIPTextEncode", "CheckpointLoaderSimple"]


def test_row_54_a_comfyui_prompt_on_the_clipboard_is_inserted(editor: Editor) -> None:
    prompt = {
        "3": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 1},
        }
    }
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.open(two_nodes())
    editor.page.evaluate("(text) => navigator.clipboard.writeText(text)", json.dumps(prompt))
    hover_empty(editor)
    editor.press("Control+V")
    editor.node("3").wait_for()

    assert editor.document()["nodes"]["3"]["values"]["width"] == 64


def test_row_54_text_in_a_field_is_copied_as_text(editor: Editor) -> None:
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.open(two_nodes())
    editor.mouse.click(*editor.title("1"))
    field = editor.node("2").locator("textarea")
    field.click()
    editor.press("Control+A")
    editor.press("Control+C")

    assert editor.page.evaluate("navigator.clipboard.readText()") == "a cat"
    assert types(editor) == ["CLIPTextEncode", "CheckpointLoaderSimple"]


def test_row_55_undo_and_redo_say_what_they_did(editor: Editor) -> None:
    editor.open(two_nodes())
    before = editor.document()
    editor.mouse.click(*editor.title("2"))
    editor.press("Delete")
    after = editor.document()
    assert "2" not in after["nodes"]

    editor.press("Control+Z")
    assert editor.document()["nodes"] == before["nodes"]
    assert editor.page.get_by_text("Undone: Delete").is_visible()

    for keys in ("Control+Y", "Control+Shift+Z"):
        editor.press(keys)
        assert editor.document()["nodes"] == after["nodes"]
        editor.press("Control+Z")
        assert editor.document()["nodes"] == before["nodes"]


def test_row_56_delete_takes_nodes_and_their_links(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.mouse.click(*editor.title("1"))
    editor.press("Delete")

    nodes = editor.document()["nodes"]
    assert nodes.keys() == {"2"} and not nodes["2"].get("links")


def camera(editor: Editor) -> list[float]:
    """Return scale, x and y of what is seen."""
    transform = editor.page.locator(".surface-nodes").evaluate("(layer) => layer.style.transform")
    numbers = (
        transform.replace("scale(", "")
        .replace(") translate(", " ")
        .replace(")", "")
        .replace("px", "")
        .replace(",", "")
    )
    return [float(each) for each in numbers.split()]


def selected(editor: Editor) -> list[str]:
    return editor.page.locator(".node.is-selected").evaluate_all(
        "(nodes) => nodes.map((each) => each.dataset.node).sort()"
    )


def places(editor: Editor) -> dict[str, list[int]]:
    return {key: node["place"] for key, node in editor.document()["nodes"].items()}


def three_nodes() -> dict[str, Any]:
    return graph(
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


def test_row_3_fit_the_selection_or_all(editor: Editor) -> None:
    document = three_nodes()
    document["nodes"]["3"]["place"] = [4000, 3000, 0, 0]
    editor.open(document)
    whole = camera(editor)
    editor.mouse.move(700, 450)
    editor.mouse.wheel(0, -900)
    editor.page.wait_for_timeout(600)
    editor.mouse.click(60, 800)
    editor.press("Control+A")
    editor.press(".")
    editor.page.wait_for_timeout(600)
    assert camera(editor) == pytest.approx(whole, abs=1)

    editor.mouse.click(1000, 100)
    editor.press("Control+F")
    editor.keyboard.type("Invert Image")
    editor.press("Enter")
    editor.page.locator('.find-row[aria-current="true"]').wait_for()
    editor.press("Escape")
    editor.press(".")
    editor.page.wait_for_timeout(600)
    assert camera(editor)[0] == pytest.approx(1, abs=0.01)

    editor.press("Shift+Period")
    editor.page.wait_for_timeout(600)
    assert camera(editor) == pytest.approx(whole, abs=1)


def test_row_4_double_click_on_a_title_zooms_to_the_node(editor: Editor) -> None:
    editor.open(three_nodes())
    editor.mouse.move(700, 450)
    editor.mouse.wheel(0, 300)
    editor.page.wait_for_timeout(100)
    before = camera(editor)[0]
    editor.mouse.dblclick(*editor.title("3"))
    editor.page.wait_for_timeout(400)
    box = editor.node("3").bounding_box()
    surface = editor.page.locator(".surface").bounding_box()
    assert box and surface
    assert camera(editor)[0] > before
    assert abs(box["x"] + box["width"] / 2 - surface["x"] - surface["width"] / 2) < 5


def test_row_5_zoom_by_keys(editor: Editor) -> None:
    editor.open(three_nodes())
    editor.mouse.click(*EMPTY)
    before = camera(editor)[0]
    editor.press("Alt+-")
    editor.page.wait_for_timeout(400)
    smaller = camera(editor)[0]
    editor.press("Alt+Equal")
    editor.page.wait_for_timeout(400)
    assert smaller == pytest.approx(before / 1.25, rel=0.01) and camera(editor)[0] == pytest.approx(
        before, rel=0.01
    )

    editor.press("Alt+-")
    editor.press("Control+0")
    editor.page.wait_for_timeout(400)
    assert camera(editor)[0] == pytest.approx(1, abs=0.01)

    editor.keyboard.down("Control")
    editor.keyboard.down("Shift")
    editor.drag(EMPTY, (EMPTY[0], EMPTY[1] + 120))
    editor.keyboard.up("Shift")
    editor.keyboard.up("Control")
    editor.page.wait_for_timeout(400)
    assert camera(editor)[0] != 1


def test_row_7_the_minimap_is_drawn_on_change_alone_and_moves_the_view(editor: Editor) -> None:
    document = three_nodes()
    document["nodes"]["3"]["place"] = [4000, 3000, 0, 0]
    editor.open(document)
    minimap = editor.page.get_by_role("img", name="Map of the graph")
    minimap.wait_for()
    editor.page.wait_for_timeout(600)
    counts = "(map) => [Number(map.dataset.draws), Number(map.dataset.walks)]"
    draws, walks = minimap.evaluate(counts)
    editor.page.wait_for_timeout(400)
    assert minimap.evaluate(counts) == [draws, walks]

    editor.mouse.move(500, 500)
    editor.mouse.wheel(0, -200)
    editor.page.wait_for_timeout(200)
    assert minimap.evaluate(counts)[0] > draws and minimap.evaluate(counts)[1] == walks

    before = camera(editor)
    box = minimap.bounding_box()
    assert box
    editor.drag((box["x"] + 20, box["y"] + 20), (box["x"] + 150, box["y"] + 110))
    editor.page.wait_for_timeout(100)
    after = camera(editor)
    assert after[0] == before[0] and after[1] < before[1] and after[2] < before[2]

    editor.press("Alt+m")
    assert minimap.count() == 0


def test_row_8_find_a_node_by_title_type_or_value(editor: Editor) -> None:
    document = two_nodes()
    document["nodes"]["2"]["place"] = [6000, 5000, 0, 0]
    editor.open(document)
    editor.mouse.click(*EMPTY)
    for words in ("Encode", "CLIPTextEncode", "a cat"):
        editor.press("Shift+Period")
        editor.press("Control+F")
        editor.page.get_by_label("Find by title, type or value").last.wait_for()
        editor.keyboard.type(words)
        editor.press("Enter")
        editor.node("2").wait_for()
        assert selected(editor) == ["2"]
        editor.press("Escape")


def test_row_9_bookmarks_bring_one_back(editor: Editor) -> None:
    editor.open(three_nodes())
    editor.mouse.click(*EMPTY)
    before = camera(editor)
    editor.press("Control+1")
    editor.mouse.move(300, 300)
    editor.mouse.wheel(0, -400)
    editor.page.wait_for_timeout(100)
    assert camera(editor) != before

    editor.press("1")
    editor.page.wait_for_timeout(100)
    assert camera(editor) == pytest.approx(before, rel=0.02, abs=2)


def test_row_11_f_hides_all_panels(editor: Editor) -> None:
    editor.open(three_nodes())
    rail = editor.page.locator(".rail").first
    editor.mouse.click(*EMPTY)
    assert rail.is_visible()

    editor.press("f")
    rail.wait_for(state="hidden")

    editor.press("f")
    rail.wait_for()


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
    for key in ("l", "ArrowRight"):
        page.keyboard.press("ArrowDown" if key == "l" else "Home")
    page.keyboard.press("ArrowRight")
    page.get_by_role("menuitem", name="latent", exact=True).wait_for()
    for key in ("l", "ArrowRight", "e", "Enter"):
        page.keyboard.press(key)
    assert "EmptyLatentImage" in types(editor)


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


def test_row_21_a_model_from_the_list_brings_its_loader(editor: Editor) -> None:
    editor.open(graph())
    page = editor.page
    page.get_by_role("button", name="Library").first.click()
    page.get_by_role("button", name="Models").click()
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


def test_row_46_align_and_distribute_from_the_bar(editor: Editor) -> None:
    editor.open(three_nodes())
    page = editor.page
    editor.mouse.click(60, 800)
    editor.press("Control+A")
    bar = page.get_by_role("toolbar", name="Selection")
    bar.get_by_role("button", name="Align top").click()
    assert {place[1] for place in places(editor).values()} == {100}

    bar.get_by_role("button", name="Distribute across").click()
    boxes = [editor.node(each).bounding_box() for each in ("1", "2", "3")]
    gaps = [b["x"] - a["x"] - a["width"] for a, b in itertools.pairwise(boxes) if a and b]
    assert gaps[0] == pytest.approx(gaps[1], abs=2)


def test_row_46_align_from_the_palette(editor: Editor) -> None:
    editor.open(three_nodes())
    editor.mouse.click(60, 800)
    editor.press("Control+A")
    editor.press("Control+K")
    editor.keyboard.type("align left")
    editor.page.get_by_role("option", name="Align left").wait_for()
    editor.press("Enter")

    assert {place[0] for place in places(editor).values()} == {100}


def test_row_47_layout_is_one_undo(editor: Editor) -> None:
    document = three_nodes()
    for node in document["nodes"].values():
        node["place"] = [100, 100, 0, 0]
    editor.open(document)
    editor.mouse.click(*EMPTY)
    editor.press("l")
    editor.page.wait_for_function("Number(document.documentElement.dataset.version) > 0 || true")
    editor.page.wait_for_timeout(1200)
    after = places(editor)
    assert after["1"][0] < after["2"][0] < after["3"][0]

    editor.press("Control+Z")
    assert {tuple(place) for place in places(editor).values()} == {(100, 100, 0, 0)}


def test_row_75_the_palette_runs_commands_settings_and_goes_to_nodes(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    for query, name in (
        ("light", "Theme: Light"),
        ("load check", "Load Checkpoint"),
        ("select all", "Select all"),
    ):
        editor.press("Control+K")
        editor.keyboard.type(query)
        page.get_by_role("option", name=name).first.click()
        if query == "light":
            assert page.locator("html").get_attribute("data-theme") == "light"
        elif query == "load check":
            assert selected(editor) == ["1"]
    assert selected(editor) == ["1", "2"]


def test_row_75_a_field_does_not_hinder_the_palette(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.node("2").locator("textarea").click()
    editor.press("Control+K")
    editor.page.get_by_role("dialog", name="Search commands, settings, nodes").wait_for()
    editor.press("Escape")

    assert (
        editor.node("2").locator("textarea").evaluate("(field) => field === document.activeElement")
    )


def test_row_76_keys_are_remapped_and_kept(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    editor.mouse.click(*EMPTY)
    editor.press("?")
    page.get_by_role("button", name="Change the keys of “Select all”").click()
    editor.press("j")
    row = page.locator('[data-command="select.all"]')
    assert row.inner_text().split() == ["Select", "all", "J"]
    editor.press("Escape")
    editor.press("j")
    assert selected(editor) == ["1", "2"]

    page.reload()
    page.wait_for_selector(".surface[data-ready]", state="attached")
    editor.mouse.click(*EMPTY)
    assert selected(editor) == []
    editor.press("j")
    assert selected(editor) == ["1", "2"]


def test_row_76_presets_and_conflicts(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    editor.mouse.click(*EMPTY)
    editor.press("?")
    page.get_by_role("button", name="Blender-like").click()
    assert "X" in page.locator('[data-command="edit.delete"]').inner_text()

    page.get_by_role("button", name="Change the keys of “Zoom in”").click()
    editor.press("Alt+-")
    assert (
        page.locator('[data-command="view.zoom-in"]')
        .get_by_text("“Zoom out” has this key too.")
        .count()
        == 1
    )
    editor.press("Escape")

    editor.mouse.click(*editor.title("2"))
    editor.press("x")
    assert types(editor) == ["CheckpointLoaderSimple"]
