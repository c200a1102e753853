"""A real server and a real browser. Tests speak of nodes and sockets; here the pointer is moved.

`make browser` runs them, in a process without other tests: Playwright keeps an event loop there.
Where there is no Chromium they are left out, and pytest says so; with `SFUMATO_NEEDS_BROWSER` that
is an error instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import graphs, runs
from tests.browser.editor import Editor, SharedEditor
from tests.browser.pictures import picture, upload
from tests.browser.serving import CHROMIUM, served

# a machine that does much else is slow, which is no failure
expect.set_options(timeout=20_000)

NO_CHROMIUM = "There is no Chromium, which the editor is tested in."
#: Unless a test says otherwise. What waits for an expression is evaluated in the page, which its
#: policy forbids; test_policy.py keeps to it. Nothing glides: tests need not wait for that.
WINDOW: dict[str, Any] = {
    "viewport": {"width": 1440, "height": 900},
    "bypass_csp": True,
    "reduced_motion": "reduce",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None and os.environ.get("SFUMATO_NEEDS_BROWSER"):
        raise pytest.UsageError(f"{NO_CHROMIUM} SFUMATO_NEEDS_BROWSER asks for it.")
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("base")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def windows(browser: Browser) -> Iterator[Callable[..., Editor]]:
    """Return what opens a window on a server; in none of them may anything have gone wrong."""
    made: list[Editor] = []

    def open_window(server: str, **settings: Any) -> Editor:
        made.append(Editor(browser.new_context(**WINDOW | settings).new_page(), server))
        return made[-1]

    yield open_window
    for each in made:
        each.page.context.close()

    assert not [error for each in made for error in each.errors]


@pytest.fixture
def editor(windows: Callable[..., Editor], server: str) -> Editor:
    return windows(server)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


class Share:
    """A window that tests of a file share, which saves loading the page; one that failed leaves none behind."""

    def __init__(self, browser: Browser, server: str) -> None:
        self.browser = browser
        self.server = server
        self.editor: SharedEditor | None = None

    def window(self) -> SharedEditor:
        if self.editor is None:
            self.editor = SharedEditor(self.browser.new_context(**WINDOW).new_page(), self.server)
        return self.editor

    def close(self) -> None:
        if self.editor:
            self.editor.page.context.close()
        self.editor = None


@pytest.fixture(scope="module")
def share(browser: Browser, server: str) -> Iterator[Share]:
    made = Share(browser, server)
    yield made
    made.close()


@pytest.fixture
def shared(request: pytest.FixtureRequest, share: Share) -> Iterator[Editor]:
    """Return an editor whose window other tests of the file use too, one after the other."""
    editor = share.window()
    yield editor
    errors = list(editor.errors)
    if errors or request.node.stash.get(FAILED, False):
        share.close()

    assert not errors


@pytest.fixture
def graph(shared: Editor) -> Editor:
    """Return an editor with text to image open, seen at 100 %."""
    shared.open(graphs.document())
    return shared


@pytest.fixture
def given_picture(server: str) -> None:
    upload(server, "picture.png", picture())


@pytest.fixture(scope="session")
def warm(server: str) -> None:
    """Load the model once, which takes longer than anything else here."""
    runs.ask(server, "jobs", {"document": runs.document()})
    runs.wait_for(lambda: runs.ask(server, "jobs?state=succeeded")["total"], 90)


@pytest.fixture
def nothing_runs(server: str, warm: None) -> Iterator[None]:
    """Leave nothing running to the next test."""
    yield
    for state in ("queued", "running", "paused"):
        runs.ask(server, "jobs/cancel", {"state": state})
    runs.ask(server, "queue/resume", {})
