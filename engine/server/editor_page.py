"""The editor's page and files, served as they lie in the checkout.

The page names its modules in advance, so that a browser asks for all of them at once instead of
following one import after the other. Its import map is inline, so its policy has the digest of it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import NotFound
from engine.server import guards
from engine.server.answers import unless_known
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
YEAR_S = 365 * 24 * 3600

_MAIN = "app/main.js"
_HEAD_END = "</head>"
_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
#: An import of a module of ours that is part of loading; `import()` is done when it is wanted.
_IMPORT = re.compile(rb"""^(?:import|export)\b[^;"']*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """The page as it is sent, and its Content-Security-Policy."""

    body: bytes
    policy: str


async def show(request: web.Request, path: str) -> web.StreamResponse:
    """Return the editor's page, or a file of it.

    Raises:
        NotFound: there is no such file, or it is not for browsers.
    """
    if path == INDEX:
        page = await asyncio.to_thread(_page, FRONTEND)
        answer = unless_known(request, page.body, "text/html")
        answer.headers["Content-Security-Policy"] = page.policy
        return answer
    if not path.startswith(ROOMS) and path != ICON:
        raise NotFound(f'There is no "{path}".')
    file = await asyncio.to_thread(served, FRONTEND, path)
    if path.startswith(UNCHANGING):
        file.headers["Cache-Control"] = f"private, max-age={YEAR_S}, immutable"
    return file


def _page(folder: Path) -> Page:
    files = [folder / INDEX, *sorted((folder / "app").rglob("*.js"))]
    return made_page(folder, tuple(path.stat().st_mtime_ns for path in files))


@lru_cache(maxsize=1)
def made_page(folder: Path, stamp: tuple[int, ...]) -> Page:
    """Return the page of the editor in a folder; `stamp` changes when a file of it does."""
    html = (folder / INDEX).read_text(encoding="utf-8")
    modules = [path.relative_to(folder).as_posix() for path in _modules(folder / _MAIN)]
    links = "".join(f'<link rel="modulepreload" href="{each}">\n' for each in modules)
    return Page(html.replace(_HEAD_END, links + _HEAD_END, 1).encode(), _policy(html))


def _policy(html: str) -> str:
    """Return the policy of pages, which lets this page's import map through besides files."""
    digests = (hashlib.sha256(each.encode()).digest() for each in _MAP.findall(html))
    maps = " ".join(f"'sha256-{base64.b64encode(each).decode()}'" for each in digests)
    return f"{guards.PAGE_POLICY}; script-src 'self' {maps}"


def _modules(main: Path) -> Iterator[Path]:
    """Yield a module and all that it imports, each once, the nearest first."""
    seen = [main.resolve()]
    for module in seen:
        yield module
        for name in _IMPORT.findall(module.read_bytes()):
            path = (module.parent / name.decode()).resolve()
            if path not in seen and path.is_file():
                seen.append(path)
