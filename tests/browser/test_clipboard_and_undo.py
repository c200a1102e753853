"""Copying, undoing, deleting, muting: rows 54 to 56 and 70."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.graphs import (
    EMPTY,
    LATENT,
    by,
    hover_empty,
    links,
    middle,
    two_nodes,
    types,
    workflow,
)


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


def test_row_54_copy_and_paste_through_the_clipboard_of_the_system(
    windows: Callable[..., Editor], server: str
) -> None:
    editor = windows(server)
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

    other = windows(server)
    other.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    other.open(workflow())
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


def test_row_56_delete_and_delete_keeping_the_flow(graph: Editor) -> None:
    graph.drag(by(graph.title("9"), 60, 0), by(middle(graph, LATENT, "5.input:latent_image"), 0, 4))
    graph.press("Control+Delete")
    found = graph.document()["nodes"]
    assert "9" not in found
    assert found["5"]["links"]["latent_image"] == ["4", 0, "LATENT"]

    graph.press("Control+z")
    graph.mouse.click(*graph.title("9"))
    graph.press("Delete")
    assert "latent_image" not in links(graph, "5")


def test_row_56_delete_takes_nodes_and_their_links(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.mouse.click(*editor.title("1"))
    editor.press("Delete")

    nodes = editor.document()["nodes"]
    assert nodes.keys() == {"2"} and not nodes["2"].get("links")


def test_row_70_mute_and_bypass(graph: Editor) -> None:
    graph.mouse.click(*graph.title("5"))
    graph.press("Control+b")
    assert graph.document()["nodes"]["5"]["mode"] == "bypass"
    assert "is-bypassed" in (graph.node("5").get_attribute("class") or "")

    graph.press("Control+m")
    assert graph.document()["nodes"]["5"]["mode"] == "mute"

    graph.press("Control+m")
    assert "mode" not in graph.document()["nodes"]["5"]


def test_undo_goes_into_the_subgraph_where_something_was_changed(editor: Editor) -> None:
    inner = {
        "1": {"type": "EmptyLatentImage", "version": 1, "place": [0, 0, 0, 0], "title": "Inner"}
    }
    made = workflow(n5={"type": "subgraph:part", "version": 1, "place": [0, 0, 0, 0]})
    editor.open(made | {"subgraphs": {"part": {"title": "Part", "nodes": inner}}})
    editor.mouse.dblclick(*editor.title("5"))
    editor.node("1").wait_for()
    editor.mouse.click(*editor.title("1"))
    editor.press("Control+m")
    assert editor.document()["subgraphs"]["part"]["nodes"]["1"]["mode"] == "mute"
    editor.mouse.click(*EMPTY)
    editor.press("Escape")
    editor.node("5").wait_for()

    editor.press("Control+z")

    editor.page.locator(".breadcrumb").get_by_text("Part").wait_for()
    editor.node("1").wait_for()
    assert "mode" not in editor.document()["subgraphs"]["part"]["nodes"]["1"]


def test_undo_brings_into_view_what_it_changed(editor: Editor) -> None:
    editor.open(workflow(n1={"type": "EmptyLatentImage", "version": 1, "place": [0, 0, 0, 0]}))
    editor.node("1").wait_for()
    editor.mouse.click(*editor.title("1"))
    editor.press("Control+m")
    assert editor.document()["nodes"]["1"]["mode"] == "mute"
    # from where no message of a test before lies
    editor.drag((200, 700), (1300, 100), button="middle")
    expect(editor.node("1")).not_to_be_in_viewport()

    editor.press("Control+z")

    expect(editor.node("1")).to_be_in_viewport()
    assert "mode" not in editor.document()["nodes"]["1"]
