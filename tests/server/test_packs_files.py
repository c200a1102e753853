"""Where the server learns of packs' files and node types: from the worker, as seldom as it can."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from engine.errors import NotFound, WorkerError
from engine.server.pack_files import LOOK_AGAIN_S, PackFiles, served
from engine.server.pack_nodes import PackNodes
from engine.worker.host import WorkerHost


class Worker:
    """Answers with what is in `answers`, the last again and again."""

    def __init__(self, *answers: Any) -> None:
        self.pid: int | None = 1
        self.answers = list(answers)
        self.asked: list[str] = []

    async def ask(self, what: str, given: dict[str, Any], limit_s: float) -> Any:
        self.asked.append(what)
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def host(self) -> WorkerHost:
        return cast("WorkerHost", self)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(name: str, state: str = "ok", web: str | None = "/web") -> dict[str, Any]:
    return {"name": name, "state": state, "web_directory": web}


def directories(files: PackFiles, worker: Worker) -> dict[str, Path]:
    return dict(asyncio.run(files.directories(worker.host)))


def test_worker_is_asked_once_however_many_files_are_wanted():
    worker = Worker([record("a"), record("b", web=None)])
    files = PackFiles()

    async def many() -> list[Any]:
        return await asyncio.gather(*(files.directories(worker.host) for _ in range(5)))

    found = asyncio.run(many())

    assert found == [{"a": Path("/web")}] * 5
    assert worker.asked == ["packs"]


@pytest.mark.parametrize("change", ["another worker", "a pack was changed"])
def test_worker_is_asked_again_after(change: str):
    worker = Worker([record("a")], [record("b")])
    files = PackFiles()
    directories(files, worker)
    if change == "another worker":
        worker.pid = 2
    else:
        files.forget()

    assert directories(files, worker) == {"b": Path("/web")}


def test_pack_that_is_still_read_is_looked_for_again_later():
    worker = Worker([record("a", "reading", None)], [record("a")])
    clock = Clock()
    files = PackFiles(clock)

    before = directories(files, worker)
    clock.now = LOOK_AGAIN_S / 2
    meanwhile = directories(files, worker)
    clock.now = LOOK_AGAIN_S * 2
    then = directories(files, worker)

    assert (before, meanwhile, then) == ({}, {}, {"a": Path("/web")})


def test_failed_question_is_asked_again():
    worker = Worker(WorkerError("It is gone."), [record("a")])
    files = PackFiles()
    with pytest.raises(WorkerError):
        directories(files, worker)

    assert directories(files, worker) == {"a": Path("/web")}


def test_missing_file_is_told_without_its_folder(tmp_path: Path):
    with pytest.raises(NotFound) as told:
        served(tmp_path, "nothing.js")

    assert told.value.message == 'There is no file "nothing.js" for browsers.'


def test_users_ask_for_node_types_apart():
    worker = Worker([])
    nodes = PackNodes()

    async def both() -> None:
        asking = (nodes.of(worker.host, owner, 1.0) for owner in ("ada", "bob", "ada"))
        await asyncio.gather(*asking)

    asyncio.run(both())

    assert worker.asked == ["specs", "specs"]


def test_failed_list_of_node_types_is_asked_for_again():
    worker = Worker(WorkerError("It is gone."), [{"id": "A"}])
    nodes = PackNodes()

    async def twice() -> list[Any]:
        with pytest.raises(WorkerError):
            await nodes.of(worker.host, "ada", 1.0)
        return await nodes.of(worker.host, "ada", 1.0)

    assert asyncio.run(twice()) == [{"id": "A"}]
