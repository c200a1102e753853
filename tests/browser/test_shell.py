"""The window: docks and their widths, faces, menus, tooltips, a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor

DOCUMENT = {
    "format": "sfumato",
    "version": 1,
    "title": "Shell",
    "nodes": {
        "1": {
            "type": "EmptyLatentImage",
            "place": [40, 40, 260, 0],
            "values": {"width": 64, "height": 64, "batch_size": 1},
        }
    },
    "inputs": [{"name": "width", "label": "Width", "targets": [["1", "width"]]}],
}


@pytest.fixture
def phone(windows: Callable[..., Editor], server: str) -> Editor:
    size = {"width": 390, "height": 844}
    return windows(server, viewport=size, has_touch=True, is_mobile=True)


def width(editor: Editor) -> float:
    box = editor.page.locator(".dock-right").bounding_box()
    assert box is not None
    return box["width"]


def test_panels_open_and_close_from_the_rail(editor: Editor) -> None:
    editor.open(DOCUMENT)
    button = editor.page.locator('[data-panel="inspector"]')

    button.click()
    expect(editor.page.get_by_role("region", name="Inspector")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()

    expect(editor.page.get_by_role("region", name="Inspector")).to_have_count(0)


def test_a_dock_is_as_wide_as_it_was_dragged_after_a_reload_too(editor: Editor) -> None:
    editor.open(DOCUMENT)
    editor.page.locator('[data-panel="inspector"]').click()
    line = editor.page.get_by_role("separator")
    box = line.bounding_box()
    assert box is not None
    before = width(editor)

    editor.drag((box["x"], 400), (box["x"] - 80, 400))

    assert width(editor) == pytest.approx(before + 80, abs=2)
    editor.page.reload()
    expect(editor.page.get_by_role("region", name="Inspector")).to_be_visible()
    assert width(editor) == pytest.approx(before + 80, abs=2)


def test_a_splitter_is_moved_by_keys(editor: Editor) -> None:
    editor.open(DOCUMENT)
    editor.page.locator('[data-panel="inspector"]').click()
    line = editor.page.get_by_role("separator")
    before = width(editor)
    line.focus()

    editor.press("ArrowLeft")
    assert width(editor) == pytest.approx(before + 16, abs=1)
    editor.press("Home")

    assert width(editor) == 220
    expect(line).to_have_attribute("aria-valuenow", "220")


def test_keys_do_not_reach_the_graph_behind_the_form(editor: Editor) -> None:
    editor.open(DOCUMENT)
    editor.mouse.click(*editor.title("1"))

    editor.page.locator('[data-face="form"]').click()
    expect(editor.page.get_by_role("heading", name="Shell")).to_be_visible()
    editor.page.evaluate("document.activeElement.blur()")
    editor.press("Delete")

    assert list(editor.document()["nodes"]) == ["1"]
    editor.page.locator('[data-face="graph"]').click()
    expect(editor.node("1")).to_be_visible()


def test_the_menu_is_used_by_keys_and_gives_the_focus_back(editor: Editor) -> None:
    editor.open(DOCUMENT)
    button = editor.page.get_by_role("button", name="Menu", exact=True)
    button.focus()

    editor.press("Enter")
    expect(editor.page.get_by_role("menu")).to_be_visible()
    editor.press("Escape")

    expect(editor.page.get_by_role("menu")).to_have_count(0)
    expect(button).to_be_focused()


def test_a_press_elsewhere_closes_the_menu(editor: Editor) -> None:
    editor.open(DOCUMENT)
    button = editor.page.get_by_role("button", name="Menu", exact=True)
    button.click()
    expect(editor.page.get_by_role("menu")).to_be_visible()

    editor.mouse.click(700, 700)
    expect(editor.page.get_by_role("menu")).to_have_count(0)
    button.click()
    expect(editor.page.get_by_role("menu")).to_be_visible()
    button.click()

    expect(editor.page.get_by_role("menu")).to_have_count(0)


def test_a_button_says_what_it_is_when_one_rests_on_it(editor: Editor) -> None:
    editor.open(DOCUMENT)

    editor.page.locator('[data-panel="inspector"]').hover()
    expect(editor.page.locator(".tooltip")).to_have_text("Inspector")
    editor.mouse.move(700, 850)

    expect(editor.page.locator(".tooltip")).to_be_hidden()


def test_a_phone_opens_the_form_and_has_panels_from_below(phone: Editor) -> None:
    phone.open(DOCUMENT)
    expect(phone.page.get_by_role("heading", name="Shell")).to_be_visible()

    phone.page.locator('[data-panel="inspector"]').tap()
    sheet = phone.page.get_by_role("region", name="Inspector")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    sheet.get_by_role("button", name="Close the panel").tap()

    expect(sheet).to_have_count(0)


def test_what_a_finger_presses_is_large_enough(phone: Editor) -> None:
    phone.open(DOCUMENT)
    phone.page.locator(".form-run button").first.wait_for()

    small = phone.page.evaluate(
        """() => [...document.querySelectorAll(".top-bar button:not(.tab-slot *), .bottom-bar button, .form-view :is(button, input, select, textarea)")]
          .map((each) => [each.getAttribute("aria-label") || each.textContent || each.id, each.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.width < 36 || box.height < 36)).map(([name]) => name)"""
    )

    assert small == []


def test_nothing_is_wider_than_a_phone(phone: Editor) -> None:
    phone.open(DOCUMENT)
    phone.page.locator(".form-run button").first.wait_for()

    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390


def open_command(editor: Editor, words: str) -> None:
    editor.press("Control+k")
    editor.page.get_by_role("combobox", name="Search commands, settings, nodes").wait_for()
    editor.keyboard.type(words)
    editor.press("Enter")


def test_a_dialog_begins_where_one_types_and_gives_the_focus_back(editor: Editor) -> None:
    editor.open(DOCUMENT)
    menu = editor.page.get_by_role("button", name="Menu")
    menu.focus()
    open_command(editor, "open…")
    dialog = editor.page.get_by_role("dialog", name="Open a workflow")

    expect(dialog.get_by_role("searchbox")).to_be_focused()
    editor.press("Escape")
    expect(dialog).to_have_count(0)
    expect(menu).to_be_focused()


def test_settings_begin_with_the_first_setting_and_keys_stay_inside(editor: Editor) -> None:
    editor.open(DOCUMENT)
    editor.press("Control+d")
    open_command(editor, "settings")
    dialog = editor.page.get_by_role("dialog", name="Settings")

    expect(dialog.get_by_label("Theme")).to_be_focused()
    dialog.get_by_label("Show the minimap").focus()
    editor.press("Control+a")
    editor.press("Delete")
    editor.press("Escape")
    assert set(editor.document()["nodes"]) == {"1"}


def test_a_closed_panel_gives_the_focus_to_its_button(editor: Editor) -> None:
    editor.open(DOCUMENT)
    editor.page.get_by_role("button", name="Log", exact=True).click()
    editor.page.get_by_role("button", name="Close the panel").click()

    expect(editor.page.get_by_role("button", name="Log", exact=True)).to_be_focused()


def test_enter_on_a_button_of_the_palette_presses_it(editor: Editor) -> None:
    editor.open(DOCUMENT)
    editor.press("Shift+A")
    editor.page.get_by_role("combobox", name="Search node types").wait_for()
    editor.keyboard.type("vae decode")
    editor.page.get_by_role("button", name="Pin").focus()
    editor.press("Enter")

    expect(editor.page.get_by_role("button", name="Unpin")).to_be_visible()
    assert set(editor.document()["nodes"]) == {"1"}


def test_a_part_that_can_not_be_loaded_is_told_and_leaves_nothing_open(editor: Editor) -> None:
    editor.page.route("**/app/ui/settings-dialog.js", lambda route: route.abort())
    editor.open(DOCUMENT)
    open_command(editor, "settings")

    expect(editor.page.get_by_role("alert").locator(".toast")).to_be_visible()
    expect(editor.page.locator("[data-overlay=settings]")).to_have_count(0)
