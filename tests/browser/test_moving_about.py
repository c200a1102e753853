"""Moving about the graph: rows 1 to 11 of the checklist; row 10 is among the subgraphs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.editor import Editor
from tests.browser.graphs import (
    EMPTY,
    by,
    camera,
    centre,
    empty,
    held,
    place,
    selected,
    settled,
    three_nodes,
    two_nodes,
    view,
)
from tests.browser.runs import wait_for


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


@pytest.mark.parametrize("way", ["middle", "space", "wheel"])
def test_row_1_pan_with_middle_drag_space_drag_and_two_fingers(graph: Editor, way: str) -> None:
    x, y, zoom = camera(graph)
    at = empty(graph)
    if way == "middle":
        graph.drag(at, by(at, 60, -40), button="middle")
    elif way == "space":
        held(graph, "Space", lambda: graph.drag(at, by(at, 60, -40)))
    else:
        graph.mouse.move(*at)
        held(graph, "Shift", lambda: graph.mouse.wheel(-60, 40))
    moved = settled(graph)

    assert moved[0] == pytest.approx(x + 60, abs=1)
    assert moved[1] == pytest.approx(y - 40, abs=1)
    assert moved[2] == zoom
    assert place(graph, "1") == [0, 0]


def test_row_2_wheel_zooms_at_the_pointer_and_keeps_the_point(graph: Editor) -> None:
    point = graph.title("5")
    graph.mouse.move(*point)
    graph.mouse.wheel(0, 300)
    _x, _y, zoom = settled(graph)
    box = graph.node("5").bounding_box()
    assert box is not None

    assert zoom < 0.75
    assert box["x"] + 30 * zoom == pytest.approx(point[0], abs=2)
    assert box["y"] + 15 * zoom == pytest.approx(point[1], abs=2)


def test_row_3_fit_the_selection_or_all(graph: Editor) -> None:
    graph.mouse.click(*graph.title("4"))
    graph.press(".")
    settled(graph)
    box = graph.node("4").bounding_box()
    assert box is not None

    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx(
        centre(graph), abs=2
    )

    graph.press("Shift+.")
    settled(graph)
    assert graph.node("1").bounding_box()["x"] > 40  # type: ignore[index]
    assert graph.node("7").is_visible()


def test_row_3_fit_what_was_found_or_all(editor: Editor) -> None:
    document = three_nodes()
    document["nodes"]["3"]["place"] = [4000, 3000, 0, 0]
    editor.open(document)
    whole = view(editor)
    editor.mouse.move(700, 450)
    editor.mouse.wheel(0, -900)
    editor.still()
    editor.mouse.click(60, 800)
    editor.press("Control+A")
    editor.press(".")
    editor.still()
    assert view(editor) == pytest.approx(whole, abs=1)

    editor.mouse.click(1000, 100)
    editor.press("Control+F")
    editor.keyboard.type("Invert Image")
    editor.press("Enter")
    editor.page.locator('.find-row[aria-current="true"]').wait_for()
    editor.press("Escape")
    editor.press(".")
    editor.still()
    assert view(editor)[0] == pytest.approx(1, abs=0.01)

    editor.press("Shift+Period")
    editor.still()
    assert view(editor) == pytest.approx(whole, abs=1)


def test_row_4_double_click_on_a_header_zooms_to_the_node(graph: Editor) -> None:
    graph.mouse.dblclick(*graph.title("9"))
    settled(graph)
    box = graph.node("9").bounding_box()
    assert box is not None

    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx(
        centre(graph), abs=2
    )


def test_row_4_double_click_on_a_title_zooms_to_the_node(editor: Editor) -> None:
    editor.open(three_nodes())
    editor.mouse.move(700, 450)
    editor.mouse.wheel(0, 300)
    editor.still()
    before = view(editor)[0]
    editor.mouse.dblclick(*editor.title("3"))
    editor.still()
    box = editor.node("3").bounding_box()
    surface = editor.page.locator(".surface").bounding_box()
    assert box and surface
    assert view(editor)[0] > before
    assert abs(box["x"] + box["width"] / 2 - surface["x"] - surface["width"] / 2) < 5


def test_row_5_zoom_by_keys_and_by_dragging(graph: Editor) -> None:
    at = empty(graph)
    held(graph, "Control+Shift", lambda: graph.drag(at, by(at, 0, 100)))
    assert settled(graph)[2] == pytest.approx(0.549, abs=0.02)

    graph.press("Control+0")
    assert settled(graph)[2] == pytest.approx(1, abs=0.01)

    graph.press("Alt+-")
    assert settled(graph)[2] < 0.95


def test_row_5_zoom_by_keys(editor: Editor) -> None:
    editor.open(three_nodes())
    editor.mouse.click(*EMPTY)
    before = view(editor)[0]
    editor.press("Alt+-")
    editor.still()
    smaller = view(editor)[0]
    editor.press("Alt+Equal")
    editor.still()
    assert smaller == pytest.approx(before / 1.25, rel=0.01) and view(editor)[0] == pytest.approx(
        before, rel=0.01
    )

    editor.press("Alt+-")
    editor.press("Control+0")
    editor.still()
    assert view(editor)[0] == pytest.approx(1, abs=0.01)

    editor.keyboard.down("Control")
    editor.keyboard.down("Shift")
    editor.drag(EMPTY, (EMPTY[0], EMPTY[1] + 120))
    editor.keyboard.up("Shift")
    editor.keyboard.up("Control")
    editor.still()
    assert view(editor)[0] != 1


def test_row_6_dragging_to_the_border_pans(graph: Editor) -> None:
    x, _, _ = camera(graph)
    box = graph.page.locator(".surface").bounding_box()
    assert box is not None
    graph.mouse.move(*graph.title("9"))
    graph.mouse.down()
    graph.mouse.move(box["x"] + 8, box["y"] + 300, steps=4)
    wait_for(lambda: camera(graph)[0] > x + 200)
    graph.mouse.up()

    assert camera(graph)[0] > x + 100
    assert place(graph, "9")[0] < -120


def test_row_7_the_minimap_is_drawn_on_change_alone_and_moves_the_view(editor: Editor) -> None:
    document = three_nodes()
    document["nodes"]["3"]["place"] = [4000, 3000, 0, 0]
    editor.open(document)
    minimap = editor.page.get_by_role("img", name="Map of the graph")
    minimap.wait_for()
    editor.still()
    counts = "(map) => [Number(map.dataset.draws), Number(map.dataset.walks)]"
    draws, walks = minimap.evaluate(counts)
    editor.frames(20)
    assert minimap.evaluate(counts) == [draws, walks]

    editor.mouse.move(500, 500)
    editor.mouse.wheel(0, -200)
    wait_for(lambda: minimap.evaluate(counts)[0] > draws)
    assert minimap.evaluate(counts)[1] == walks

    before = view(editor)
    box = minimap.bounding_box()
    assert box
    editor.drag((box["x"] + 20, box["y"] + 20), (box["x"] + 150, box["y"] + 110))
    editor.still()
    after = view(editor)
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
        assert selected(editor) == {"2"}
        editor.press("Escape")


def test_row_9_bookmarks_bring_one_back(editor: Editor) -> None:
    editor.open(three_nodes())
    editor.mouse.click(*EMPTY)
    before = view(editor)
    editor.press("Control+1")
    editor.mouse.move(300, 300)
    editor.mouse.wheel(0, -400)
    editor.still()
    assert view(editor) != before

    editor.press("1")
    editor.still()
    assert view(editor) == pytest.approx(before, rel=0.02, abs=2)


def test_row_11_f_hides_all_panels(editor: Editor) -> None:
    editor.open(three_nodes())
    rail = editor.page.locator(".rail").first
    editor.mouse.click(*EMPTY)
    assert rail.is_visible()

    editor.press("f")
    rail.wait_for(state="hidden")

    editor.press("f")
    rail.wait_for()


def test_row_7_the_minimap_follows_what_is_dragged(
    windows: Callable[..., Editor], server: str
) -> None:
    editor = windows(server)
    editor.open(three_nodes())
    minimap = editor.page.get_by_role("img", name="Map of the graph")
    minimap.wait_for()
    editor.still()
    walks = int(minimap.get_attribute("data-walks") or 0)
    start = editor.title("2")
    editor.mouse.move(*start)
    editor.mouse.down()
    editor.mouse.move(*by(start, 60, 40), steps=4)

    wait_for(lambda: int(minimap.get_attribute("data-walks") or 0) > walks)
    editor.mouse.up()
