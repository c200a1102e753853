"""Values are typed, dragged, chosen in nodes; by pointer and by keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, Route, expect

if TYPE_CHECKING:
    from tests.browser.editor import Editor


def document(**nodes: dict[str, Any]) -> dict[str, Any]:
    placed = {
        key.lstrip("n"): {"place": [60 + 340 * index, 60, 300, 0], **node}
        for index, (key, node) in enumerate(nodes.items())
    }
    return {"format": "sfumato", "version": 1, "title": "Widgets", "nodes": placed}


SAMPLER: dict[str, Any] = {
    "type": "KSampler",
    "values": {
        "seed": "7",
        "steps": 20,
        "cfg": 8.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
    },
}
LATENT = {"type": "EmptyLatentImage", "values": {"width": 512, "height": 512, "batch_size": 1}}


def spin(editor: Editor, node: str, name: str) -> Locator:
    return editor.node(node).get_by_role("spinbutton", name=name, exact=True)


def values(editor: Editor, node: str) -> dict[str, Any]:
    return editor.document()["nodes"][node]["values"]


def scrub(editor: Editor, field: Locator, pixels: int, *, keys: str = "") -> None:
    box = field.bounding_box()
    assert box is not None
    start = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    editor.mouse.move(*start)
    editor.mouse.down()
    if keys:
        editor.keyboard.down(keys)
    editor.mouse.move(start[0] + pixels, start[1], steps=8)
    editor.mouse.up()
    if keys:
        editor.keyboard.up(keys)


def test_row_58_numbers_are_dragged_to_scrub_as_one_entry(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    steps = spin(editor, "1", "steps")

    scrub(editor, steps, 50)

    expect(steps).to_have_value("30")
    assert values(editor, "1")["steps"] == 30
    editor.press("Control+z")
    expect(steps).to_have_value("20")


def test_row_58_shift_scrubs_finely_and_ctrl_coarsely(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    cfg = spin(editor, "1", "cfg")

    scrub(editor, cfg, 50)
    assert values(editor, "1")["cfg"] == 9.0
    scrub(editor, cfg, 50, keys="Shift")
    assert values(editor, "1")["cfg"] == pytest.approx(9.1)
    scrub(editor, cfg, 10, keys="Control")
    assert values(editor, "1")["cfg"] == pytest.approx(11.1)


def test_escape_takes_a_scrub_back(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    box = spin(editor, "1", "steps").bounding_box()
    assert box is not None
    editor.mouse.move(box["x"] + 20, box["y"] + 8)
    editor.mouse.down()
    editor.mouse.move(box["x"] + 90, box["y"] + 8, steps=5)
    expect(spin(editor, "1", "steps")).not_to_have_value("20")
    editor.press("Escape")
    editor.mouse.up()

    expect(spin(editor, "1", "steps")).to_have_value("20")
    assert values(editor, "1")["steps"] == 20


def test_row_58_arrows_step_a_focused_number(editor: Editor) -> None:
    editor.open(document(n1=LATENT))
    width = spin(editor, "1", "width")
    width.click()
    editor.press("ArrowUp")
    editor.press("ArrowUp")
    expect(width).to_have_value("528")
    editor.press("Shift+ArrowDown")
    expect(width).to_have_value("527")
    editor.press("Control+ArrowUp")

    expect(width).to_have_value("607")
    assert values(editor, "1")["width"] == 607


def test_the_wheel_steps_a_number_only_while_it_has_the_focus(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    steps = spin(editor, "1", "steps")
    steps.click()
    steps.hover()
    editor.mouse.wheel(0, -100)
    expect(steps).to_have_value("21")

    editor.press("Escape")
    before = steps.bounding_box()
    editor.mouse.wheel(0, -100)

    expect(steps).to_have_value("21")
    editor.page.wait_for_function(
        "(width) => document.querySelector('[data-widget=steps] input').getBoundingClientRect().width !== width",
        arg=before and before["width"],
    )


def test_row_58_a_sum_is_worked_out(editor: Editor) -> None:
    editor.open(document(n1=LATENT))
    width = spin(editor, "1", "width")
    width.click()
    editor.keyboard.type("512*1.5")
    editor.press("Enter")

    expect(width).to_have_value("768")
    expect(spin(editor, "1", "height")).to_be_focused()
    assert values(editor, "1")["width"] == 768


def test_large_whole_numbers_stay_exact(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    spin(editor, "1", "seed").click()
    editor.keyboard.type("2**64-2")
    editor.press("Enter")
    assert values(editor, "1")["seed"] == "18446744073709551614"


def test_escape_restores_what_was_typed_over(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    spin(editor, "1", "steps").click()
    editor.keyboard.type("99")
    editor.press("Escape")

    expect(spin(editor, "1", "steps")).to_have_value("20")
    assert values(editor, "1")["steps"] == 20


def test_what_is_no_number_is_marked_and_forgotten(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    steps = spin(editor, "1", "steps")
    steps.click()
    editor.keyboard.type("many")
    expect(steps).to_have_attribute("aria-invalid", "true")
    editor.press("Tab")

    expect(steps).to_have_value("20")


def test_leaving_a_field_takes_its_value(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    spin(editor, "1", "steps").click()
    editor.keyboard.type("33")
    editor.mouse.click(700, 700)

    assert values(editor, "1")["steps"] == 33


def test_tab_goes_through_the_fields_of_a_node(editor: Editor) -> None:
    editor.open(document(n1=LATENT))
    spin(editor, "1", "width").click()
    editor.press("Tab")
    expect(spin(editor, "1", "height")).to_be_focused()
    editor.press("Tab")
    expect(spin(editor, "1", "batch_size")).to_be_focused()
    editor.press("Shift+Tab")
    expect(spin(editor, "1", "height")).to_be_focused()


def test_row_59_a_choice_is_filtered_and_taken_by_keys(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    sampler = editor.node("1").get_by_role("combobox", name="sampler_name")
    sampler.click()
    listbox = editor.page.get_by_role("listbox", name="sampler_name")
    expect(listbox).to_be_visible()
    expect(editor.page.get_by_role("option", name="euler", exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    editor.keyboard.type("dpm2m")
    expect(listbox.get_by_role("option").first).to_have_text(re.compile("dpmpp_2m"))
    editor.press("Enter")

    expect(listbox).to_have_count(0)
    expect(sampler).to_be_focused()
    assert values(editor, "1")["sampler_name"] == "dpmpp_2m"


def test_typing_on_a_choice_opens_its_list_with_the_filter(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    editor.node("1").get_by_role("combobox", name="scheduler").focus()
    editor.keyboard.type("k")
    expect(editor.page.get_by_role("option").first).to_have_text(re.compile("karras"))
    editor.press("Enter")
    assert values(editor, "1")["scheduler"] == "karras"


def test_row_59_a_missing_choice_is_marked_and_kept(editor: Editor) -> None:
    editor.open(
        document(n1={"type": "CheckpointLoaderSimple", "values": {"ckpt_name": "gone.safetensors"}})
    )
    field = editor.node("1").get_by_role("combobox", name="ckpt_name")
    expect(field).to_contain_text("gone.safetensors")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.click()
    expect(editor.page.get_by_role("option")).to_have_count(2)
    editor.press("Escape")

    assert values(editor, "1")["ckpt_name"] == "gone.safetensors"


def test_row_60_a_seed_is_diced_and_told_what_a_run_does(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    editor.node("1").get_by_role("button", name="Another seed now").click()
    seed = values(editor, "1")["seed"]
    assert seed != "7"
    assert 0 <= int(seed) < 2**64

    editor.node("1").get_by_role("button", name="seed after a run").click()
    editor.page.get_by_role("option", name="New each run").click()

    assert editor.document()["nodes"]["1"]["controls"] == {"seed": "randomize"}
    expect(
        editor.node("1").get_by_role("button", name="seed after a run: New each run")
    ).to_be_visible()


PROMPT = {"type": "CLIPTextEncode", "values": {"text": "a red apple"}}


def test_row_61_weights_by_keys(editor: Editor) -> None:
    editor.open(document(n1=PROMPT))
    area = editor.node("1").get_by_role("textbox", name="text")
    area.click()
    editor.press("Control+Home")
    for _ in range(3):
        editor.press("ArrowRight")
    editor.press("Control+ArrowUp")
    expect(area).to_have_value("a (red:1.1) apple")
    editor.press("Control+ArrowUp")
    assert values(editor, "1")["text"] == "a (red:1.2) apple"
    for _ in range(2):
        editor.press("Control+ArrowDown")
    assert values(editor, "1")["text"] == "a red apple"


def test_typing_a_prompt_is_undone_as_one(editor: Editor) -> None:
    editor.open(document(n1=PROMPT))
    area = editor.node("1").get_by_role("textbox", name="text")
    area.click()
    editor.press("End")
    editor.keyboard.type(" and a pear")
    assert values(editor, "1")["text"] == "a red apple and a pear"
    editor.press("Escape")
    editor.press("Control+z")

    expect(area).to_have_value("a red apple")


def test_tokens_are_counted_for_the_checkpoint_upstream(editor: Editor) -> None:
    clip = {**PROMPT, "links": {"clip": ["1", 1, "CLIP"]}}
    editor.open(
        document(
            n1={"type": "CheckpointLoaderSimple", "values": {"ckpt_name": "emoji-mini"}}, n2=clip
        )
    )
    editor.node("2").get_by_role("textbox", name="text").click()

    expect(editor.node("2").get_by_text("5/77")).to_be_visible(timeout=30_000)
    editor.press("Control+a")
    editor.keyboard.insert_text("apple " * 90)
    expect(editor.node("2").get_by_text("94/154")).to_be_visible(timeout=10_000)


def test_row_62_a_changed_value_is_marked_and_reset_from_its_menu(editor: Editor) -> None:
    editor.open(document(n1={**SAMPLER, "values": {**SAMPLER["values"], "steps": 33}}))
    row = editor.node("1").locator("[data-widget=steps] .pill")
    expect(row).to_have_class(re.compile("is-changed"))
    spin(editor, "1", "steps").click(button="right")
    editor.page.get_by_role("menuitem", name="Reset to default").click()

    assert values(editor, "1")["steps"] == 20
    expect(row).not_to_have_class(re.compile("is-changed"))


def test_row_41_a_link_takes_the_place_of_a_field_and_gives_it_back(editor: Editor) -> None:
    number = {"type": "PrimitiveInt", "title": "How many", "values": {"value": 5}}
    editor.open(document(n1=number, n2=SAMPLER))
    editor.drag_link("1.output:0", "2.input:steps")
    row = editor.node("2").locator("[data-widget=steps]")
    expect(row).to_contain_text("How many")
    expect(spin(editor, "2", "steps")).to_have_count(0)
    assert values(editor, "2")["steps"] == 20

    editor.press("Control+z")
    expect(spin(editor, "2", "steps")).to_have_value("20")


def test_a_switch_is_turned_by_pointer_and_by_space(editor: Editor) -> None:
    editor.open(document(n1={"type": "PrimitiveBoolean", "values": {"value": False}}))
    switch = editor.node("1").get_by_role("switch", name="value")
    switch.click()
    assert values(editor, "1")["value"] is True
    editor.press("Space")
    assert values(editor, "1")["value"] is False


def test_a_colour_is_typed(editor: Editor) -> None:
    editor.open(
        document(
            n1={
                "type": "EmptyImage",
                "values": {"width": 64, "height": 64, "batch_size": 1, "color": 0},
            }
        )
    )
    field = editor.node("1").get_by_role("textbox", name="color", exact=True)
    expect(field).to_have_value("#000000")
    field.click()
    editor.keyboard.type("f80")
    editor.press("Enter")

    assert values(editor, "1")["color"] == 0xFF8800
    expect(field).to_have_value("#ff8800")


def test_matched_sockets_take_the_type_that_is_linked(editor: Editor) -> None:
    editor.open(document(n1=LATENT, n2={"type": "ComfySwitchNode"}, n3={"type": "ComfySwitchNode"}))
    editor.drag_link("1.output:0", "2.input:on_true")
    expect(editor.node("2").locator('[data-socket="output:0"]')).to_have_class(
        re.compile("type-latent")
    )
    editor.drag_link("2.output:0", "3.input:on_false")

    expect(editor.node("3").locator('[data-socket="input:on_true"]')).to_have_class(
        re.compile("type-latent")
    )


def typed(name: str, kind: str, **widget: Any) -> dict[str, Any]:
    types = {"int": "INT", "float": "FLOAT", "text": "STRING", "choice": "COMBO", "any": "CURVE"}
    return {
        "name": name,
        "label": name,
        "type": types[kind],
        "required": False,
        "widget": {"kind": kind, **widget},
    }


def add_node_type(editor: Editor, *inputs: dict[str, Any]) -> None:
    """Let the server describe one more node type, "Test"."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        known = reply.json()
        known["nodes"].append({"id": "Test", "version": 1, "title": "Test", "inputs": list(inputs)})
        route.fulfill(json=known)

    editor.page.route("**/api/v1/nodes", answer)


def test_a_slider_goes_with_the_pointer(editor: Editor) -> None:
    add_node_type(
        editor, typed("share", "float", default=0.5, min=0, max=1, step=0.01, display="slider")
    )
    editor.open(document(n1={"type": "Test", "values": {"share": 0.5}}))
    field = spin(editor, "1", "share")
    pill = editor.node("1").locator("[data-widget=share] .pill").bounding_box()
    assert pill is not None

    scrub(editor, field, round(pill["width"] / 4))

    assert values(editor, "1")["share"] == pytest.approx(0.75, abs=0.02)


def test_several_choices_are_one_value(editor: Editor) -> None:
    add_node_type(
        editor, typed("layers", "choice", choices=["one", "two", "three"], default=[], many=True)
    )
    editor.open(document(n1={"type": "Test", "values": {"layers": ["three"]}}))
    editor.node("1").get_by_role("combobox", name="layers").click()
    editor.page.get_by_role("option", name="one").click()
    editor.press("Escape")

    assert values(editor, "1")["layers"] == ["one", "three"]


def test_a_curve_is_edited_by_pointer_and_keys(editor: Editor) -> None:
    add_node_type(editor, typed("curve", "any", default=[[0, 0], [1, 1]]))
    editor.open(document(n1={"type": "Test", "values": {"curve": [[0, 0], [1, 1]]}}))
    editor.node("1").get_by_role("button", name="curve").click()
    box = editor.page.get_by_role("dialog", name="curve").locator("rect").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    editor.drag(middle, (middle[0], middle[1] - box["height"] / 4))
    assert values(editor, "1")["curve"][1] == pytest.approx([0.5, 0.75], abs=0.02)

    editor.page.get_by_role("slider", name="Point 1").focus()
    editor.press("Shift+ArrowUp")
    assert values(editor, "1")["curve"][0] == [0, 0.1]
    editor.press("Delete")
    assert len(values(editor, "1")["curve"]) == 2


GROWING = {
    "name": "texts",
    "label": "texts",
    "type": "STRING",
    "required": False,
    "dynamic": {
        "kind": "growing",
        "item": typed("text", "text", default=""),
        "prefix": "text",
        "min": 0,
        "max": 9,
        "names": [],
    },
}


def test_typing_into_the_last_item_adds_one_and_keeps_the_focus(editor: Editor) -> None:
    add_node_type(editor, GROWING)
    editor.open(document(n1={"type": "Test"}))
    expect(editor.node("1").get_by_role("textbox")).to_have_count(1)
    editor.node("1").get_by_role("textbox", name="text 1").click()
    editor.keyboard.type("abc")

    expect(editor.node("1").get_by_role("textbox")).to_have_count(2)
    expect(editor.node("1").get_by_role("textbox", name="text 1")).to_be_focused()
    assert values(editor, "1") == {"texts.text0": "abc"}


def test_a_choice_brings_its_fields_and_values_of_the_others_stay(editor: Editor) -> None:
    options = {
        "blur": [typed("radius", "int", default=3)],
        "mix": [typed("amount", "float", default=0.5)],
    }
    mode = {
        "name": "mode",
        "label": "mode",
        "type": "COMBO",
        "required": True,
        "dynamic": {"kind": "variants", "options": options},
    }
    add_node_type(editor, mode)
    editor.open(document(n1={"type": "Test", "values": {"mode": "blur", "mode.radius": 9}}))
    expect(spin(editor, "1", "radius")).to_have_value("9")
    editor.node("1").get_by_role("combobox", name="mode").click()
    editor.page.get_by_role("option", name="mix").click()

    expect(spin(editor, "1", "amount")).to_have_value("0.5")
    expect(spin(editor, "1", "radius")).to_have_count(0)
    assert values(editor, "1") == {"mode": "mix", "mode.radius": 9}


def test_names_of_embeddings_are_completed(editor: Editor) -> None:
    models = [
        {"kind": "embeddings", "name": name} for name in ("bad_hands.safetensors", "styles/oil.pt")
    ]
    editor.page.route(
        "**/api/v1/models/embeddings*",
        lambda route: route.fulfill(json={"models": models, "total": 2}),
    )
    editor.open(document(n1=PROMPT))
    area = editor.node("1").get_by_role("textbox", name="text")
    area.click()
    editor.press("Control+End")
    editor.keyboard.type(", embedding:ha")
    expect(editor.page.get_by_role("listbox", name="Names").get_by_role("option")).to_have_text(
        ["bad_hands.safetensors"]
    )
    editor.press("Tab")

    expect(area).to_be_focused()
    assert values(editor, "1")["text"] == "a red apple, embedding:bad_hands"


def test_row_59_models_have_their_pictures_in_the_list(editor: Editor) -> None:
    model = {"kind": "checkpoints", "name": "emoji-mini", "family": "sd1", "preview": True}
    editor.page.route(
        "**/api/v1/models/checkpoints?*",
        lambda route: route.fulfill(json={"models": [model], "total": 1}),
    )
    editor.open(
        document(n1={"type": "CheckpointLoaderSimple", "values": {"ckpt_name": "emoji-mini"}})
    )
    editor.node("1").get_by_role("combobox", name="ckpt_name").click()
    option = editor.page.get_by_role("option", name=re.compile("emoji-mini"))

    expect(option).to_contain_text("sd1")
    expect(option.locator("img")).to_have_attribute(
        "src", "api/v1/models/checkpoints/emoji-mini/preview"
    )


def test_row_41_the_row_of_a_linked_value_follows_the_name_of_its_source(editor: Editor) -> None:
    number = {"type": "PrimitiveInt", "title": "How many", "values": {"value": 5}}
    editor.open(document(n1=number, n2={**SAMPLER, "links": {"steps": ["1", 0, "INT"]}}))
    editor.mouse.click(*editor.title("1"))
    editor.press("F2")
    editor.press("Control+a")
    editor.keyboard.type("Many more")
    editor.press("Enter")

    expect(editor.node("2").locator("[data-widget=steps]")).to_contain_text("Many more")
