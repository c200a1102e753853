"""What the page loads before anything is done, and what later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.serving import served

#: Bytes of all answers before the first interaction, compressed, their headers left out.
MOST = 150_000
#: What the graph needs alone.
OF_GRAPH = re.compile(r"/joined/graph-face\.js$|/app/(?:surface|gestures|commands/of-graph)")


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

    @property
    def graph(self) -> list[str]:
        """The files of the graph that were loaded."""
        return sorted(each for each in self.addresses.values() if OF_GRAPH.search(each))


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
    assert wire.graph == []


def test_opening_the_graph_loads_it_and_the_gate_would_find_it(page: Page) -> None:
    wire = Wire(page.context.new_cdp_session(page))
    page.goto("/")
    page.get_by_role("button", name="Open the graph").click()
    page.wait_for_selector(".surface[data-ready]")
    expect(page.locator(".node").first).to_be_visible()
    quiet(page)

    assert wire.graph
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
