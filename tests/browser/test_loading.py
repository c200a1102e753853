"""What the page loads before anything is done, and what later."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from tests.browser.editor import Editor
from tests.browser.graphs import document
from tests.browser.serving import served

EMPTY: dict[str, Any] = {"format": "sfumato", "version": 1, "nodes": {}}
#: Bytes of all answers before the first interaction, compressed, their headers left out.
MOST = 150_000
#: Of 255: less is not seen.
FAINT = 16
#: What the graph needs alone, and what answers on it.
OF_GRAPH = re.compile(r"/joined/graph-|/app/(?:surface|gestures|commands/of-graph)")
#: The list of all node types, which is as long as many are installed.
NODE_TYPES = re.compile(r"/api/v1/nodes$")
OF_HANDS = re.compile(r"/joined/graph-hands\.js$|/app/(?:gestures|commands)/")


class Wire:
    """What came over the wire, by address."""

    def __init__(self, devtools: CDPSession) -> None:
        self.addresses: dict[str, str] = {}
        self.heads: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        devtools.send("Network.enable")
        devtools.on("Network.responseReceived", self._hear_head)
        devtools.on("Network.loadingFinished", self._hear_end)

    def _hear_head(self, event: dict[str, Any]) -> None:
        key, answer = event["requestId"], event["response"]
        self.addresses[key] = answer["url"]
        self.heads[key] = 0 if answer["fromDiskCache"] else answer["encodedDataLength"]

    def _hear_end(self, event: dict[str, Any]) -> None:
        key = event["requestId"]
        self.sizes[key] = max(0, event["encodedDataLength"] - self.heads.get(key, 0))

    @property
    def bytes(self) -> int:
        return sum(self.sizes.values())

    def loaded(self, files: re.Pattern[str]) -> list[str]:
        """Return the files of a kind that were loaded."""
        return sorted(each for each in self.addresses.values() if files.search(each))


@pytest.fixture
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with served(tmp_path_factory.mktemp("base")) as address:
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        context.close()
        assert not errors


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def quiet(page: Page) -> None:
    """Wait until nothing has been loaded for a while."""
    count = "performance.getEntriesByType('resource').length"
    before = -1
    while (now := page.evaluate(count)) != before:
        before = now
        page.wait_for_timeout(1000)


def test_the_first_page_is_the_form_without_the_graph_and_under_150_kb(page: Page) -> None:
    wire = Wire(page.context.new_cdp_session(page))
    page.goto("/")
    page.wait_for_selector(".form-run")
    quiet(page)

    assert len(wire.sizes) > 20
    assert wire.bytes < MOST
    assert wire.loaded(OF_GRAPH) == []
    assert wire.loaded(NODE_TYPES) == []


@pytest.mark.parametrize("given", [EMPTY, document()], ids=["empty", "with nodes"])
def test_the_graph_is_drawn_without_what_answers_and_under_150_kb(
    windows: Callable[..., Editor], server: str, given: dict[str, Any]
) -> None:
    editor = windows(server)
    wire = Wire(editor.page.context.new_cdp_session(editor.page))
    errors: list[str] = []
    editor.page.on("console", lambda said: errors.append(f"{said.type}: {said.text}"))
    editor.load(given)
    quiet(editor.page)

    assert wire.loaded(OF_GRAPH)
    assert wire.loaded(OF_HANDS) == []
    assert wire.loaded(NODE_TYPES) == []
    assert wire.bytes < MOST
    assert not [each for each in errors if each.startswith("error")]


def test_opening_the_graph_loads_it_and_the_gate_would_find_it(page: Page) -> None:
    wire = Wire(page.context.new_cdp_session(page))
    page.goto("/")
    page.get_by_role("button", name="Open the graph").click()
    page.wait_for_selector(".surface[data-ready]")
    expect(page.locator(".node").first).to_be_visible()
    quiet(page)

    assert wire.loaded(OF_HANDS)
    assert wire.loaded(NODE_TYPES)
    assert wire.bytes > MOST


def test_a_reload_loads_no_file_again(page: Page) -> None:
    page.goto("/")
    page.wait_for_selector(".form-run")
    quiet(page)
    wire = Wire(page.context.new_cdp_session(page))
    page.reload()
    page.wait_for_selector(".form-run")
    quiet(page)
    files = [key for key, address in wire.addresses.items() if "/api/" not in address]

    assert len(files) > 15
    assert sum(wire.sizes.get(key, 0) for key in files) < 10_000


def test_keys_and_the_menu_work_before_the_graph_is_there(page: Page) -> None:
    page.goto("/")
    page.wait_for_selector(".form-run")
    page.keyboard.press("Control+k")
    page.keyboard.type("Show the selection")

    expect(page.get_by_role("option", name=re.compile("Show the selection"))).to_be_visible(
        timeout=30_000
    )
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("menuitem", name=re.compile("^Undo"))).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("given", [EMPTY, document()], ids=["empty", "with nodes"])
def test_what_comes_later_changes_nothing_that_is_seen(
    windows: Callable[..., Editor], server: str, given: dict[str, Any]
) -> None:
    editor = windows(server)
    editor.load(given)
    quiet(editor.page)
    before = picture(editor.page.screenshot())
    editor.arrive()
    quiet(editor.page)
    changed = ImageChops.difference(before, picture(editor.page.screenshot()))

    # a shadow may be drawn a little otherwise
    assert max(changed.convert("L").tobytes()) < FAINT


def test_a_node_type_that_nobody_has_is_told_before_all_of_them_are_asked_for(
    windows: Callable[..., Editor], server: str
) -> None:
    editor = windows(server)
    asked: list[str] = []
    editor.page.on("request", lambda each: asked.append(each.url))
    nodes = document()["nodes"]
    editor.load(
        {**document(), "nodes": {**nodes, "20": {"type": "NobodyHasIt", "place": [0, 0, 0, 0]}}}
    )

    expect(editor.page.locator('.node.is-missing[data-node="20"]')).to_be_visible()
    expect(editor.page.locator(".node.is-missing")).to_have_count(1)
    assert not [each for each in asked if NODE_TYPES.search(each)]


def test_while_node_types_are_on_their_way_no_node_is_missing_and_the_palette_waits(
    windows: Callable[..., Editor], server: str
) -> None:
    editor = windows(server)
    kept: list[Route] = []
    editor.page.route(NODE_TYPES, lambda route: kept.append(route))
    editor.open(EMPTY)
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    node = {"type": "VAEDecodeTiled", "version": 1, "place": [0, 0, 0, 0]}
    copied = json.dumps({"sfumato": "nodes", "version": 1, "nodes": {"1": node}})
    editor.page.evaluate("(text) => navigator.clipboard.writeText(text)", copied)
    editor.mouse.move(700, 500)
    editor.press("Control+v")
    expect(editor.page.locator(".node")).to_be_visible()
    assert editor.page.locator(".node.is-missing").count() == 0
    assert editor.page.locator(".node [data-socket]").count() == 0
    editor.press("Tab")
    editor.keyboard.type("vae decode tiled")
    for each in kept:
        each.continue_()

    expect(editor.page.get_by_role("option").first).to_contain_text("VAE Decode (Tiled)")
    expect(editor.page.locator('.node [data-socket^="input:"]').first).to_be_visible()


class Slow:
    """A server that keeps what answers on the graph until it is told to send it."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.asked: list[Route] = []
        editor.page.route("**/joined/graph-hands.js", lambda route: self.asked.append(route))
        editor.load(document())

    def send(self) -> None:
        """Send it; what was done until now is done then."""
        assert self.editor.page.locator(".surface[data-answers]").count() == 0
        assert self.asked
        for each in self.asked:
            each.continue_()
        self.editor.page.wait_for_selector(".surface[data-answers]")


@pytest.fixture
def slow(windows: Callable[..., Editor], server: str) -> Slow:
    return Slow(windows(server))


def test_a_drag_before_the_graph_answers_is_not_lost(slow: Slow) -> None:
    editor = slow.editor
    x, y = editor.title("5")
    editor.drag((x, y), (x + 60, y + 40))
    slow.send()

    assert editor.document()["nodes"]["5"]["place"][:2] == [700, 80]


def test_a_drag_during_which_the_graph_answers_goes_on(slow: Slow) -> None:
    editor = slow.editor
    x, y = editor.title("5")
    editor.mouse.move(x, y)
    editor.mouse.down()
    editor.mouse.move(x + 10, y + 10, steps=3)
    slow.send()
    editor.mouse.move(x + 60, y + 40, steps=3)
    editor.mouse.up()

    assert editor.document()["nodes"]["5"]["place"][:2] == [700, 80]


def test_keys_before_the_graph_answers_are_not_lost(slow: Slow) -> None:
    slow.editor.mouse.move(700, 700)
    slow.editor.press("Tab")
    slow.editor.keyboard.type("vaede")
    slow.send()

    expect(slow.editor.page.locator(".palette input")).to_have_value("vaede")


def test_commands_by_key_before_the_graph_answers_are_not_lost(slow: Slow) -> None:
    slow.editor.press("Control+a")
    slow.editor.press("Delete")
    slow.send()

    assert slow.editor.document()["nodes"] == {}


def test_what_is_pasted_before_the_graph_answers_is_not_lost(slow: Slow) -> None:
    page = slow.editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    node = {"type": "VAEDecode", "version": 1, "place": [0, 0, 0, 0]}
    copied = json.dumps({"sfumato": "nodes", "version": 1, "nodes": {"1": node}})
    page.evaluate("(text) => navigator.clipboard.writeText(text)", copied)
    slow.editor.press("Control+v")
    slow.send()

    kinds = [each["type"] for each in slow.editor.document()["nodes"].values()]
    assert kinds.count("VAEDecode") == 2


def test_what_is_typed_into_a_field_before_the_graph_answers_is_kept(slow: Slow) -> None:
    area = slow.editor.node("2").locator("textarea")
    area.click()
    slow.editor.keyboard.type("a red apple")
    slow.send()

    assert area.input_value() == "a red apple"
    assert slow.editor.document()["nodes"]["2"]["values"]["text"] == "a red apple"
    expect(area).to_be_focused()


def test_a_button_that_is_pressed_before_the_graph_answers_is_pressed_once(slow: Slow) -> None:
    editor = slow.editor
    editor.node("9").locator("input, button").first.click()
    slow.send()

    expect(editor.node("9").locator("input")).to_be_focused()
