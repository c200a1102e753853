"""The packs of nodes: what each offers, and what is wrong with it. They live in the worker."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Literal

import msgspec

from engine.errors import NotFound
from engine.jobs.events import PacksChanged
from engine.server.routing import Call, Routes

routes = Routes("packs")

#: A pack that is read may take so long.
LIMIT_S = 150.0


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a pack and what to do; `file` and `line` are the place in it."""

    message: str
    file: str = ""
    line: int = 0


class Pack(msgspec.Struct, frozen=True):
    """A pack.

    Attributes:
        state: "reading" while its import takes long.
        nodes: ids of the node types that it brings.
        has_web_files: it has files for browsers.
    """

    name: str
    state: Literal["ok", "failed", "disabled", "reading"]
    nodes: list[str]
    problems: list[Problem]
    has_web_files: bool


class Packs(msgspec.Struct, frozen=True):
    """All packs."""

    packs: list[Pack]


@routes("GET", "/packs", answers=Packs)
async def list_packs(call: Call[None, None]) -> Packs:
    """Return every pack with what it offers and what is wrong with it."""
    return Packs(await _packs(call))


@routes("GET", "/packs/{name}", answers=Pack)
async def show_pack(call: Call[None, None]) -> Pack:
    """Return one pack."""
    return await _named(call)


@routes("POST", "/packs/{name}/enable", role="admin", answers=Pack)
async def enable(call: Call[None, None]) -> Pack:
    """Have a pack read again that was disabled, or that ended the program when it was read."""
    return await _done(call, "enable")


@routes("POST", "/packs/{name}/disable", role="admin", answers=Pack)
async def disable(call: Call[None, None]) -> Pack:
    """Leave a pack unread from now on."""
    return await _done(call, "disable")


@routes("POST", "/packs/{name}/reload", role="admin", answers=Pack)
async def reload(call: Call[None, None]) -> Pack:
    """Read a pack again; one that can not be read stays as it was."""
    return await _done(call, "reload")


async def _done(call: Call[None, None], what: str) -> Pack:
    """Have the worker do something with a pack, and return what became of it."""
    await _named(call)
    await call.services.worker.ask(what, {"name": call.path["name"]}, limit_s=LIMIT_S)
    call.services.pack_files.forget()
    call.services.jobs.announce(PacksChanged())
    return await _named(call)


async def _packs(call: Call[None, None]) -> list[Pack]:
    records: list[dict[str, Any]] = await call.services.worker.ask("packs", {}, limit_s=LIMIT_S)
    return [
        Pack(
            name=record["name"],
            state=record["state"],
            nodes=record["nodes"],
            problems=[_problem(each, record["path"]) for each in record["problems"]],
            has_web_files=bool(record["web_directory"]),
        )
        for record in records
    ]


def _problem(told: dict[str, Any], home: str) -> Problem:
    """Return a problem; a file of the pack goes by its name inside it."""
    file = PurePath(told["file"])
    if file.is_relative_to(home):
        file = file.relative_to(home)
    return Problem(told["message"], str(file) if told["file"] else "", told["line"])


async def _named(call: Call[None, None]) -> Pack:
    """Return the pack that a path names.

    Raises:
        NotFound: there is no such pack.
    """
    name, packs = call.path["name"], await _packs(call)
    found = next((pack for pack in packs if pack.name == name), None)
    if found is None:
        from engine.packs.listing import nearest  # late: it brings what reads packs

        near = nearest(name, [pack.name for pack in packs])
        raise NotFound(f'There is no pack "{name}".{near}')
    return found
