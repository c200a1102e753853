"""Documents: tabs, saving, revisions, what comes from files and goes into them."""

from __future__ import annotations

import json
import struct
import urllib.request
import zlib
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.editor import Editor

Json = dict[str, Any]


def document(title: str = "Mine", **more: Any) -> Json:
    node = {"type": "EmptyLatentImage", "version": 1, "place": [0, 0, 0, 0]}
    values = {"width": 64, "height": 64, "batch_size": 1}
    return {
        "format": "sfumato",
        "version": 1,
        "title": title,
        "nodes": {"1": {**node, "values": values}},
        **more,
    }


def api(editor: Editor, method: str, path: str, body: Json | None = None) -> Json:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{editor.server}api/v1/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def save_on_server(editor: Editor, name: str, base: int | None = None, **more: Any) -> Json:
    return api(editor, "PUT", f"workflows/{name}", {"base": base, "document": document(**more)})


def picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0\xff\0\0" * 2)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def tabs(editor: Editor) -> Locator:
    return editor.page.locator(".tab-title")


def button(editor: Editor, name: str) -> Locator:
    return editor.page.locator(".overlay").get_by_role("button", name=name, exact=True)


def set_width(editor: Editor, value: int) -> None:
    field = editor.node("1").locator('[data-widget="width"]')
    field.dblclick()
    editor.keyboard.press("Control+a")
    editor.keyboard.type(str(value))
    editor.press("Enter")


def values(editor: Editor, node: str = "1") -> Json:
    return editor.document()["nodes"][node]["values"]


def nudge(editor: Editor, node: str = "1", dx: int = 60) -> None:
    x, y = editor.title(node)
    editor.drag((x, y), (x + dx, y))


def test_row_18_dropped_pictures_become_nodes_that_load_them(editor: Editor) -> None:
    editor.open(document())
    editor.drop([("red.png", "image/png", picture()), ("blue.png", "image/png", picture())])
    editor.page.wait_for_selector('[data-node="3"]')
    nodes = editor.document()["nodes"]

    assert [nodes[each]["type"] for each in ("2", "3")] == ["LoadImage", "LoadImage"]
    assert "red" in nodes["2"]["values"]["image"]
    assert nodes["2"]["place"][1] < nodes["3"]["place"][1]
    expect(tabs(editor)).to_have_count(1)


def test_row_19_a_dropped_workflow_opens_in_a_new_tab(editor: Editor) -> None:
    editor.open(document())
    editor.drop([("theirs.json", "application/json", json.dumps(document("Theirs")).encode())])

    expect(tabs(editor)).to_have_text(["Mine", "Theirs"])
    assert editor.document()["title"] == "Theirs"


def test_row_19_a_dropped_workflow_without_nodes_opens_too(editor: Editor) -> None:
    editor.open(document())
    nothing = {"format": "sfumato", "version": 1, "title": "Nothing", "nodes": {}}
    editor.drop([("nothing.json", "application/json", json.dumps(nothing).encode())])

    expect(tabs(editor)).to_have_text(["Mine", "Nothing"])
    assert editor.document()["nodes"] == {}


def test_row_19_alt_inserts_a_dropped_workflow_as_one_edit(editor: Editor) -> None:
    editor.open(document())
    editor.drop(
        [("theirs.json", "application/json", json.dumps(document("Theirs")).encode())], alt=True
    )
    editor.page.wait_for_selector('[data-node="2"]')
    inserted = editor.document()["nodes"]
    editor.press("Control+z")

    assert inserted["2"]["values"]["width"] == 64
    assert list(editor.document()["nodes"]) == ["1"]


def test_a_comfyui_prompt_with_unknown_nodes_opens_with_placeholders(editor: Editor) -> None:
    prompt = {
        "1": {"class_type": "FooSampler", "inputs": {"strength": 0.25, "image": ["2", 0]}},
        "2": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 1},
        },
    }
    editor.open(document())
    editor.drop([("foo.json", "application/json", json.dumps(prompt).encode())])
    report = editor.page.locator("dialog")
    expect(report).to_contain_text("FooSampler")
    button(editor, "OK").click()
    node = editor.node("1")

    expect(node.locator(".node-note")).to_have_text("FooSampler is not installed")
    assert editor.document()["nodes"]["1"]["values"]["strength"] == 0.25
    node.locator(".node-note").click()
    expect(editor.page.locator("dialog")).to_contain_text("0.25")


def test_row_23_an_empty_graph_shows_templates(editor: Editor) -> None:
    editor.open(document(nodes={}))
    card = editor.page.locator('[data-template="text_to_image"] button')
    card.click()
    editor.page.wait_for_selector('[data-node="5"]')

    assert editor.document()["nodes"]["5"]["type"] == "KSampler"
    expect(tabs(editor)).to_have_text(["Text to image"])
    expect(editor.page.locator(".templates")).to_have_count(0)


def test_row_77_an_unsaved_tab_is_marked_and_saving_takes_the_mark_away(editor: Editor) -> None:
    editor.open(document())
    mark = editor.page.locator(".tab")
    expect(mark).to_have_attribute("data-changed", "false")
    nudge(editor)
    expect(mark).to_have_attribute("data-changed", "true")
    editor.press("Control+s")
    editor.page.locator("#dialog-text").fill("row77/first")
    button(editor, "Save").click()

    expect(mark).to_have_attribute("data-changed", "false")
    saved = api(editor, "GET", "workflows/row77/first")
    assert saved["document"]["nodes"]["1"]["place"] == editor.document()["nodes"]["1"]["place"]


def test_row_77_tabs_come_back_after_a_reload(editor: Editor) -> None:
    editor.open(document())
    editor.press("Control+Alt+n")
    expect(tabs(editor)).to_have_count(2)
    tabs(editor).first.click()
    editor.document()
    editor.page.reload()
    editor.arrive()

    expect(tabs(editor)).to_have_text(["Mine", "Untitled"])
    expect(editor.page.locator(".tab.is-active")).to_have_text("Mine")


def test_closing_asks_only_for_what_is_nowhere_else(editor: Editor) -> None:
    editor.open(document())
    editor.press("Control+Alt+n")
    tabs(editor).nth(1).click(button="middle")
    expect(tabs(editor)).to_have_text(["Mine"])
    nudge(editor)
    editor.page.locator(".tab-close").click()
    expect(editor.page.locator("dialog")).to_contain_text("never saved")
    button(editor, "Cancel").click()
    expect(tabs(editor)).to_have_text(["Mine"])
    editor.page.locator(".tab-close").click()
    button(editor, "Discard").click()
    expect(tabs(editor)).to_have_text(["Untitled"])
    editor.press("Alt+Shift+T")

    expect(tabs(editor)).to_have_text(["Untitled", "Mine"])


def test_tabs_are_reordered_by_dragging_and_reached_by_keys(editor: Editor) -> None:
    editor.open(document())
    editor.press("Control+Alt+n")
    first, second = (tabs(editor).nth(each).bounding_box() for each in (0, 1))
    assert first is not None and second is not None
    middle = second["y"] + second["height"] / 2
    editor.drag((second["x"] + 20, middle), (first["x"] + 5, middle))
    expect(tabs(editor)).to_have_text(["Untitled", "Mine"])
    tabs(editor).nth(0).click()
    editor.press("ArrowRight")

    expect(editor.page.locator(".tab.is-active")).to_have_text("Mine")


def test_a_conflict_shows_what_differs_and_keeps_either(editor: Editor) -> None:
    save_on_server(editor, "shared")
    editor.open(document(nodes={}))
    open_saved(editor, "shared")
    theirs = document("Mine")
    theirs["nodes"]["1"]["values"]["height"] = 128
    api(editor, "PUT", "workflows/shared", {"base": 1, "document": theirs})
    nudge(editor)
    editor.press("Control+s")
    dialog = editor.page.locator("dialog")
    expect(dialog.locator('[data-change="value"]')).to_contain_text("128 → 64")
    button(editor, "Take that version").click()
    expect(dialog).to_have_count(0)
    assert values(editor)["height"] == 128
    editor.press("Control+z")
    assert values(editor)["height"] == 64
    editor.press("Control+s")
    expect(editor.page.locator(".tab")).to_have_attribute("data-changed", "false")
    assert api(editor, "GET", "workflows/shared")["revision"] == 3


def open_saved(editor: Editor, name: str) -> None:
    editor.press("Control+o")
    editor.page.locator(f'[data-workflow="{name}"] .card-main').click()
    editor.page.wait_for_selector('[data-node="1"]')


def test_the_open_dialog_finds_renames_deletes_and_restores(editor: Editor) -> None:
    save_on_server(editor, "shelf/apple", title="Apple")
    save_on_server(editor, "shelf/pear", title="Pear")
    editor.open(document())
    editor.press("Control+o")
    dialog = editor.page.locator("dialog").first
    dialog.locator('[data-place="shelf"]').click()
    expect(dialog.locator(".card")).to_have_count(2)
    editor.keyboard.type("pea")
    dialog.get_by_role("searchbox").fill("pea")
    expect(dialog.locator(".card-title")).to_have_text(["Pear"])
    dialog.locator(".card").hover()
    dialog.get_by_role("button", name="Rename", exact=True).click()
    editor.page.locator("#dialog-text").fill("shelf/plum")
    editor.press("Enter")
    dialog.get_by_role("searchbox").fill("plum")
    card = dialog.locator('[data-workflow="shelf/plum"]')
    card.hover()
    card.get_by_role("button", name="Delete", exact=True).click()
    editor.page.locator("dialog.dialog-small").get_by_role(
        "button", name="Delete", exact=True
    ).click()
    expect(card).to_have_count(0)
    dialog.locator('[data-place="deleted"]').click()
    dialog.locator('[data-workflow="shelf/plum"] .card-main').click()

    expect(card).to_have_count(1)
    assert api(editor, "GET", "workflows/shelf/plum")["title"] == "Pear"


def test_revisions_are_listed_compared_and_restored_as_one_edit(editor: Editor) -> None:
    save_on_server(editor, "versions")
    later = document()
    later["nodes"]["2"] = {"type": "PreviewImage", "version": 1, "place": [400, 0, 0, 0]}
    api(editor, "PUT", "workflows/versions", {"base": 1, "document": later})
    editor.open(document(nodes={}))
    open_saved(editor, "versions")
    editor.page.get_by_role("button", name="Menu", exact=True).click()
    editor.page.get_by_role("menuitem", name="Revisions").click()
    editor.page.locator('[data-revision="1"]').click()
    expect(editor.page.locator('[data-change="node-added"]')).to_contain_text("Preview Image")
    button(editor, "Restore").click()
    restored = list(editor.document()["nodes"])
    editor.press("Control+z")

    assert restored == ["1"]
    assert list(editor.document()["nodes"]) == ["1", "2"]


def test_row_78_a_node_of_an_older_version_says_so_and_is_updated_as_one_edit(
    editor: Editor,
) -> None:
    old = document()
    old["nodes"]["1"] |= {"version": 0, "values": {"width": 64, "height": 64, "colour": "red"}}
    editor.open(old)
    note = editor.node("1").locator(".node-note")
    note.click()
    dialog = editor.page.locator("dialog")
    expect(dialog.locator('[data-change="gone"]')).to_contain_text("colour")
    expect(dialog.locator('[data-change="new"]')).to_contain_text("batch_size")
    button(editor, "Use version 1").click()
    updated = editor.document()["nodes"]["1"]
    editor.page.locator(".surface").focus()
    editor.press("Control+z")

    assert updated["version"] == 1
    assert updated["values"] == {"width": 64, "height": 64, "batch_size": 1}
    assert editor.document()["nodes"]["1"] == old["nodes"]["1"]


def exported(editor: Editor, command: str) -> bytes:
    editor.page.get_by_role("button", name="Menu", exact=True).click()
    with editor.page.expect_download() as waiting:
        editor.page.get_by_role("menuitem", name=command, exact=True).click()
    return waiting.value.path().read_bytes()


def test_export_as_a_file_as_prompt_and_as_a_picture_that_holds_the_workflow(
    editor: Editor,
) -> None:
    mine = document()
    editor.open(mine)
    own = json.loads(exported(editor, "Export as a file"))
    prompt = json.loads(exported(editor, "Export for ComfyUI's API"))
    drawn = exported(editor, "Export a picture of the graph")
    editor.drop([("graph.png", "image/png", drawn)])

    expect(tabs(editor)).to_have_count(2)
    assert own == mine
    assert prompt["1"]["class_type"] == "EmptyLatentImage"
    assert drawn.startswith(b"\x89PNG")
    assert values(editor) == mine["nodes"]["1"]["values"]


def test_theme_and_language_change_while_one_works(editor: Editor) -> None:
    editor.open(document())
    editor.press("Control+,")
    editor.page.get_by_label("Theme").select_option("light")
    expect(editor.page.locator("html")).to_have_attribute("data-theme", "light")
    editor.page.get_by_label("Language").select_option("zh-CN")
    expect(editor.page.locator("dialog h2")).to_have_text("设置")
    editor.page.reload()
    editor.arrive()

    expect(editor.page.locator("html")).to_have_attribute("data-theme", "light")
    expect(editor.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_templates_say_what_they_do_in_the_order_of_their_titles(editor: Editor) -> None:
    editor.open(document())
    editor.press("Control+o")
    dialog = editor.page.locator("dialog").first
    dialog.locator('[data-place="bundled"]').click()

    expect(dialog.locator('[data-workflow="inpaint"] .card-about')).to_contain_text("painted anew")
    titles = dialog.locator(".card-title").all_inner_texts()
    assert titles == sorted(titles, key=str.casefold)
    assert "Hires fix" in titles
