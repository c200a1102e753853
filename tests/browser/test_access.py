"""The editor without a pointer, and what axe finds on its views."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from tests.browser import graphs
from tests.browser.editor import Editor
from tests.browser.pictures import LOADER, Mask, document, picture, upload
from tests.browser.serving import FRONTEND

AXE = Path(FRONTEND) / "node_modules/axe-core/axe.min.js"


def workflow() -> dict[str, Any]:
    return graphs.workflow(
        n1=graphs.node("EmptyImage", 0, 0, values={"width": 64, "height": 64}),
        n2=graphs.node("ImageInvert", 320, 0, {"image": ["1", 0, "IMAGE"]}),
        n3=graphs.node("ImageInvert", 320, 200),
        n4=graphs.node("PreviewImage", 640, 0, {"images": ["2", 0, "IMAGE"]}),
    )


def enter_by_tab(editor: Editor) -> None:
    for _ in range(40):
        editor.press("Tab")
        if editor.page.evaluate("document.activeElement.matches('.node')"):
            return
    pytest.fail("Tab never came to a node.")


def focused(editor: Editor) -> str:
    editor.frames(3)
    return editor.page.evaluate("document.activeElement.closest('.node')?.dataset.node ?? ''")


def said(editor: Editor, text: str) -> None:
    editor.page.locator("#live", has_text=text).wait_for(state="attached")


def test_tab_comes_to_the_graph_once_and_arrows_go_about_it(editor: Editor) -> None:
    editor.open(workflow())
    enter_by_tab(editor)
    assert focused(editor) == "1"
    editor.press("ArrowRight")
    assert focused(editor) == "2"
    editor.press("ArrowDown")
    assert focused(editor) == "3"
    editor.press("ArrowUp")
    editor.press("ArrowRight")
    assert focused(editor) == "4"
    editor.press("Tab")
    assert focused(editor) == ""
    editor.press("Shift+Tab")
    assert focused(editor) == "4"


def test_enter_goes_into_a_node_and_escape_out(editor: Editor) -> None:
    editor.open(workflow())
    enter_by_tab(editor)
    editor.press("Enter")
    assert editor.page.evaluate("!document.activeElement.matches('.node')")
    assert focused(editor) == "1"
    editor.press("Escape")
    assert editor.page.evaluate("document.activeElement.matches('.node')")


def test_shift_and_arrows_move_a_node_and_space_selects(editor: Editor) -> None:
    editor.open(workflow())
    enter_by_tab(editor)
    editor.press("Shift+ArrowRight")
    editor.press("Shift+ArrowDown")
    assert editor.document()["nodes"]["1"]["place"][:2] == [10, 10]
    said(editor, "Moved to 10, 10")
    editor.press("Space")
    said(editor, "selected")
    editor.press("Delete")
    assert "1" not in editor.document()["nodes"]
    said(editor, "Deleted 1 node")


def test_row_40_link_by_keyboard(editor: Editor) -> None:
    editor.open(workflow())
    enter_by_tab(editor)
    editor.press("c")
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("combobox").wait_for()
    editor.keyboard.type("output")
    editor.press("Enter")
    dialog.get_by_role("option", name="Invert Image: image").first.wait_for()
    options = dialog.get_by_role("option").all_inner_texts()
    place = next(
        index
        for index, text in enumerate(options)
        if "Invert" in text and "Unlink" not in text and "replaces" not in text
    )
    for _ in range(place):
        editor.press("ArrowDown")
    editor.press("Enter")

    assert editor.document()["nodes"]["3"]["links"] == {"image": ["1", 0, "IMAGE"]}
    said(editor, "Linked")
    assert focused(editor) == "1"


def test_a_link_is_replaced_and_ended_by_keyboard(editor: Editor) -> None:
    editor.open(workflow())
    enter_by_tab(editor)
    editor.press("ArrowRight")
    assert focused(editor) == "2"
    editor.press("c")
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("combobox").wait_for()
    editor.keyboard.type("input image")
    editor.press("Enter")
    dialog.get_by_role("option", name="Unlink").wait_for()
    editor.press("Enter")

    assert not editor.document()["nodes"]["2"].get("links")


def test_row_80_outline_for_screen_readers(editor: Editor) -> None:
    editor.open(workflow())
    editor.page.get_by_role("button", name="Outline").click()
    tree = editor.page.get_by_role("tree", name="Outline")
    tree.get_by_role("treeitem", name="Invert Image").first.wait_for()
    assert tree.get_by_role("treeitem").count() == 4
    tree.focus()
    editor.press("ArrowDown")
    editor.press("ArrowRight")
    tree.get_by_role("treeitem", name="Input image, from").wait_for()
    editor.press("ArrowDown")
    editor.press("Delete")
    assert not editor.document()["nodes"]["2"].get("links")
    editor.press("Home")
    editor.press("F2")
    editor.page.get_by_role("dialog").get_by_label("Title").fill("First")
    editor.press("Enter")
    assert editor.document()["nodes"]["1"]["title"] == "First"
    tree.focus()
    editor.press("Delete")
    assert "1" not in editor.document()["nodes"]


def test_outline_of_a_thousand_nodes_draws_few_lines(editor: Editor) -> None:
    nodes = {
        str(index): {"type": "ImageInvert", "place": [index * 10, 0, 0, 0]}
        for index in range(1, 1001)
    }
    editor.open({"format": "sfumato", "version": 1, "title": "Many", "nodes": nodes})
    editor.page.get_by_role("button", name="Outline").click()
    tree = editor.page.get_by_role("tree")
    tree.get_by_role("treeitem").first.wait_for()
    assert tree.get_by_role("treeitem").count() < 100
    tree.focus()
    editor.press("End")
    last = tree.locator("[aria-posinset='1000']")
    last.wait_for()
    assert tree.get_attribute("aria-activedescendant") == last.get_attribute("id")


# --- axe


def findings(editor: Editor) -> list[str]:
    """Return what axe finds serious, in both themes."""
    # through the debugger, which the page's policy does not concern
    editor.page.evaluate(AXE.read_text() + "; true")
    return [*findings_in(editor, "dark"), *findings_in(editor, "light")]


def findings_in(editor: Editor, theme: Literal["dark", "light"]) -> list[str]:
    editor.page.emulate_media(color_scheme=theme)
    editor.frames(4)
    editor.page.wait_for_function("!document.getAnimations().length")
    result = editor.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{theme}: {each['id']} ({each['impact']}): "
        + " | ".join(f"{node['target']} {node['html'][:120]}" for node in each["nodes"][:4])
        for each in result["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def panel(name: str):
    def show(editor: Editor) -> None:
        editor.page.get_by_role("button", name=name, exact=True).click()
        editor.page.locator(".dock").wait_for()

    return show


def palette(editor: Editor) -> None:
    editor.press("Control+k")
    editor.page.get_by_role("combobox").first.wait_for()


def search(editor: Editor) -> None:
    editor.press("Shift+A")
    editor.page.get_by_role("combobox").first.wait_for()


def settings(editor: Editor) -> None:
    editor.press("Control+,")
    editor.page.get_by_role("dialog").wait_for()


def menu(editor: Editor) -> None:
    editor.mouse.click(*editor.title("2"), button="right")
    editor.page.get_by_role("menu").wait_for()


def selected(editor: Editor) -> None:
    editor.mouse.click(*editor.title("1"))
    panel("Inspector")(editor)


def linking(editor: Editor) -> None:
    enter_by_tab(editor)
    editor.press("c")
    editor.page.get_by_role("combobox").wait_for()


def keys(editor: Editor) -> None:
    editor.press("?")
    editor.page.get_by_role("dialog").wait_for()


def subgraph(editor: Editor) -> None:
    editor.mouse.click(*editor.title("2"))
    editor.press("Control+Shift+e")
    editor.page.get_by_role("button", name="Choose what it shows").click()
    editor.page.get_by_role("dialog").wait_for()


def inside(editor: Editor) -> None:
    subgraph(editor)
    editor.press("Escape")
    editor.press("Escape")
    editor.page.locator(".node.is-selected .node-header").dblclick()
    editor.page.get_by_role("navigation", name="Where you are").wait_for()


def opening(editor: Editor) -> None:
    editor.press("Control+o")
    editor.page.get_by_role("dialog").wait_for()


VIEWS = {
    "graph": lambda editor: None,
    "inspector": selected,
    "outline": panel("Outline"),
    "queue": panel("Queue"),
    "problems": panel("Problems"),
    "log": panel("Log"),
    "gallery": panel("Gallery"),
    "palette": palette,
    "search": search,
    "menu": menu,
    "linking": linking,
    "keys": keys,
    "settings": settings,
    "subgraph": subgraph,
    "inside": inside,
    "opening": opening,
}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(editor: Editor, view: str) -> None:
    editor.open(workflow())
    VIEWS[view](editor)

    assert findings(editor) == []


def test_axe_finds_nothing_serious_on_the_first_page(editor: Editor) -> None:
    editor.open()
    editor.page.get_by_role("button", name="Open the graph").wait_for()

    assert findings(editor) == []


def test_axe_finds_nothing_serious_on_the_mask_editor(editor: Editor, server: str) -> None:
    upload(server, "picture.png", picture())
    editor.open(document(n1=LOADER))
    Mask(editor)

    assert findings(editor) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_more_contrast_is_given_in_both_themes(
    editor: Editor, theme: Literal["dark", "light"]
) -> None:
    editor.page.emulate_media(color_scheme=theme, contrast="more")
    editor.open(workflow())
    token = "(name) => getComputedStyle(document.documentElement).getPropertyValue(name)"

    assert editor.page.evaluate(token, "--text-faint") == editor.page.evaluate(token, "--text")
