"""What packs add: the example's widget and command, and a module that fails."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from engine.workflow import HOME
from tests.browser.editor import Editor
from tests.browser.serving import served

FAILING = """
import { registerCommand, registerPanel } from "sfumato";
const fail = () => { throw new Error("not now"); };
registerCommand({ id: "failing.command", title: "Failing: a command", group: "help", run: fail });
registerPanel({ id: "failing.panel", title: "Failing panel", side: "right", mount: fail });
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    base = tmp_path_factory.mktemp("base")
    web = base / "custom_nodes/example_pack/web"
    shutil.copytree(HOME / "custom_nodes/example_pack", web.parent)
    (web / "broken.js").write_text("throw new Error('not today');")
    (web / "failing.js").write_text(FAILING)
    with served(base) as address:
        yield address


def counting() -> dict[str, object]:
    node = {"type": "ExampleCounter", "place": [0, 0, 0, 0], "values": {"step": 1, "mode": "up"}}
    return {"format": "sfumato", "version": 1, "title": "Test", "nodes": {"1": node}}


def test_a_pack_brings_a_widget(editor: Editor) -> None:
    editor.open(counting())
    dots = editor.node("1").get_by_role("slider", name="step")
    dots.wait_for()
    dots.locator("span").nth(5).click()
    assert editor.document()["nodes"]["1"]["values"]["step"] == 5
    dots.focus()
    editor.press("ArrowRight")
    assert dots.get_attribute("aria-valuenow") == "6"
    editor.mouse.click(5 * 100, 700)
    editor.press("Control+z")
    assert editor.document()["nodes"]["1"]["values"]["step"] == 5


def test_a_pack_brings_a_command_and_a_failing_module_is_named(editor: Editor) -> None:
    editor.open(counting())
    editor.page.get_by_role("alert").get_by_text("example_pack (broken.js)").wait_for()
    editor.press("Control+k")
    editor.page.get_by_role("combobox").wait_for()
    editor.keyboard.type("example count the nodes")
    editor.press("Enter")
    editor.page.get_by_role("status").get_by_text("1 nodes").wait_for()


def test_what_fails_is_named_with_its_pack_and_the_rest_goes_on(editor: Editor) -> None:
    editor.open(counting())
    alert = editor.page.get_by_role("alert")
    panel = editor.page.get_by_role("button", name="Failing panel", exact=True)
    panel.click()
    alert.get_by_text("The pack “example_pack” failed in Failing panel: not now").wait_for()
    editor.press("Control+k")
    editor.page.get_by_role("combobox").wait_for()
    editor.keyboard.type("failing: a command")
    editor.press("Enter")

    alert.get_by_text("The pack “example_pack” failed in failing.command: not now").wait_for()


def test_additions_go_with_their_pack(editor: Editor) -> None:
    editor.open(counting())
    panel = editor.page.get_by_role("button", name="Failing panel", exact=True)
    panel.wait_for()
    api = f"{editor.server.rstrip('/')}/api/v1/packs/example_pack"
    editor.page.request.post(f"{api}/disable", data={})
    editor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    panel.wait_for(state="detached")

    editor.page.request.post(f"{api}/enable", data={})
    editor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    panel.wait_for()
