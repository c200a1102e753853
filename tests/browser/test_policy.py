"""The editor keeps to its own Content-Security-Policy and asks no other machine for anything."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser


def test_nothing_is_refused_and_nothing_is_asked_of_others(browser: Browser, server: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(server)
    page.get_by_role("button", name="Open the graph").click()
    page.locator('[data-node="5"]').wait_for()
    context.close()

    assert not [text for text in said if "Content Security Policy" in text]
    assert hosts - {""} == {urlsplit(server).netloc}
