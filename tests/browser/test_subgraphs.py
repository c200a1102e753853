"""Subgraphs: made, entered, left, shown differently, unpacked."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.browser import graphs
from tests.browser.editor import Editor


def workflow() -> dict[str, Any]:
    return graphs.workflow(
        n1=graphs.node("EmptyImage", 0, 0, values={"width": 64, "height": 64}),
        n2=graphs.node("ImageInvert", 320, 0, {"image": ["1", 0, "IMAGE"]}),
        n3=graphs.node("ImageInvert", 640, 0, {"image": ["2", 0, "IMAGE"]}),
        n4=graphs.node("PreviewImage", 960, 0, {"images": ["3", 0, "IMAGE"]}),
    )


def select(editor: Editor, *ids: str) -> None:
    for index, node in enumerate(ids):
        if index:
            editor.keyboard.down("Shift")
        editor.mouse.click(*editor.title(node))
        editor.keyboard.up("Shift")


def make(editor: Editor) -> str:
    select(editor, "2", "3")
    editor.press("Control+Shift+e")
    nodes = editor.document()["nodes"]
    return next(id for id, node in nodes.items() if node["type"].startswith("subgraph:"))


def test_row_57_subgraph_from_the_selection(editor: Editor) -> None:
    editor.open(workflow())
    instance = make(editor)

    document = editor.document()
    definition = document["subgraphs"][
        document["nodes"][instance]["type"].removeprefix("subgraph:")
    ]
    assert set(definition["nodes"]) == {"2", "3"}
    assert document["nodes"][instance]["links"] == {"image": ["1", 0, "IMAGE"]}
    assert document["nodes"]["4"]["links"]["images"][:2] == [instance, 0]
    assert editor.node(instance).is_visible()


def test_row_10_breadcrumb_and_escape_out_of_a_subgraph(editor: Editor) -> None:
    editor.open(workflow())
    instance = make(editor)
    editor.mouse.dblclick(*editor.title(instance))

    way = editor.page.get_by_role("navigation", name="Where you are")
    way.get_by_text("Subgraph").wait_for()
    editor.node("3").wait_for()
    assert not editor.node("4").count()
    editor.press("Escape")
    editor.node("4").wait_for()
    assert not way.count()
    editor.mouse.dblclick(*editor.title(instance))
    way.get_by_role("button", name="Test").click()
    editor.node("4").wait_for()


def test_unpacking_gives_the_nodes_back(editor: Editor) -> None:
    editor.open(workflow())
    make(editor)
    editor.page.keyboard.press("Control+k")
    editor.page.get_by_role("combobox").wait_for()
    editor.page.keyboard.type("unpack the")
    editor.press("Enter")

    assert editor.document()["nodes"]["4"]["links"]["images"][:2] == ["3", 0]
    assert not editor.document().get("subgraphs")


def test_what_it_shows_is_chosen_and_undone(editor: Editor) -> None:
    document = workflow()
    document["nodes"]["2"] = {
        "type": "ImageScaleBy",
        "place": [320, 0, 0, 0],
        "links": {"image": ["1", 0, "IMAGE"]},
    }
    editor.open(document)
    instance = make(editor)
    editor.page.get_by_role("button", name="Choose what it shows").click()
    window = editor.page.get_by_role("dialog", name="Choose what the subgraph shows")
    window.get_by_role("checkbox", name="scale_by").click()
    window.get_by_label("Title of the subgraph").fill("Sharper")
    editor.press("Escape")

    editor.node(instance).get_by_text("Sharper").wait_for()
    editor.node(instance).locator('[data-widget="scale_by"]').wait_for()
    editor.press("Control+z")
    editor.press("Control+z")
    editor.press("Control+z")
    assert editor.document()["nodes"] == document["nodes"]


def on_rails(editor: Editor, first: str, last: str) -> tuple[Any, Any]:
    """Return where the nth socket of the rail that comes in is, of two, and of the one that goes out."""
    a, b = editor.node(first).bounding_box(), editor.node(last).bounding_box()
    assert a is not None
    assert b is not None
    zoom = a["width"] / 240
    middle = (min(a["y"], b["y"]) + max(a["y"] + a["height"], b["y"] + b["height"])) / 2

    def inlet(index: int) -> tuple[float, float]:
        return a["x"] - 110 * zoom, middle + (index * 28 - 14) * zoom

    def outlet(index: int) -> tuple[float, float]:
        return b["x"] + b["width"] + 110 * zoom, middle + (index * 28 - 14) * zoom

    return inlet, outlet


def exposed(editor: Editor) -> tuple[list[Any], list[Any]]:
    (definition,) = editor.document()["subgraphs"].values()
    inputs = [each["targets"] for each in definition.get("inputs", [])]
    return inputs, [each["source"] for each in definition.get("outputs", [])]


def test_the_rails_of_a_subgraph_are_linked_to_and_from(editor: Editor) -> None:
    editor.open(workflow())
    instance = make(editor)
    editor.mouse.dblclick(*editor.title(instance))
    editor.node("3").wait_for()
    editor.page.wait_for_timeout(300)
    inlet, outlet = on_rails(editor, "2", "3")
    assert exposed(editor) == ([[["2", "image"]]], [["3", 0]])

    editor.drag(inlet(0), editor.socket("3.input:image"))
    assert exposed(editor)[0] == [[["2", "image"], ["3", "image"]]]

    editor.drag(editor.socket("3.input:image"), (700, 800))
    assert exposed(editor)[0] == [[["2", "image"]]]

    editor.drag(inlet(1), editor.socket("3.input:image"))
    assert exposed(editor)[0] == [[["2", "image"]], [["3", "image"]]]
    editor.press("Control+z")

    editor.drag(editor.socket("2.output:0"), outlet(1))
    assert exposed(editor)[1] == [["3", 0], ["2", 0]]

    editor.press("Control+z")
    editor.drag(editor.socket("2.output:0"), outlet(0))
    assert exposed(editor)[1] == [["2", 0]]

    editor.drag(outlet(0), (700, 800))
    assert exposed(editor)[1] == []


def inside(editor: Editor) -> None:
    editor.open(workflow())
    instance = make(editor)
    editor.mouse.dblclick(*editor.title(instance))
    editor.node("3").wait_for()
    editor.still()


def test_the_rails_of_a_subgraph_are_linked_by_keys(editor: Editor) -> None:
    inside(editor)
    select(editor, "3")
    editor.press("c")
    dialog = editor.page.locator(".link-dialog")
    dialog.get_by_role("option", name="Input image").click()
    dialog.get_by_role("option", name="Subgraph inputs: image").click()
    assert exposed(editor)[0] == [[["2", "image"], ["3", "image"]]]
    live = editor.page.locator("[aria-live]", has_text="Linked Subgraph inputs")
    live.first.wait_for(state="attached")

    select(editor, "3")
    editor.press("c")
    dialog.get_by_role("option", name="Input image").click()
    dialog.get_by_role("option", name="Unlink Subgraph inputs, image").click()
    assert exposed(editor)[0] == [[["2", "image"]]]

    select(editor, "2")
    editor.press("c")
    dialog.get_by_role("option", name="Output").click()
    dialog.get_by_role("option", name="Subgraph outputs: A new output").click()
    assert exposed(editor)[1] == [["3", 0], ["2", 0]]


def test_the_rails_of_a_subgraph_are_in_the_outline(editor: Editor) -> None:
    inside(editor)
    editor.page.locator("[data-panel=outline]").click()
    tree = editor.page.get_by_role("tree")
    tree.get_by_role("treeitem", name="Subgraph").first.click()
    tree.focus()
    editor.press("ArrowRight")
    editor.still()
    tree.get_by_role("treeitem", name="Subgraph outputs").click()
    tree.focus()
    editor.press("ArrowRight")
    line = tree.get_by_role("treeitem", name="from Invert Image")
    line.wait_for()
    line.click()
    dialog = editor.page.locator(".link-dialog")
    dialog.get_by_role("option", name="Invert Image: IMAGE").last.click()
    assert exposed(editor)[1] in ([["2", 0]], [["3", 0]])
    tree.focus()
    editor.press("Delete")
    assert exposed(editor)[1] == []


def brightness(editor: Editor, at: tuple[float, float]) -> int:
    """Return how bright the page is around a point."""
    x, y = at
    shot = editor.page.screenshot(clip={"x": x - 3, "y": y - 3, "width": 6, "height": 6})
    picture = Image.open(io.BytesIO(shot)).convert("L")
    return sum(picture.tobytes())


def test_the_rails_of_a_subgraph_dim_while_one_links(editor: Editor) -> None:
    inside(editor)
    inlet, outlet = on_rails(editor, "2", "3")
    before = brightness(editor, inlet(0)), brightness(editor, outlet(0))
    editor.mouse.move(*editor.socket("2.output:0"))
    editor.mouse.down()
    editor.mouse.move(700, 780, steps=4)
    editor.still()
    assert abs(brightness(editor, inlet(0)) - before[0]) > before[0] * 0.2
    assert abs(brightness(editor, outlet(0)) - before[1]) < before[1] * 0.1
    editor.press("Escape")
    editor.mouse.up()
    editor.still()

    assert brightness(editor, inlet(0)) == before[0]


#: Counts what stands side by side on the map, within the frame of what is seen.
BLOCKS = """map => {
    const { width, height } = map;
    const { data } = map.getContext("2d").getImageData(6, height / 4, width - 12, height / 2);
    const isFull = x => {
        for (let at = x * 4 + 3; at < data.length; at += (width - 12) * 4)
            if (data[at] > 150) return true;
        return false;
    };
    return [...Array(width - 12).keys()].filter(x => isFull(x) && !isFull(x - 1)).length;
}"""


def test_the_rails_of_a_subgraph_are_on_the_minimap(editor: Editor) -> None:
    inside(editor)
    editor.page.locator(".minimap").wait_for()
    editor.still()

    # left to right: what comes in, two nodes, what goes out
    assert editor.page.locator(".minimap").evaluate(BLOCKS) == 4


if __name__ == "__main__":
    pytest.main([__file__])
