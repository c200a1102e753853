"""The plain page: where it is served, and that it is as plain as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.server.pages import PLAIN
from tests.server.conftest import Client, Serving

#: What the page loads; the other leads browsers here that are too old for the editor.
SCRIPTS = sorted(set(PLAIN.glob("*.js")) - {PLAIN / "old-browser.js"})


def loaded_by(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^":]+\.(?:js|css))"', page)


def test_plain_page_is_served_with_all_that_it_loads(client: Client):
    page = client.get("/plain")
    files = [client.get(f"/{name}") for name in loaded_by(page.text)]

    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert [file.status for file in files] == [200] * (len(SCRIPTS) + 1)


def test_plain_page_is_below_a_prefix_and_a_token(serving: Serving):
    client = serving(path_prefix="/art").by_address()

    page = client.get("/plain/")

    assert (page.status, page.headers["Location"]) == (308, "../plain")
    assert client.get("/plain").status == 200
    assert client.get("/plain/plain.js").status == 200


def test_plain_page_stays_beside_another_editor(serving: Serving, tmp_path: Path):
    editor = tmp_path / "editor"
    editor.mkdir()
    (editor / "index.html").write_text("another editor")
    client = serving(frontend_dir=editor)

    assert client.get("/").text == "another editor"
    assert client.get("/plain").body == (PLAIN / "index.html").read_bytes()


def test_plain_page_is_for_those_who_signed_in(client: Client):
    assert client.anonymous().get("/plain").status == 401
    assert client.anonymous().get("/plain/plain.js").status == 401


def test_nothing_else_of_the_checkout_is_served(client: Client):
    assert client.get("/pages.py").status == 404
    assert client.get("/plain/nope.js").status == 404


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_scripts_are_no_modules_and_build_no_markup(script: Path):
    text = script.read_text(encoding="utf-8")

    assert not re.search(r"^\s*(import|export)\b|\bimport\(", text, flags=re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)


def test_page_asks_for_no_modules():
    assert "module" not in (PLAIN / "index.html").read_text(encoding="utf-8")
