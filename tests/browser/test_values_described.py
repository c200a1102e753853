"""Values of node types and models that the server does not have here: it is made to describe them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.values import PROMPT, add_node_type, document, scrub, spin, typed, values


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
