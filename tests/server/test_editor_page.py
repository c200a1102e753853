"""The editor's page: what a browser is told to load, and what it gets."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from engine.server.editor_files import stamps
from engine.server.editor_page import FRONTEND, INDEX, ROOMS, Page, made_page
from tests.server.conftest import Client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "index.html").write_text(
        '<head><script type="importmap">{"imports": {"lib": "./vendor/lib@1/lib.js"}}</script>'
        "</head>"
        '<template data-modules="app/late.js"></template>'
    )
    (tmp_path / "vendor" / "lib@1").mkdir(parents=True)
    (tmp_path / "vendor" / "lib@1" / "lib.js").write_text("export const lib = 1;\n")
    (tmp_path / "app" / "main.js").write_text(
        'import { a } from "./a.js";\nimport "./b.js";\nconst late = () => import("./late.js");\n'
        'import { html } from "lib";\nexport const f = async () => await import("./late.js");\n'
    )
    (tmp_path / "app" / "a.js").write_text('export {\n  b,\n} from "./b.js";\n')
    (tmp_path / "app" / "b.js").write_text("export const b = 1;\n")
    (tmp_path / "app" / "late.js").write_text('import "./a.js";\nimport "./later.js";\n')
    (tmp_path / "app" / "later.js").write_text("export const later = 1;\n")
    return tmp_path


def page_of(folder: Path) -> Page:
    return made_page(folder, stamps(folder, (INDEX, *ROOMS)))


def preloaded(page: str) -> list[str]:
    return re.findall(r'<link rel="modulepreload" href="([^"]+)">', page)


def names(addresses: list[str]) -> list[str]:
    """Return addresses without the edition that they are of."""
    return [re.sub(r"^\./editor/\w{16}/", "", each) for each in addresses]


def test_page_names_what_loading_needs_each_once(folder: Path):
    head = page_of(folder).body.decode().partition("</head>")[0]

    loaded = ["joined/first.js", "vendor/lib@1/lib.js"]
    assert names(preloaded(head)) == loaded


def test_page_names_what_a_face_needs_besides_where_no_browser_loads_it_yet(folder: Path):
    text = page_of(folder).body.decode()
    part = re.findall(r"<template .*?>(.*?)</template>", text, re.DOTALL)[0]

    assert names(preloaded(part)) == ["joined/late.js"]


def test_policy_lets_the_import_map_through_and_no_other_script(folder: Path):
    page = page_of(folder)
    text = re.findall('<script type="importmap">(.*?)</script>', page.body.decode())[0]
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert f"script-src 'self' 'sha256-{digest}'" in page.policy
    assert "unsafe" not in page.policy.split("script-src")[1]


def test_addresses_change_when_a_file_does(folder: Path):
    before = page_of(folder)
    (folder / "app" / "main.js").write_text('import "./late.js";\n')
    after = page_of(folder)

    assert names(preloaded(after.body.decode())) == ["joined/first.js"]
    assert before.edition != after.edition


def test_all_that_the_page_loads_is_served(client: Client):
    page = client.get("/")
    found = preloaded(page.text) + re.findall(
        r'rel="stylesheet" (?:data-)?href="([^"]+)"', page.text
    )
    answers = [client.get(f"/{each.removeprefix('./')}") for each in found]

    assert len(found) > 15
    assert {answer.status for answer in answers} == {200}
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)


def own(client: Client, name: str) -> str:
    """Return the address that the page has for a file."""
    return re.findall(rf'href="\.(/editor/\w+/{re.escape(name)})"', client.get("/").text)[0]


def test_text_is_compressed_for_those_who_take_it(client: Client):
    address = own(client, "joined/first.js")
    small = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address, headers={"Accept-Encoding": "gzip;q=0"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert small.text == plain.text
    assert int(small.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2


def test_a_file_of_another_edition_is_asked_for_again(client: Client):
    address = re.sub(r"editor/\w+", "editor/0123456789abcdef", own(client, "joined/first.js"))
    answer = client.get(address)
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert (again.status, again.text) == (304, "")


def test_modules_that_come_alone_have_no_comments_and_their_lines(client: Client):
    address = own(client, "joined/first.js").replace("joined/first.js", "app/panels/log.js")
    sent = client.get(address).text
    text = (FRONTEND / "app" / "panels" / "log.js").read_text(encoding="utf-8")

    assert "/**" in text
    assert "/**" not in sent
    line = "export default function LogPanel({ app }) {"
    assert line in text
    assert line.removeprefix("export default ") in sent


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

    assert not re.search(r'(?:src|href)="(?!app/|styles/|vendor/|api/|icon\.svg|plain)', text)
