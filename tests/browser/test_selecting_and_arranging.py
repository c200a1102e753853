"""Selecting and arranging: rows 42 to 53."""

from __future__ import annotations

import itertools

import pytest

from tests.browser.editor import Editor
from tests.browser.graphs import (
    EMPTY,
    by,
    document,
    empty,
    held,
    links,
    place,
    places,
    selected,
    steps,
    three_nodes,
    two_nodes,
)
from tests.browser.runs import wait_for


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


def test_row_42_click_shift_click_and_marquee_select(graph: Editor) -> None:
    graph.mouse.click(*graph.title("4"))
    assert selected(graph) == {"4"}

    held(graph, "Shift", lambda: graph.mouse.click(*graph.title("5")))
    assert selected(graph) == {"4", "5"}

    held(graph, "Control", lambda: graph.mouse.click(*graph.title("4")))
    assert selected(graph) == {"5"}

    first, last = graph.node("6").bounding_box(), graph.node("7").bounding_box()
    assert first is not None
    assert last is not None
    graph.drag((first["x"] + 300, first["y"] - 20), (last["x"] + 20, last["y"] + 20))
    assert selected(graph) == {"6", "7"}

    graph.mouse.click(*empty(graph))
    assert selected(graph) == set()
    assert steps(graph) == 0


def test_a_marquee_with_shift_may_begin_on_a_link(graph: Editor) -> None:
    before = links(graph, "5")
    start = by(graph.socket("5.input:model"), -16)
    held(graph, "Shift", lambda: graph.drag(start, by(start, 60, 60)))

    assert selected(graph) == {"5"}
    assert links(graph, "5") == before


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


def test_row_44_many_move_together_with_shift_along_an_axis_and_with_ctrl_on_the_grid(
    graph: Editor,
) -> None:
    graph.mouse.click(*graph.title("2"))
    held(graph, "Shift", lambda: graph.mouse.click(*graph.title("3")))
    start = graph.title("2")
    graph.mouse.move(*start)
    graph.mouse.down()
    graph.keyboard.down("Shift")
    graph.mouse.move(*by(start, 8, 150), steps=5)
    graph.mouse.up()
    graph.keyboard.up("Shift")
    first, second = place(graph, "2"), place(graph, "3")
    assert first[0] == 300
    assert second[1] - first[1] == 190
    assert first[1] == pytest.approx(150, abs=7)
    assert steps(graph) == 1

    graph.mouse.click(*empty(graph))
    start = graph.title("9")
    graph.mouse.move(*start)
    graph.mouse.down()
    graph.keyboard.down("Control")
    graph.mouse.move(*by(start, 37, 41), steps=5)
    graph.mouse.up()
    graph.keyboard.up("Control")
    assert [value % 24 for value in place(graph, "9")] == [0, 0]


def test_row_45_a_node_snaps_to_its_neighbours_edges(graph: Editor) -> None:
    start = graph.title("9")
    graph.drag(start, by(start, 3, -200), steps=8)
    assert place(graph, "9")[0] == 0

    graph.press("Control+z")
    start = graph.title("4")
    graph.drag(start, by(start, 60, 4), steps=8)
    assert place(graph, "4")[1] == 380


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
    wait_for(lambda: len({place[0] for place in places(editor).values()}) == 3)
    after = places(editor)
    assert after["1"][0] < after["2"][0] < after["3"][0]

    editor.press("Control+Z")
    assert {tuple(place) for place in places(editor).values()} == {(100, 100, 0, 0)}


def test_row_48_ctrl_g_frames_the_selection_and_the_frame_moves_what_lies_in_it(
    graph: Editor,
) -> None:
    graph.mouse.click(*graph.title("6"))
    held(graph, "Shift", lambda: graph.mouse.click(*graph.title("7")))
    graph.press("Control+g")
    (frame,) = graph.document()["frames"]
    x, y, _width, _ = frame["place"]
    assert x < 960
    assert y < 40

    corner = graph.node("6").bounding_box()
    assert corner is not None
    grip = (corner["x"] + 60, corner["y"] - 20 - 17)
    graph.drag(grip, by(grip, -20, 60))
    found = graph.document()
    moved = found["frames"][0]["place"]
    shift = moved[0] - x, moved[1] - y
    assert shift == pytest.approx((-20, 60), abs=8)
    assert found["nodes"]["6"]["place"][:2] == [960 + shift[0], 40 + shift[1]]
    assert found["nodes"]["7"]["place"][:2] == [960 + shift[0], 180 + shift[1]]

    graph.press("F2")
    graph.keyboard.type("Output")
    graph.press("Enter")
    assert graph.document()["frames"][0]["title"] == "Output"

    graph.press("Control+m")
    found = graph.document()["nodes"]
    assert found["6"]["mode"] == found["7"]["mode"] == "mute"


def test_row_48_nodes_are_dragged_out_of_a_frame_and_a_copy_of_it_takes_its_own_along(
    editor: Editor,
) -> None:
    editor.open(document(frames=[{"title": "End", "place": [930, -20, 300, 400], "color": "teal"}]))
    corner = editor.node("6").bounding_box()
    assert corner is not None
    grip = corner["x"] + 100, corner["y"] - 43
    held(editor, "Alt", lambda: editor.drag(grip, by(grip, 0, 330)))
    found = editor.document()
    assert [frame["title"] for frame in found["frames"]] == ["End", "End"]
    assert found["nodes"]["6"]["place"][:2] == [960, 40]
    assert len(found["nodes"]) == len(document()["nodes"]) + 2

    editor.press("Control+z")
    start = editor.title("7")
    editor.drag(start, by(start, -20, 330))
    editor.drag(grip, by(grip, 0, -60))
    found = editor.document()["nodes"]
    assert found["6"]["place"][1] < 40
    assert found["7"]["place"][1] > 480


def test_row_49_collapse_to_a_title_keeps_the_links(graph: Editor) -> None:
    graph.mouse.click(*graph.title("5"))
    graph.press("Alt+c")
    box = graph.node("5").bounding_box()
    assert box is not None
    assert box["height"] == pytest.approx(30, abs=1)
    found = graph.document()["nodes"]["5"]
    assert found["collapsed"] is True
    assert len(found["links"]) == 4

    graph.press("Alt+c")
    assert "collapsed" not in graph.document()["nodes"]["5"]


def test_row_50_a_corner_resizes_in_one_step_and_escape_takes_it_back(graph: Editor) -> None:
    box = graph.node("2").bounding_box()
    assert box is not None
    corner = box["x"] + box["width"] - 3, box["y"] + box["height"] - 3
    graph.mouse.move(*corner)
    graph.mouse.down()
    graph.mouse.move(*by(corner, 50, 20), steps=3)
    graph.press("Escape")
    graph.mouse.up()
    assert graph.document()["nodes"]["2"]["place"] == [300, 0, 0, 0]

    graph.drag(corner, by(corner, 40, 10))
    assert graph.document()["nodes"]["2"]["place"][2] == pytest.approx(280, abs=2)
    assert graph.node("2").bounding_box()["width"] == pytest.approx(280, abs=2)  # type: ignore[index]
    assert steps(graph) == 1


def test_row_51_a_pinned_node_is_not_moved_nor_taken_by_a_marquee(graph: Editor) -> None:
    graph.mouse.click(*graph.title("9"))
    graph.press("p")
    start = graph.title("9")
    graph.drag(start, by(start, 80, 60))
    assert place(graph, "9") == [0, 380]

    box = graph.node("9").bounding_box()
    assert box is not None
    graph.drag((box["x"] - 20, box["y"] + 150), (box["x"] + 100, box["y"] + 20))
    assert selected(graph) == set()


def test_row_52_rename_and_colour(graph: Editor) -> None:
    graph.mouse.click(*graph.title("5"))
    graph.press("F2")
    graph.keyboard.type("My sampler")
    graph.press("Enter")
    assert graph.document()["nodes"]["5"]["title"] == "My sampler"
    assert graph.node("5").locator(".node-title").inner_text() == "My sampler"

    before = (
        graph.node("5")
        .locator(".node-header")
        .evaluate("each => getComputedStyle(each).backgroundColor")
    )
    graph.press("Control+k")
    graph.keyboard.type("Colour: teal")
    graph.page.get_by_role("option", name="Colour: Teal", selected=True).wait_for()
    graph.press("Enter")
    assert graph.document()["nodes"]["5"]["color"] == "teal"
    after = (
        graph.node("5")
        .locator(".node-header")
        .evaluate("each => getComputedStyle(each).backgroundColor")
    )
    assert after != before


def test_row_53_a_note_is_written_and_read_as_markdown(graph: Editor) -> None:
    graph.mouse.move(*empty(graph))
    graph.press("Shift+n")
    note = graph.page.locator(".note")
    note.locator(".note-text").dblclick()
    graph.keyboard.type("# Plan\n- **one**\n- two")
    graph.press("Escape")
    (kept,) = graph.document()["view"]["notes"]

    assert kept["text"].startswith("# Plan")
    assert note.locator("h3").inner_text() == "Plan"
    assert note.locator("li").count() == 2
