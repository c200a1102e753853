"""The editor's page and files.

The modules that a start needs are one file, and those that a face needs besides. The page names
what it needs in advance, so that a browser asks for all at once instead of following one import
after the other. It calls files by an address that has a digest of all of them:
a browser keeps them without asking again, and gets all of them anew when one has changed. Its
import map is inline, so its policy has the digest of it.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import NotFound
from engine.server import guards
from engine.server.answers import unless_known
from engine.server.editor_files import Files, Packed, Stamp, digest, stamp_of, stamps
from engine.server.joined_modules import FIRST, JOINED
from engine.server.pack_files import served
from engine.workflow import HOME

if TYPE_CHECKING:
    from aiohttp import web

FRONTEND = HOME / "frontend"
INDEX = "index.html"
#: What of the folder browsers get; the rest is for those who work on it.
ROOMS = ("app/", "vendor/", "styles/", "locales/")
ICON = "icon.svg"
#: Folders here have a version in their name.
UNCHANGING = "vendor/"
#: What is below it has a digest before its name: `editor/DIGEST/app/main.js`.
EDITION = "editor/"
YEAR_S = 365 * 24 * 3600

_MAIN = "app/main.js"
_HEAD_END = "</head>"
_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
#: Modules that a face of the editor needs besides: `<template data-modules="app/x.js"></template>`.
_LATER = re.compile(r'(<template data-modules="([^"]+)">)')
#: Addresses in the page of what an edition has.
_OWN = re.compile(r'(?<=")(\./)?(?=(?:app|styles|joined)/[^"]*")')


@dataclass(frozen=True, slots=True)
class Page:
    """The page as it is sent, its Content-Security-Policy, and the files that it is of.

    Attributes:
        edition: stands before the names of its files.
        before: what each file was when the page was made.
    """

    body: bytes
    small: bytes
    policy: str
    edition: str
    files: Files
    before: Mapping[str, Stamp]


async def show(request: web.Request, path: str) -> web.StreamResponse:
    """Return the editor's page, or a file of it.

    Raises:
        NotFound: there is no such file, or it is not for browsers.
    """
    if path == INDEX:
        page = await asyncio.to_thread(_page, FRONTEND)
        answer = unless_known(request, page.body, "text/html; charset=utf-8", small=page.small)
        answer.headers["Content-Security-Policy"] = page.policy
        return answer
    edition, name = _parted(path)
    if not name.startswith((*ROOMS, JOINED)) and name != ICON:
        raise NotFound(f'There is no "{path}".')
    return await asyncio.to_thread(_file, request, edition, name)


def _parted(path: str) -> tuple[str, str]:
    """Return the edition that an address names, or "", and the file's name."""
    if not path.startswith(EDITION):
        return "", path
    edition, _, name = path.removeprefix(EDITION).partition("/")
    return edition, name


def _file(request: web.Request, edition: str, name: str) -> web.StreamResponse:
    page = _page_now(FRONTEND)
    if name not in page.files:
        return served(FRONTEND, name)
    try:
        is_as_before = name in page.files.edition.joined or (
            stamp_of(FRONTEND, name) == page.before[name]
        )
        plain = b"" if is_as_before else (FRONTEND / name).read_bytes()
    except FileNotFoundError as problem:
        raise NotFound(f'There is no "{name}" any more.') from problem
    file = page.files.packed(name) if is_as_before else Packed.of(name, plain)
    answer = unless_known(request, file.plain, file.kind, small=file.small)
    if name.startswith(UNCHANGING) or (edition == page.edition and is_as_before):
        answer.headers["Cache-Control"] = f"private, max-age={YEAR_S}, immutable"
        del answer.headers["ETag"]
    return answer


_last: dict[Path, Page] = {}


def _page_now(folder: Path) -> Page:
    """Return the page that was sent last, without looking whether files have changed."""
    return _last.get(folder) or _page(folder)


def _page(folder: Path) -> Page:
    _last[folder] = page = made_page(folder, stamps(folder, (INDEX, *ROOMS, ICON)))
    return page


@lru_cache(maxsize=1)
def made_page(folder: Path, stamped: tuple[Stamp, ...]) -> Page:
    """Return the page of the editor in a folder."""
    contents = {name: (folder / name).read_bytes() for name, *_ in stamped}
    html = contents[INDEX].decode()
    named: dict[str, str] = {}
    for each in _MAP.findall(html):
        named |= json.loads(each)["imports"]
    faces = [each for _, each in _LATER.findall(html)]
    files = Files.of(contents, named, _MAIN, faces)
    first = files.first(_MAIN)

    def later(found: re.Match[str]) -> str:
        return found[1] + _links(each for each in files.needed([found[2]]) if each not in first)

    edition = digest(contents)
    html = html.replace(f'src="{_MAIN}"', f'src="{FIRST}"')
    html = _LATER.sub(later, html.replace(_HEAD_END, _links(first) + _HEAD_END, 1))
    html = _OWN.sub(f"./{EDITION}{edition}/", html)
    body = html.encode()
    small = gzip.compress(body, 9, mtime=0)
    before = {stamp[0]: stamp for stamp in stamped}
    return Page(body, small, _policy(html), edition, files, before)


def _links(modules: Iterable[str]) -> str:
    return "".join(f'<link rel="modulepreload" href="{each}">\n' for each in modules)


def _policy(html: str) -> str:
    """Return the policy of pages, which lets this page's import map through besides files."""
    digests = (hashlib.sha256(each.encode()).digest() for each in _MAP.findall(html))
    maps = " ".join(f"'sha256-{base64.b64encode(each).decode()}'" for each in digests)
    return f"{guards.PAGE_POLICY}; script-src 'self' {maps}"
