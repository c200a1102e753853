"""The editor's page: what a browser is told to load, and what it gets."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from engine.server.editor_page import FRONTEND, made_page
from tests.server.conftest import Client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "index.html").write_text(
        '<head><script type="importmap">{"imports": {}}</script></head>'
    )
    (tmp_path / "app" / "main.js").write_text(
        'import { a } from "./a.js";\nimport "./b.js";\nconst late = () => import("./late.js");\n'
        'import { html } from "htm/preact";\n'
    )
    (tmp_path / "app" / "a.js").write_text('export {\n  b,\n} from "./b.js";\n')
    (tmp_path / "app" / "b.js").write_text("export const b = 1;\n")
    (tmp_path / "app" / "late.js").write_text("export const late = 1;\n")
    return tmp_path


def preloaded(page: str) -> list[str]:
    return re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)


def test_page_names_the_modules_that_loading_needs_each_once(folder: Path):
    page = made_page(folder, (1,))

    assert preloaded(page.body.decode()) == ["app/main.js", "app/a.js", "app/b.js"]


def test_policy_lets_the_import_map_through_and_no_other_script(folder: Path):
    digest = base64.b64encode(hashlib.sha256(b'{"imports": {}}').digest()).decode()
    page = made_page(folder, (1,))

    assert f"script-src 'self' 'sha256-{digest}'" in page.policy
    assert "unsafe" not in page.policy.split("script-src")[1]


def test_page_is_made_anew_when_a_file_has_changed(folder: Path):
    made_page(folder, (1,))
    (folder / "app" / "main.js").write_text('import "./late.js";\n')

    assert preloaded(made_page(folder, (2,)).body.decode()) == ["app/main.js", "app/late.js"]


def test_all_that_the_page_loads_is_served(client: Client):
    page = client.get("/")
    names = preloaded(page.text) + re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    files = {name: client.get(f"/{name}").status for name in names}

    assert len(names) > 30
    assert set(files.values()) == {200}


def test_modules_of_the_import_map_are_served_and_kept(client: Client):
    places = re.findall(r'"\./(vendor/[^"]+)"', client.get("/").text)
    files = [client.get(f"/{place}") for place in places]

    assert len(places) >= 5
    assert all(file.status == 200 for file in files)
    assert all("immutable" in file.headers["Cache-Control"] for file in files)


def test_page_that_a_browser_has_is_not_sent_again(client: Client):
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize("name", ["package.json", "tests/graphs.js", "node_modules/x.js", "app"])
def test_what_is_for_developers_is_not_served(client: Client, name: str):
    assert client.get(f"/{name}").status == 404


def test_everything_for_browsers_is_in_the_rooms_that_are_served():
    text = (FRONTEND / "index.html").read_text(encoding="utf-8")

    assert not re.search(r'(?:src|href)="(?!app/|styles/|vendor/|icon\.svg|plain)', text)
