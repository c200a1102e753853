"""Reads one pack: imports it on a thread of its own and says what it declared or why it failed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.packs import streams
from engine.packs.blame import problem_of
from engine.packs.contents import look_through
from engine.packs.importing import import_pack, run_prestartup
from engine.packs.memo import Declared

if TYPE_CHECKING:
    from engine.packs.pack import Pack, PackProblem
    from engine.spec import NodeSpec


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a pack.

    Attributes:
        specs: its nodes by id; none where it failed.
    """

    pack: Pack
    declared: Declared
    specs: Mapping[str, NodeSpec] = field(default_factory=dict[str, "NodeSpec"])


def read_pack(pack: Pack) -> Reading:
    """Import a pack on this thread; its failure, sys.exit included, is in the result."""
    problems: list[PackProblem] = []
    try:
        return _read(pack, problems)
    except BaseException as error:  # noqa: BLE001 the thread is the pack's own
        problems.append(problem_of(error, pack, "It can not be imported"))
        return Reading(pack, Declared(problems=tuple(problems), is_failed=True))


def _read(pack: Pack, problems: list[PackProblem]) -> Reading:
    from engine.comfy import finder

    finder.install()
    try:
        run_prestartup(pack.path)
    except BaseException as error:  # noqa: BLE001 a pack may raise anything
        problems.append(problem_of(error, pack, "Its prestartup_script.py failed"))
    contents = look_through(pack, import_pack(pack.path))
    declared = Declared(
        nodes=tuple(contents.nodes),
        problems=(*problems, *contents.problems),
        model_kinds=contents.model_kinds,
        web_directory=contents.web_directory,
    )
    return Reading(pack, declared, contents.specs)


class Import:
    """One reading of a pack on a daemon thread: one that hangs holds up nothing else."""

    def __init__(self, pack: Pack, on_end: Callable[[Reading], None]) -> None:
        self._pack = pack
        self._on_end = on_end
        self._ended = threading.Event()
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"pack {pack.name}", daemon=True)
        streams.install()
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until so many seconds after its start at most, and say whether it has ended.

        The pack's own thread does not wait for itself.
        """
        if threading.current_thread() is not self._thread:
            self._ended.wait(max(0.0, self._started + seconds - time.monotonic()))
        return self._ended.is_set()

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            with streams.kept():
                reading = read_pack(self._pack)
            self._on_end(reading)
        finally:
            self._ended.set()
            asyncio.set_event_loop(None)
            loop.close()
