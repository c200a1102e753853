"""What node types there are, as ComfyUI's clients read it.

Built-in types are declared in this process, and encoded again only when a list of files in them has
changed. Those of packs come from the worker; while it is not ready they are left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from itertools import chain
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec

from engine.declaring.declarations import node_info, object_info
from engine.errors import EngineError
from engine.server.answers import unless_known
from engine.server.comfyui.bodies import answered
from engine.server.routing import Call, Routes
from engine.spec import Growing, Variants
from engine.widgets import Choice, FileChoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aiohttp import web

    from engine.paths import Folders
    from engine.registry import Registry
    from engine.server.services import Services
    from engine.spec import InputSpec
    from engine.users import User

logger = logging.getLogger(__name__)

routes = Routes("comfyui", api="comfyui")

#: Packs may be read at this moment; whoever asks again gets the rest.
LIMIT_S = 5.0
#: Answers that are kept: one a user whose files differ.
KEPT = 8

#: registry -> the lists of files in its types -> its entries
_encoded: WeakKeyDictionary[Registry, OrderedDict[tuple[Any, ...], bytes]] = WeakKeyDictionary()


@routes("GET", "/object_info")
async def show_all(call: Call[None, None]) -> web.Response:
    """Return all node types."""
    folders = call.services.folders.of(call.user.name)
    own = await asyncio.to_thread(_built_ins, call.services.built_ins, folders)
    packs = await _of_packs(call.services, call.user, None)
    body = own if not packs else own[:-1] + b"," + msgspec.json.encode(packs)[1:]
    return unless_known(call.request, body if own != b"{}" else msgspec.json.encode(packs))


@routes("GET", "/object_info/{node}")
async def show_one(call: Call[None, None]) -> web.Response:
    """Return one node type, or nothing."""
    name = call.path["node"]
    spec = call.services.built_ins.get(name)
    if spec is None:
        return answered(await _of_packs(call.services, call.user, [name]))
    folders = call.services.folders.of(call.user.name)
    return answered({name: await asyncio.to_thread(node_info, spec, folders)})


async def _of_packs(services: Services, user: User, types: list[str] | None) -> dict[str, Any]:
    """Return entries of packs' types: these, or all."""
    if not services.worker.is_ready:
        return {}
    given = {"types": types, "owner": user.name}
    try:
        return await services.worker.ask("declarations", given, limit_s=LIMIT_S)
    except EngineError as problem:
        logger.warning("The node types of packs are left out: %s", problem.message)
        return {}


def _built_ins(registry: Registry, folders: Folders) -> bytes:
    """Return the entries of built-in types, as JSON."""
    inputs = [each for spec in registry.added for each in spec.inputs]
    lists = tuple(dict(_lists(inputs, folders)).items())
    kept = _encoded.setdefault(registry, OrderedDict())
    if lists not in kept:
        kept[lists] = msgspec.json.encode(object_info(registry.added, folders))
    kept.move_to_end(lists)
    if len(kept) > KEPT:
        kept.popitem(last=False)
    return kept[lists]


def _lists(inputs: Iterable[InputSpec], folders: Folders) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the lists to choose from that may change while the server runs, by what is in them."""
    for each in inputs:
        match each.widget:
            case FileChoice(kind=kind, suffixes=suffixes):
                place = " ".join((kind, *sorted(suffixes)))
                yield place, tuple(folders.names(kind, suffixes))
            case Choice(choices=choices) if callable(choices):
                yield each.name, tuple(choices())
            case _:
                pass
        match each.dynamic:
            case Growing(item=item):
                yield from _lists([item], folders)
            case Variants(options=options):
                yield from _lists(chain.from_iterable(options.values()), folders)
            case None:
                pass
