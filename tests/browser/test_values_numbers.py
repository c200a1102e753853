"""Numbers and seeds: rows 58 and 60."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.values import (
    LATENT,
    SAMPLER,
    document,
    scrub,
    spin,
    values,
)


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


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


def test_row_58_a_sum_is_worked_out(editor: Editor) -> None:
    editor.open(document(n1=LATENT))
    width = spin(editor, "1", "width")
    width.click()
    editor.keyboard.type("512*1.5")
    editor.press("Enter")

    expect(width).to_have_value("768")
    expect(spin(editor, "1", "height")).to_be_focused()
    assert values(editor, "1")["width"] == 768


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
