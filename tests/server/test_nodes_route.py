"""Node types over HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

import pytest

from engine import Choice, FileChoice, node
from engine.declare import specs_in
from engine.engine import Engine
from engine.registry import Registry
from engine.spec import InputSpec, Variants
from tests import fakes
from tests.fakes import toy
from tests.model_files import put
from tests.server.conftest import Client, Serving

#: What "Pick" offers.
PRESENT: list[str] = []


@node(category="toy", title="Pick")
def pick(
    which: Annotated[str, Choice(choices=lambda: PRESENT)],
    image: Annotated[str, FileChoice(kind="input", upload="image")],
) -> str:
    """Give a choice."""
    raise NotImplementedError


HOW = InputSpec("how", "COMBO", Choice(choices=("a", "b")))
EDGES = replace(
    toy("Edges", lambda: None),
    inputs=(InputSpec("edge", "COMBO", dynamic=Variants({"soft": (HOW,)})),),
)


@pytest.fixture
def toys(serving: Serving) -> Client:
    """Return a client of a server whose built-in nodes are toys."""
    PRESENT[:] = ["one"]
    spec = pick.spec  # pyright: ignore[reportFunctionMemberAccess]
    return serving(Registry([*specs_in(fakes), spec, EDGES]))


def give_packs(client: Client, *kinds: str) -> None:
    """Let the worker know node types that the server does not."""
    engine = client.services.worker._engine  # pyright: ignore
    assert isinstance(engine, Engine)
    engine.registry = Registry([*engine.registry, *(toy(kind, lambda: None) for kind in kinds)])


def test_built_in_node_types_are_listed(toys: Client):
    answer = toys.get("/api/v1/nodes")

    assert answer.status == 200
    assert answer.json()["packs"] == "ready"
    assert {"Number", "Add", "Pick"} <= {each["id"] for each in answer.json()["nodes"]}


def test_only_node_types_that_are_asked_for_are_listed(
    toys: Client, monkeypatch: pytest.MonkeyPatch
):
    async def ask(what: str, given: object, limit_s: float) -> list[object]:
        return [{"id": "From/Pack"}, {"id": "Other"}]

    monkeypatch.setattr(toys.services.worker, "ask", ask)
    told = toys.get("/api/v1/nodes?types=Add&types=From/Pack&types=Nobody").json()

    assert told["packs"] == "ready"
    assert [each["id"] for each in told["nodes"]] == ["Add", "From/Pack"]


def test_built_in_node_types_that_are_asked_for_wait_for_no_pack(toys: Client):
    toys.services.worker.is_ready = False

    told = [
        toys.get(f"/api/v1/nodes?{asked}").json()
        for asked in ("types=Add&types=Number", "types=Add&types=Nobody")
    ]

    assert [each["packs"] for each in told] == ["ready", "loading"]


def test_list_that_the_client_has_is_not_sent_again(toys: Client):
    tag = toys.get("/api/v1/nodes").headers["ETag"]

    again = toys.get("/api/v1/nodes", headers={"If-None-Match": tag})

    assert (again.status, again.body) == (304, b"")


def test_list_is_sent_again_when_a_choice_came(toys: Client):
    tag = toys.get("/api/v1/nodes").headers["ETag"]
    PRESENT.append("two")

    again = toys.get("/api/v1/nodes", headers={"If-None-Match": tag})

    assert again.status == 200


def test_packs_are_loading_while_the_worker_is_not_ready(toys: Client):
    toys.services.worker.is_ready = False

    told = toys.get("/api/v1/nodes").json()

    assert told["packs"] == "loading"
    assert told["nodes"] != []


def test_packs_are_late_when_the_worker_takes_long(toys: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.server.native.nodes.PACKS_LIMIT_S", 0.01)
    asked: list[str] = []
    is_read = asyncio.Event()

    async def ask(what: str, given: object, limit_s: float) -> list[object]:
        asked.append(what)
        await is_read.wait()
        return [{"id": "FromPack"}]

    monkeypatch.setattr(toys.services.worker, "ask", ask)
    late = [toys.get("/api/v1/nodes").json() for _ in range(2)]
    monkeypatch.setattr("engine.server.native.nodes.PACKS_LIMIT_S", 10.0)
    toys.loop.loop.call_soon_threadsafe(is_read.set)
    then = toys.get("/api/v1/nodes").json()

    assert [told["packs"] for told in late] == ["late", "late"]
    assert all(told["nodes"] for told in late)
    assert (then["packs"], then["nodes"][-1]["id"]) == ("ready", "FromPack")
    assert 1 <= len(asked) <= 2


def test_one_node_type_is_shown(toys: Client):
    told = toys.get("/api/v1/nodes/Number").json()

    assert (told["id"], [each["name"] for each in told["inputs"]]) == ("Number", ["value"])


def test_node_type_of_a_pack_is_asked_of_the_worker(toys: Client):
    give_packs(toys, "From/Pack")

    told = toys.get("/api/v1/nodes/From/Pack").json()

    assert told["id"] == "From/Pack"


def test_unknown_node_type_is_not_found_and_names_a_near_one(toys: Client):
    answer = toys.get("/api/v1/nodes/Numbr")

    assert answer.status == 404
    assert answer.json()["error"]["message"] == ('There is no node type "Numbr". Similar: Number.')


def test_choices_are_asked_anew(toys: Client):
    before = toys.get("/api/v1/nodes/Pick/choices/which").json()
    PRESENT.append("two")
    after = toys.get("/api/v1/nodes/Pick/choices/which").json()

    assert (before, after) == ({"choices": ["one"]}, {"choices": ["one", "two"]})


def test_choices_of_an_input_inside_another_one(toys: Client):
    told = toys.get("/api/v1/nodes/Edges/choices/edge.how").json()

    assert told == {"choices": ["a", "b"]}


@pytest.mark.parametrize("name", ["value", "nothing", "a.b"])
def test_input_without_choices_is_not_found(toys: Client, name: str):
    assert toys.get(f"/api/v1/nodes/Number/choices/{name}").status == 404


def test_files_to_choose_from_are_the_users_own(toys: Client):
    folders = toys.services.folders
    put(folders.input, "mine.png")
    put(folders.of("ada").input, "hers.png")

    hers = toys.of("ada").get("/api/v1/nodes/Pick/choices/image").json()

    assert hers == {"choices": ["hers.png"]}
    assert toys.get("/api/v1/nodes/Pick/choices/image").json() == {"choices": ["mine.png"]}
