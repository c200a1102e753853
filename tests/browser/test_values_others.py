"""Values that are linked, reset, switched, drawn, or bring fields: rows 41 and 62."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.values import (
    LATENT,
    SAMPLER,
    document,
    spin,
    values,
)


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


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


def test_row_41_the_row_of_a_linked_value_follows_the_name_of_its_source(editor: Editor) -> None:
    number = {"type": "PrimitiveInt", "title": "How many", "values": {"value": 5}}
    editor.open(document(n1=number, n2={**SAMPLER, "links": {"steps": ["1", 0, "INT"]}}))
    editor.mouse.click(*editor.title("1"))
    editor.press("F2")
    editor.press("Control+a")
    editor.keyboard.type("Many more")
    editor.press("Enter")

    expect(editor.node("2").locator("[data-widget=steps]")).to_contain_text("Many more")


def test_row_62_a_changed_value_is_marked_and_reset_from_its_menu(editor: Editor) -> None:
    editor.open(document(n1={**SAMPLER, "values": {**SAMPLER["values"], "steps": 33}}))
    row = editor.node("1").locator("[data-widget=steps] .pill")
    expect(row).to_have_class(re.compile("is-changed"))
    spin(editor, "1", "steps").click(button="right")
    editor.page.get_by_role("menuitem", name="Reset to default").click()

    assert values(editor, "1")["steps"] == 20
    expect(row).not_to_have_class(re.compile("is-changed"))


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
