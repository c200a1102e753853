"""What is open and edited survives: a reload, several windows, closing."""

from __future__ import annotations

from typing import Any

from tests.browser.editor import Editor

DOCUMENT: dict[str, Any] = {
    "format": "sfumato",
    "version": 1,
    "title": "Kept",
    "nodes": {
        "1": {
            "type": "EmptyLatentImage",
            "version": 1,
            "place": [0, 0, 0, 0],
            "values": {"width": 64},
        }
    },
}


def move(editor: Editor, dx: int) -> None:
    x, y = editor.title("1")
    editor.drag((x, y), (x + dx, y))


def place_x(editor: Editor) -> int:
    return editor.document()["nodes"]["1"]["place"][0]


def reload(editor: Editor) -> None:
    editor.page.reload()
    editor.arrive()
    editor.page.wait_for_selector('[data-node="1"]')


def test_first_visit_shows_the_bundled_form(editor: Editor) -> None:
    editor.page.goto(editor.server)
    editor.page.wait_for_selector(".form-view")

    assert editor.document()["title"]


def test_row_55_undo_survives_a_reload(editor: Editor) -> None:
    editor.open(DOCUMENT)
    move(editor, 120)
    moved = place_x(editor)
    reload(editor)
    after_reload = place_x(editor)
    editor.page.locator(".surface").focus()
    editor.press("Control+z")

    assert moved == after_reload != 0
    assert place_x(editor) == 0


def test_row_77_edits_are_kept_after_the_browser_has_closed_its_database(editor: Editor) -> None:
    editor.open(DOCUMENT)
    move(editor, 60)
    before = place_x(editor)
    cleared = {"origin": editor.server.rstrip("/"), "storageTypes": "indexeddb"}
    browser = editor.page.context.new_cdp_session(editor.page)
    browser.send("Storage.clearDataForOrigin", cleared)
    move(editor, 60)
    after = place_x(editor)
    reload(editor)

    assert place_x(editor) == after > before > 0
    assert not editor.errors


def test_row_77_edits_are_kept_when_the_page_is_left_at_once(editor: Editor) -> None:
    editor.open(DOCUMENT)
    editor.document()
    move(editor, 90)
    reload(editor)

    assert place_x(editor) != 0


def test_row_77_a_copied_window_makes_copies(editor: Editor) -> None:
    editor.page.goto(editor.server)
    editor.page.wait_for_selector(".form-view")
    editor.document()
    with (
        editor.page.expect_popup() as opened
    ):  # a popup gets a copy of the session's storage, as a copied window
        editor.page.evaluate("() => { window.open(location.href) }")
    popup = opened.value
    popup.wait_for_selector(".form-view")
    popup.wait_for_function(
        "document.documentElement.dataset.kept === document.documentElement.dataset.version"
    )
    kept = popup.evaluate(
        """() => new Promise((resolve) => { const open = indexedDB.open("sfumato"); open.onsuccess = () => {
          const get = open.result.transaction("tabs").objectStore("tabs").getAll();
          get.onsuccess = () => resolve(get.result); }; })"""
    )

    assert len(kept) == 2
    assert len({each["id"] for each in kept}) == 2
    assert len({each["window"] for each in kept}) == 2
