"""What node types there are: built-in ones from this process, those of packs from the worker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine.declaring.described import described, described_all
from engine.declaring.node_forms import NodeForm
from engine.errors import NotFound, WorkerError
from engine.server.answers import unless_known
from engine.server.routing import Call, Routes

if TYPE_CHECKING:
    from aiohttp import web

routes = Routes("nodes")

#: The list waits so long for the packs; without them it says that they are late.
PACKS_LIMIT_S = 5.0
#: One node type waits so long for its pack, which may have to be read.
NODE_LIMIT_S = 60.0

Packs = Literal["ready", "loading", "late"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which node types are asked for.

    Attributes:
        types: ids, the parameter once for each; without, all. What nothing declares is left out.
    """

    types: list[str] = []


class NodeList(msgspec.Struct, frozen=True):
    """Node types.

    Attributes:
        packs: whether those of packs are among them; while they are "loading", or "late" because
            a pack takes long, it is worth asking again.
    """

    packs: Packs
    nodes: list[NodeForm]


class ChoiceList(msgspec.Struct, frozen=True):
    """What an input offers to choose from now."""

    choices: list[Any]


@routes(
    "GET",
    "/nodes",
    query=Wanted,
    answers=NodeList,
    errors={304: "it is what the client has"},
    shapes={304: None},
)
async def list_nodes(call: Call[None, Wanted]) -> web.Response:
    """Return every node type, or those that are asked for, with their present choices."""
    wanted, built_ins = frozenset(call.query.types), call.services.built_ins
    # packs may take long: who wants none of theirs does not wait
    needs_packs = not wanted or any(each not in built_ins for each in wanted)
    packs, brought = await _of_packs(call) if needs_packs else ("ready", [])

    def answer() -> web.Response:
        folders = call.services.folders.of(call.user.name)
        specs = [each for each in built_ins if not wanted or each.id in wanted]
        more = [each for each in brought if not wanted or each["id"] in wanted]
        nodes = described_all(specs, folders) + more
        body = msgspec.json.encode({"packs": packs, "nodes": nodes})
        return unless_known(call.request, body)

    return await asyncio.to_thread(answer)


@routes("GET", "/nodes/{id:.+}/choices/{input:.+}", answers=ChoiceList)
async def list_choices(call: Call[None, None]) -> ChoiceList:
    """Return what an input offers to choose from, asked anew.

    The name of an input inside another one is dotted: `mode.strength`.
    """
    form = await _node(call)
    found = find_input(form.get("inputs", ()), call.path["input"])
    choices = (found or {}).get("widget", {}).get("choices")
    if choices is None:
        raise NotFound(
            f'Node type "{form["id"]}" has no input "{call.path["input"]}" with choices. '
            "Its description lists its inputs."
        )
    return ChoiceList(choices)


@routes("GET", "/nodes/{id:.+}", answers=NodeForm)
async def show_node(call: Call[None, None]) -> dict[str, Any]:
    """Return one node type."""
    return await _node(call)


async def _of_packs(call: Call[None, Any]) -> tuple[Packs, list[dict[str, Any]]]:
    worker = call.services.worker
    if not worker.is_ready:
        return "loading", []
    try:
        asked = call.services.pack_nodes.of(worker, call.user.name, PACKS_LIMIT_S)
        return "ready", await asked
    except (TimeoutError, WorkerError):
        return "late", []


async def _node(call: Call[None, None]) -> dict[str, Any]:
    """Return one node type's form.

    Raises:
        NotFound: nothing declares it.
    """
    services, type_id = call.services, call.path["id"]
    if (spec := services.built_ins.get(type_id)) is not None:
        folders = services.folders.of(call.user.name)
        return await asyncio.to_thread(described, spec, folders)
    given = {"owner": call.user.name, "types": [type_id]}
    found: list[dict[str, Any]] = await services.worker.ask("specs", given, limit_s=NODE_LIMIT_S)
    if not found:
        near = services.built_ins.near(type_id)
        raise NotFound(f'There is no node type "{type_id}".{near}')
    return found[0]


def find_input(inputs: Any, name: str) -> dict[str, Any] | None:
    """Return the form of an input by its dotted name."""
    first, _, rest = name.partition(".")
    for each in inputs:
        if each["name"] == name:
            return each
        if each["name"] == first and (inner := each.get("dynamic")):
            if inner["kind"] == "growing":
                return inner["item"]
            found = (find_input(group, rest) for group in inner["options"].values())
            return next((hit for hit in found if hit), None)
    return None
