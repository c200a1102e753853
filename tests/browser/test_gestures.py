"""Moving about, links, selecting and arranging: one test for each row of the interaction checklist."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.editor import Editor

Point = tuple[float, float]
LATENT = "4.output:0"


def node(
    kind: str, x: int, y: int, links: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {"type": kind, "version": 1, "place": [x, y, 0, 0], **more}
    if links:
        made["links"] = links
    return made


def document(**more: Any) -> dict[str, Any]:
    """Return text to image, laid out so that it is seen at 100 %; 9 is linked to nothing."""
    nodes = {
        "1": node("CheckpointLoaderSimple", 0, 0),
        "2": node("CLIPTextEncode", 300, 0, {"clip": ["1", 1, "CLIP"]}),
        "3": node("CLIPTextEncode", 300, 190, {"clip": ["1", 1, "CLIP"]}),
        "4": node("EmptyLatentImage", 300, 380),
        "5": node(
            "KSampler",
            640,
            40,
            {
                "model": ["1", 0, "MODEL"],
                "positive": ["2", 0, "CONDITIONING"],
                "negative": ["3", 0, "CONDITIONING"],
                "latent_image": ["4", 0, "LATENT"],
            },
        ),
        "6": node("VAEDecode", 960, 40, {"samples": ["5", 0, "LATENT"], "vae": ["1", 2, "VAE"]}),
        "7": node("SaveImage", 960, 180, {"images": ["6", 0, "IMAGE"]}),
        "9": node("RepeatLatentBatch", 0, 380, values={"amount": 1}),
    }
    return {
        "format": "sfumato",
        "version": 1,
        "id": "g",
        "title": "Gestures",
        "nodes": nodes,
        **more,
    }


@pytest.fixture
def graph(editor: Editor) -> Editor:
    editor.open(document())
    return editor


def middle(editor: Editor, start: str, end: str) -> Point:
    """Return the middle of a link, which lies between its ends."""
    a, b = editor.socket(start), editor.socket(end)
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def by(point: Point, x: float = 0, y: float = 0) -> Point:
    return point[0] + x, point[1] + y


def empty(editor: Editor) -> Point:
    """Return a place where nothing lies."""
    box = editor.page.locator(".surface").bounding_box()
    assert box is not None
    return box["x"] + 30, box["y"] + box["height"] - 40


def centre(editor: Editor) -> Point:
    box = editor.page.locator(".surface").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def selected(editor: Editor) -> set[str]:
    found = editor.page.eval_on_selector_all(
        ".node.is-selected", "all => all.map((each) => each.dataset.node)"
    )
    return set(found)


def camera(editor: Editor) -> tuple[float, float, float]:
    """Return where node 1 is seen, and how large."""
    box = editor.node("1").bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"] / 240


def settled(editor: Editor) -> tuple[float, float, float]:
    """Return the camera once it has stopped gliding."""
    before = camera(editor)
    for _ in range(40):
        editor.page.wait_for_timeout(80)
        now = camera(editor)
        if now == before:
            return now
        before = now
    return before


def place(editor: Editor, node_id: str) -> list[float]:
    return editor.document()["nodes"][node_id]["place"][:2]


def links(editor: Editor, node_id: str) -> dict[str, Any]:
    return editor.document()["nodes"][node_id].get("links", {})


def steps(editor: Editor) -> int:
    """Return how often one can undo; what was undone is done again."""
    count = 0
    start = editor.document()
    while True:
        editor.press("Control+z")
        editor.page.wait_for_timeout(60)
        if (now := editor.document()) == start:
            break
        start, count = now, count + 1
    for _ in range(count):
        editor.press("Control+y")
    return count


def held(editor: Editor, keys: str, act: Any) -> None:
    for key in keys.split("+"):
        editor.keyboard.down(key)
    act()
    for key in keys.split("+"):
        editor.keyboard.up(key)


# --- Move about


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


def test_row_4_double_click_on_a_header_zooms_to_the_node(graph: Editor) -> None:
    graph.mouse.dblclick(*graph.title("9"))
    settled(graph)
    box = graph.node("9").bounding_box()
    assert box is not None

    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx(
        centre(graph), abs=2
    )


def test_row_5_zoom_by_keys_and_by_dragging(graph: Editor) -> None:
    at = empty(graph)
    held(graph, "Control+Shift", lambda: graph.drag(at, by(at, 0, 100)))
    assert settled(graph)[2] == pytest.approx(0.549, abs=0.02)

    graph.press("Control+0")
    assert settled(graph)[2] == pytest.approx(1, abs=0.01)

    graph.press("Alt+-")
    assert settled(graph)[2] < 0.95


def test_row_6_dragging_to_the_border_pans(graph: Editor) -> None:
    x, _, _ = camera(graph)
    box = graph.page.locator(".surface").bounding_box()
    assert box is not None
    graph.mouse.move(*graph.title("9"))
    graph.mouse.down()
    graph.mouse.move(box["x"] + 8, box["y"] + 300, steps=4)
    graph.page.wait_for_timeout(900)
    graph.mouse.up()

    assert camera(graph)[0] > x + 100
    assert place(graph, "9")[0] < -120


# --- Links


def test_row_14_dropping_a_link_on_empty_space_searches_what_fits(graph: Editor) -> None:
    graph.drag(graph.socket("6.output:0"), by(centre(graph), 300, 330))

    graph.page.wait_for_selector('[data-overlay="palette"], [data-overlay="menu"]')
    assert links(graph, "7") == {"images": ["6", 0, "IMAGE"]}


def test_row_24_a_link_is_drawn_to_a_socket_within_24_pixels(graph: Editor) -> None:
    graph.drag(graph.socket("9.output:0"), by(graph.socket("5.input:latent_image"), -16, 12))
    assert links(graph, "5")["latent_image"] == ["9", 0, "LATENT"]

    graph.drag(graph.socket("9.input:samples"), by(graph.socket(LATENT), 14, 14))
    assert links(graph, "9") == {"samples": ["4", 0, "LATENT"]}


def test_row_25_unfit_sockets_dim_and_the_reason_is_said(graph: Editor) -> None:
    graph.mouse.move(*graph.socket(LATENT))
    graph.mouse.down()
    graph.mouse.move(*by(graph.socket("5.input:model"), -2, 0), steps=5)
    fits = graph.page.eval_on_selector_all(
        ".socket.is-fit",
        "all => all.map((each) => each.closest('.node').dataset.node + each.dataset.socket)",
    )
    hint = graph.page.locator(".gesture-hint").inner_text()
    graph.press("Escape")
    graph.mouse.up()

    assert {"9input:samples", "5input:latent_image", "6input:samples"} <= set(fits)
    assert "5input:model" not in fits
    assert "LATENT" in hint
    assert "MODEL" in hint
    assert graph.page.locator(".socket.is-fit").count() == 0
    assert steps(graph) == 0


def test_row_26_types_have_a_colour_and_a_shape(graph: Editor) -> None:
    looks = graph.page.eval_on_selector_all(
        '[data-node="1"] .socket-output',
        "all => all.map((each) => { const s = getComputedStyle(each); return s.backgroundColor + s.borderRadius + s.rotate; })",
    )

    assert len(set(looks)) == 3


def test_row_27_dropped_on_a_body_a_link_takes_the_nearest_free_socket_that_fits(
    graph: Editor,
) -> None:
    graph.drag(graph.socket("3.output:0"), graph.socket("5.input:positive"))
    assert links(graph, "5")["positive"][0] == "3"

    graph.drag(graph.socket(LATENT), by(graph.title("9"), 60, 0))
    assert links(graph, "9") == {"samples": ["4", 0, "LATENT"]}


def test_row_28_an_end_is_moved_dropped_into_nothing_and_kept_by_escape(graph: Editor) -> None:
    end = graph.socket("5.input:latent_image")
    graph.mouse.move(*end)
    graph.mouse.down()
    graph.mouse.move(*by(end, -60, 200), steps=4)
    graph.press("Escape")
    graph.mouse.up()
    assert links(graph, "5")["latent_image"] == ["4", 0, "LATENT"]

    graph.drag(end, graph.socket("9.input:samples"))
    assert "latent_image" not in links(graph, "5")
    assert links(graph, "9") == {"samples": ["4", 0, "LATENT"]}

    graph.drag(graph.socket("7.input:images"), by(graph.socket("7.input:images"), -60, 300))
    assert links(graph, "7") == {}


def test_row_29_all_links_of_an_output_are_moved_and_a_socket_is_unlinked(graph: Editor) -> None:
    held(graph, "Shift", lambda: graph.drag(graph.socket("2.output:0"), graph.socket("3.output:0")))
    assert links(graph, "5")["positive"][:2] == ["3", 0]

    graph.mouse.move(*graph.socket("1.output:1"))
    held(graph, "Control+Alt", lambda: graph.mouse.click(*graph.socket("1.output:1")))
    assert links(graph, "2") == {}
    assert links(graph, "3") == {}


def test_row_30_a_node_dropped_on_a_link_is_inserted(graph: Editor) -> None:
    target = middle(graph, LATENT, "5.input:latent_image")
    grip = by(graph.title("9"), 60, 0)
    held_alt = by(target, 0, 4)
    graph.drag(grip, held_alt)

    found = graph.document()["nodes"]
    assert found["9"]["links"] == {"samples": ["4", 0, "LATENT"]}
    assert found["5"]["links"]["latent_image"] == ["9", 0, "LATENT"]
    assert steps(graph) == 1


def test_row_30_alt_refuses_the_insertion(graph: Editor) -> None:
    target = middle(graph, LATENT, "5.input:latent_image")
    graph.mouse.move(*by(graph.title("9"), 60, 0))
    graph.mouse.down()
    graph.mouse.move(*by(target, 0, 3), steps=5)
    graph.keyboard.down("Alt")
    graph.mouse.move(*by(target, 0, 4))
    graph.mouse.up()
    graph.keyboard.up("Alt")

    assert links(graph, "9") == {}
    assert links(graph, "5")["latent_image"][0] == "4"


def test_row_31_what_follows_makes_room_unless_t_has_turned_it_off(graph: Editor) -> None:
    before = place(graph, "5")
    target = middle(graph, LATENT, "5.input:latent_image")
    graph.drag(by(graph.title("9"), 60, 0), by(target, 0, 4))
    assert place(graph, "5")[0] > before[0] + 100
    assert place(graph, "6")[0] > 1000

    graph.press("Control+z")
    graph.press("t")
    graph.drag(by(graph.title("9"), 60, 0), by(target, 0, 4))
    assert place(graph, "5") == before
    assert links(graph, "9") != {}


def test_row_32_a_node_is_taken_out_and_the_flow_kept(graph: Editor) -> None:
    graph.drag(by(graph.title("9"), 60, 0), by(middle(graph, LATENT, "5.input:latent_image"), 0, 4))
    graph.press("x")

    assert links(graph, "9") == {}
    assert links(graph, "5")["latent_image"] == ["4", 0, "LATENT"]


@pytest.mark.parametrize("way", ["ctrl", "y"])
def test_row_33_a_stroke_cuts_links(graph: Editor, way: str) -> None:
    at = middle(graph, LATENT, "5.input:latent_image")
    if way == "ctrl":
        held(graph, "Control", lambda: graph.drag(by(at, 0, -50), by(at, 0, 50), button="right"))
    else:
        graph.mouse.move(*by(at, 0, -50))
        held(graph, "y", lambda: graph.drag(by(at, 0, -50), by(at, 0, 50)))

    assert "latent_image" not in links(graph, "5")
    assert steps(graph) == 1


def test_row_34_double_click_on_a_link_puts_a_reroute_dot(graph: Editor) -> None:
    at = middle(graph, LATENT, "5.input:latent_image")
    graph.mouse.dblclick(*at)
    view = graph.document()["view"]
    (dot,) = view["dots"]
    assert view["routes"] == {"5": {"latent_image": dot}}

    graph.drag(at, by(at, 0, 60))
    moved = graph.document()["view"]["dots"][dot]["place"]
    assert moved[1] == pytest.approx(view["dots"][dot]["place"][1] + 60, abs=7)
    assert steps(graph) == 2


def test_row_34_a_stroke_with_shift_puts_one_dot_for_links_of_one_output(graph: Editor) -> None:
    a, b = middle(graph, "1.output:1", "2.input:clip"), middle(graph, "1.output:1", "3.input:clip")
    held(graph, "Shift", lambda: graph.drag(by(a, 0, -30), by(b, 0, 30), button="right", steps=12))
    view = graph.document()["view"]

    assert view["routes"]["2"]["clip"] == view["routes"]["3"]["clip"]


def test_row_35_removing_a_dot_heals_the_link(graph: Editor) -> None:
    at = middle(graph, LATENT, "5.input:latent_image")
    graph.mouse.dblclick(*at)
    graph.mouse.click(*at)
    graph.press("Delete")
    found = graph.document()

    assert found["view"]["dots"] == {}
    assert found["nodes"]["5"]["links"]["latent_image"] == ["4", 0, "LATENT"]


def test_row_36_f_links_the_selected_nodes_and_again_takes_the_next_pair(graph: Editor) -> None:
    graph.mouse.click(*graph.title("3"))
    graph.press("Delete")
    graph.mouse.click(*graph.title("2"))
    held(graph, "Shift", lambda: graph.mouse.click(*graph.title("5")))
    graph.press("f")
    assert links(graph, "5")["negative"] == ["2", 0, "CONDITIONING"]

    graph.press("f")
    now = links(graph, "5")
    assert "negative" not in now
    assert now["positive"] == ["2", 0, "CONDITIONING"]


def test_row_38_hover_lights_a_link_and_alt_h_fades_the_others(graph: Editor) -> None:
    at = middle(graph, LATENT, "5.input:latent_image")
    clip = {"x": at[0] - 12, "y": at[1] - 12, "width": 24, "height": 24}
    graph.mouse.move(*empty(graph))
    graph.page.wait_for_timeout(150)
    plain = graph.page.screenshot(clip=clip)  # type: ignore[arg-type]
    graph.mouse.move(*at)
    graph.page.wait_for_timeout(150)
    assert graph.page.screenshot(clip=clip) != plain  # type: ignore[arg-type]

    graph.mouse.click(*graph.title("7"))
    graph.press("Alt+h")
    graph.page.wait_for_timeout(150)
    assert graph.page.screenshot(clip=clip) != plain  # type: ignore[arg-type]
    graph.press("Alt+h")
    graph.page.wait_for_timeout(150)
    assert graph.page.screenshot(clip=clip) == plain  # type: ignore[arg-type]


def test_row_39_links_follow_the_settings(graph: Editor) -> None:
    shots = []
    for shape in ("curve", "straight", "right-angled", "hidden"):
        graph.page.evaluate(
            f"localStorage.setItem('sfumato.settings', JSON.stringify({{linkShape: '{shape}'}}))"
        )
        graph.page.reload()
        graph.page.wait_for_selector(".surface[data-ready]")
        graph.page.wait_for_timeout(200)
        shots.append(graph.page.screenshot(clip={"x": 100, "y": 100, "width": 900, "height": 500}))

    assert len(set(shots)) == 4


def test_row_41_a_link_dropped_on_a_widget_makes_it_an_input_and_the_value_comes_back(
    editor: Editor,
) -> None:
    given = document()
    given["nodes"]["8"] = node("PrimitiveInt", 0, 200, values={"value": 7})
    given["nodes"]["4"]["values"] = {"width": 640, "height": 64, "batch_size": 1}
    editor.open(given)
    row = editor.node("4").locator('[data-widget="width"]').bounding_box()
    assert row is not None
    editor.drag(editor.socket("8.output:0"), (row["x"] + 150, row["y"] + 12))
    found = editor.document()["nodes"]["4"]
    assert found["links"]["width"] == ["8", 0, "INT"]
    assert found["values"]["width"] == 640

    end = editor.socket("4.input:width")
    editor.drag(end, by(end, -40, 220))
    found = editor.document()["nodes"]["4"]
    assert "width" not in found["links"]
    assert found["values"]["width"] == 640


# --- Select and arrange


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
    graph.page.wait_for_timeout(400)
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


def test_row_22_alt_drag_duplicates_in_one_step(graph: Editor) -> None:
    start = graph.title("4")
    held(graph, "Alt", lambda: graph.drag(start, by(start, 40, 160)))
    found = graph.document()["nodes"]

    assert found["4"]["place"][:2] == [300, 380]
    (fresh,) = set(found) - set(document()["nodes"])
    assert found[fresh]["type"] == "EmptyLatentImage"
    assert selected(graph) == {fresh}
    assert steps(graph) == 1


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


def test_row_70_mute_and_bypass(graph: Editor) -> None:
    graph.mouse.click(*graph.title("5"))
    graph.press("Control+b")
    assert graph.document()["nodes"]["5"]["mode"] == "bypass"
    assert "is-bypassed" in (graph.node("5").get_attribute("class") or "")

    graph.press("Control+m")
    assert graph.document()["nodes"]["5"]["mode"] == "mute"

    graph.press("Control+m")
    assert "mode" not in graph.document()["nodes"]["5"]


# --- Touch


class Fingers:
    def __init__(self, editor: Editor) -> None:
        self.client = editor.page.context.new_cdp_session(editor.page)

    def send(self, kind: str, *points: Point) -> None:
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        self.client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def tap(self, at: Point) -> None:
        self.send("touchStart", at)
        self.send("touchEnd")


def test_row_79_fingers_pan_zoom_move_and_link(graph: Editor) -> None:
    fingers = Fingers(graph)
    at = by(empty(graph), 300, -100)
    x, y, _ = camera(graph)
    fingers.send("touchStart", at)
    for part in range(1, 5):
        fingers.send("touchMove", by(at, 12 * part, -8 * part))
    fingers.send("touchEnd")
    assert camera(graph)[:2] == pytest.approx((x + 48, y - 32), abs=2)

    zoom = camera(graph)[2]
    a, b = by(at, -60), by(at, 60)
    fingers.send("touchStart", a)
    fingers.send("touchStart", a, b)
    for part in range(1, 5):
        fingers.send("touchMove", by(a, 8 * part), by(b, -8 * part))
    fingers.send("touchEnd")
    assert camera(graph)[2] < 0.8 * zoom

    start = graph.title("9")
    fingers.send("touchStart", start)
    graph.page.wait_for_timeout(400)
    for part in range(1, 5):
        fingers.send("touchMove", by(start, 0, 10 * part))
    fingers.send("touchEnd")
    assert place(graph, "9")[1] > 400

    fingers.tap(graph.socket(LATENT))
    fingers.tap(graph.socket("9.input:samples"))
    assert links(graph, "9") == {"samples": ["4", 0, "LATENT"]}

    graph.press("Control+z")
    fingers.send("touchStart", graph.title("5"))
    graph.page.wait_for_selector('[data-overlay="menu"]')
    fingers.send("touchEnd")


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


def test_imported_reroutes_and_primitives_are_drawn_dragged_and_kept(editor: Editor) -> None:
    given = document()
    given["view"] = {
        "virtual": {
            "20": {
                "type": "Reroute",
                "place": [560, -60, 80, 30],
                "foreign": {"id": 20, "type": "Reroute"},
            },
            "21": {
                "type": "PrimitiveNode",
                "place": [0, 560, 200, 80],
                "foreign": {"id": 21, "widgets_values": [7]},
            },
        },
        "wires": {"20": {"0": ["1", 0]}, "5": {"model": ["20", 0], "seed": ["21", 0]}},
    }
    editor.open(given)
    one = editor.node("1").bounding_box()
    assert one is not None
    at = one["x"] + 600, one["y"] - 45
    editor.drag(at, by(at, 0, -40))
    found = editor.document()
    assert found["view"]["virtual"]["20"]["place"][1] == pytest.approx(-100, abs=7)
    assert found["view"]["virtual"]["20"]["foreign"] == {"id": 20, "type": "Reroute"}

    editor.drag(editor.title("9"), by(editor.title("9"), 0, 60))
    editor.mouse.click(*at)
    assert editor.document()["view"]["wires"] == given["view"]["wires"]

    editor.mouse.click(*by(at, 0, -40))
    editor.press("Delete")
    found = editor.document()
    assert "20" not in found["view"]["virtual"]
    assert found["view"]["wires"]["5"]["model"] == ["1", 0]
    assert found["nodes"]["5"]["links"]["model"] == ["1", 0, "MODEL"]
