"""Links: rows 24 to 41; row 40 is among what needs no pointer, row 41 among the values too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.graphs import (
    LATENT,
    by,
    document,
    empty,
    held,
    links,
    middle,
    node,
    place,
    steps,
)


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


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


def take_out_by_menu(graph: Editor, node_id: str) -> None:
    graph.mouse.click(*graph.title(node_id), button="right")
    graph.page.get_by_role("menuitem", name="Take out of the flow and move").click()


def test_row_32_from_the_header_menu_a_node_comes_out_and_follows_the_pointer(
    graph: Editor,
) -> None:
    graph.drag(by(graph.title("9"), 60, 0), by(middle(graph, LATENT, "5.input:latent_image"), 0, 4))
    before, done = place(graph, "9"), steps(graph)
    take_out_by_menu(graph, "9")
    graph.mouse.move(500, 500)
    # the link that closes again lies where the node was
    graph.keyboard.down("Alt")
    graph.mouse.move(540, 530, steps=4)
    expect(graph.page.locator(".gesture-hint")).to_contain_text("Alt")
    graph.mouse.click(540, 530)
    graph.keyboard.up("Alt")

    assert links(graph, "9") == {}
    assert links(graph, "5")["latent_image"] == ["4", 0, "LATENT"]
    assert place(graph, "9")[0] > before[0] + 20
    assert steps(graph) == done + 1
    expect(graph.page.locator(".gesture-hint")).to_have_count(0)


def test_row_32_escape_puts_a_node_back_into_the_flow(graph: Editor) -> None:
    before = graph.document()["nodes"]
    take_out_by_menu(graph, "6")
    graph.mouse.move(500, 500)
    graph.mouse.move(600, 600, steps=4)
    graph.press("Escape")

    assert graph.document()["nodes"] == before
    assert steps(graph) == 0


def test_row_32_a_right_click_does_not_put_down_what_is_taken_out(graph: Editor) -> None:
    take_out_by_menu(graph, "6")
    graph.mouse.move(500, 500)
    graph.mouse.click(600, 600, button="right")
    expect(graph.page.locator(".gesture-hint")).to_have_count(1)
    expect(graph.page.get_by_role("menu")).to_have_count(0)
    graph.mouse.click(600, 600)

    expect(graph.page.locator(".gesture-hint")).to_have_count(0)
    assert steps(graph) == 1


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


def test_f_over_a_link_takes_its_dots_away(graph: Editor) -> None:
    graph.mouse.dblclick(*middle(graph, LATENT, "5.input:latent_image"))
    assert graph.document()["view"]["dots"]
    graph.mouse.click(*graph.title("9"))
    held(graph, "Shift", lambda: graph.mouse.click(*graph.title("5")))
    graph.press("f")

    assert links(graph, "5")["latent_image"] == ["9", 0, "LATENT"]
    view = graph.document().get("view", {})
    assert not view.get("dots")
    assert not view.get("routes", {}).get("5")


def test_row_38_hover_lights_a_link_and_alt_h_fades_the_others(graph: Editor) -> None:
    at = middle(graph, LATENT, "5.input:latent_image")
    clip = {"x": at[0] - 12, "y": at[1] - 12, "width": 24, "height": 24}
    graph.mouse.move(*empty(graph))
    graph.frames(4)
    plain = graph.page.screenshot(clip=clip)  # type: ignore[arg-type]
    graph.mouse.move(*at)
    graph.frames(4)
    assert graph.page.screenshot(clip=clip) != plain  # type: ignore[arg-type]

    graph.mouse.click(*graph.title("7"))
    graph.press("Alt+h")
    graph.frames(4)
    assert graph.page.screenshot(clip=clip) != plain  # type: ignore[arg-type]
    graph.press("Alt+h")
    graph.frames(4)
    assert graph.page.screenshot(clip=clip) == plain  # type: ignore[arg-type]


def test_row_39_links_follow_the_settings(windows: Callable[..., Editor], server: str) -> None:
    graph = windows(server)
    graph.open(document())
    shots = []
    for shape in ("curve", "straight", "right-angled", "hidden"):
        graph.page.evaluate(
            f"localStorage.setItem('sfumato.settings', JSON.stringify({{linkShape: '{shape}'}}))"
        )
        graph.page.reload()
        graph.arrive()
        graph.frames(4)
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


def test_row_37_two_inputs_swap_their_links_from_the_menu_of_a_socket(graph: Editor) -> None:
    graph.mouse.click(*graph.socket("5.input:positive"), button="right")
    graph.page.get_by_role("menuitem", name="Swap").click()
    found = links(graph, "5")

    assert found["positive"] == ["3", 0, "CONDITIONING"]
    assert found["negative"] == ["2", 0, "CONDITIONING"]
