"""The command palette and the sheet of keys: rows 75 and 76."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.graphs import (
    EMPTY,
    selected,
    two_nodes,
    types,
)


def test_row_75_the_palette_runs_commands_settings_and_goes_to_nodes(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    for query, name in (
        ("light", "Theme: Light"),
        ("load check", "Load Checkpoint"),
        ("select all", "Select all"),
    ):
        editor.press("Control+K")
        editor.keyboard.type(query)
        page.get_by_role("option", name=name).first.click()
        if query == "light":
            assert page.locator("html").get_attribute("data-theme") == "light"
        elif query == "load check":
            assert selected(editor) == {"1"}
    assert selected(editor) == {"1", "2"}


def test_row_75_a_field_does_not_hinder_the_palette(editor: Editor) -> None:
    editor.open(two_nodes())
    editor.node("2").locator("textarea").click()
    editor.press("Control+K")
    editor.page.get_by_role("dialog", name="Search commands, settings, nodes").wait_for()
    editor.press("Escape")

    assert (
        editor.node("2").locator("textarea").evaluate("(field) => field === document.activeElement")
    )


def test_row_76_keys_are_remapped_and_kept(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    editor.mouse.click(*EMPTY)
    editor.press("?")
    page.get_by_role("button", name="Change the keys of “Select all”").click()
    editor.press("j")
    row = page.locator('[data-command="select.all"]')
    assert row.inner_text().split() == ["Select", "all", "J"]
    expect(row.get_by_role("button", name="Change the keys")).to_be_focused()
    editor.press("Escape")
    editor.press("j")
    assert selected(editor) == {"1", "2"}

    page.reload()
    page.wait_for_selector(".surface[data-ready]", state="attached")
    editor.mouse.click(*EMPTY)
    assert selected(editor) == set()
    editor.press("j")
    assert selected(editor) == {"1", "2"}


def test_row_76_presets_and_conflicts(editor: Editor) -> None:
    editor.open(two_nodes())
    page = editor.page
    editor.mouse.click(*EMPTY)
    editor.press("?")
    page.get_by_role("button", name="Blender-like").click()
    assert "X" in page.locator('[data-command="edit.delete"]').inner_text()

    page.get_by_role("button", name="Change the keys of “Zoom in”").click()
    editor.press("Alt+-")
    assert (
        page.locator('[data-command="view.zoom-in"]')
        .get_by_text("“Zoom out” has this key too.")
        .count()
        == 1
    )
    editor.press("Escape")

    editor.mouse.click(*editor.title("2"))
    editor.press("x")
    assert types(editor) == ["CheckpointLoaderSimple"]
