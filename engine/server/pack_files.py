"""The files that packs have for browsers: their WEB_DIRECTORY, served as it lies.

Packs live in the worker; this process only learns where the folders are.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from engine.errors import NotFound, PathError
from engine.paths import inside

if TYPE_CHECKING:
    from engine.worker.host import WorkerHost

#: Packs may have to be read before it is known which have files.
LIMIT_S = 60.0
#: While a pack is still being read, it is asked for anew after so long.
LOOK_AGAIN_S = 5.0
#: What browsers insist on; the system's own table may say something else.
CONTENT_TYPES: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
}


@dataclass
class PackFiles:
    """Knows the folders of packs with files for browsers, as long as one worker lives."""

    clock: Callable[[], float] = time.monotonic
    _directories: dict[str, Path] = field(default_factory=dict[str, Path])
    _pid: int | None = None
    _until: float = 0.0
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def forget(self) -> None:
        """Ask anew the next time: a pack was read again, or left out."""
        self._pid = None

    async def directories(self, worker: WorkerHost) -> Mapping[str, Path]:
        """Return the folder of each pack that has one.

        Raises:
            WorkerError: the worker is not there, or does not answer.
        """
        async with self._asking:
            if self._pid is None or worker.pid != self._pid or self.clock() > self._until:
                await self._ask(worker)
            return self._directories

    async def _ask(self, worker: WorkerHost) -> None:
        records: list[dict[str, Any]] = await worker.ask("packs", {}, limit_s=LIMIT_S)
        self._directories = {
            record["name"]: Path(record["web_directory"])
            for record in records
            if record["web_directory"]
        }
        is_final = all(record["state"] != "reading" for record in records)
        self._pid = worker.pid
        self._until = math.inf if is_final else self.clock() + LOOK_AGAIN_S

    async def serve(self, worker: WorkerHost, pack: str, name: str) -> web.FileResponse:
        """Return a file of a pack's WEB_DIRECTORY.

        Raises:
            NotFound: there is no such file.
        """
        directory = (await self.directories(worker)).get(pack)
        if directory is None:
            raise NotFound(f'No pack "{pack}" has files for browsers.')
        return await asyncio.to_thread(served, directory, name)

    async def modules(self, worker: WorkerHost) -> list[tuple[str, str]]:
        """Return pack and name of each JavaScript file, in the order of packs and names."""
        directories = dict(await self.directories(worker))

        def look() -> list[tuple[str, str]]:
            return [(pack, name) for pack, at in directories.items() for name in _scripts(at)]

        return await asyncio.to_thread(look)


def served(directory: Path, name: str) -> web.FileResponse:
    """Return a file below a folder of files for browsers.

    Raises:
        NotFound: there is no such file, it is hidden, or the name leads out of the folder.
    """
    try:
        path = inside(directory, name)
    except PathError as problem:
        raise NotFound(problem.message) from problem
    if _is_hidden(Path(name)) or not path.is_file():
        raise NotFound(f'There is no file "{name}" for browsers.')
    headers = {"Cache-Control": "private, no-cache"}
    if (kind := CONTENT_TYPES.get(path.suffix.lower())) is not None:
        headers["Content-Type"] = kind
    return web.FileResponse(path, headers=headers)


def _scripts(directory: Path) -> list[str]:
    return sorted(
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*.js")
        if path.is_file() and not _is_hidden(path.relative_to(directory))
    )


def _is_hidden(name: Path) -> bool:
    return any(part.startswith(".") for part in name.parts)
