"""One engine: node definitions, stored results, lanes and folders, and a run through them."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.cache import Cache, DiskTier, MemoryTier
from engine.code_identity import built_in_code
from engine.context import Cancellation, JobContext
from engine.document.flatten import Flat, flatten
from engine.errors import PackError
from engine.executor import Executor, Surroundings
from engine.files.metadata import Deferred, api_prompt, handles_of, picture_info, titles_of
from engine.lanes import Lanes
from engine.paths import DEFAULT_OWNER, Folders
from engine.registry import BUILT_INS, Registry
from engine.running.garbage import collected_later
from engine.running.report import Report, Traces
from engine.runtime import Runtime
from engine.signature import Profile, Signer
from engine.validate import check, default_targets, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.document import Document
    from engine.errors import GraphError
    from engine.events import Event
    from engine.files.output_files import ReserveName
    from engine.packs.shelf import PackShelf


@dataclass(frozen=True)
class Settings:
    """What a user may choose.

    Attributes:
        precision: number format of the networks: "auto", "fp32", "fp16" or "bf16".
        device: "auto" or a torch device.
        memory_bytes: what weights may take; None is a share of the device's memory.
        cache_ram_bytes: bound of the results kept in memory.
        cache_disk_bytes: bound of the results kept on disk; 0 keeps none there.
        cpu_threads: nodes of the "cpu" lane that may run at once; None chooses.
    """

    precision: str = "auto"
    device: str = "auto"
    memory_bytes: int | None = None
    cache_ram_bytes: int = 2 * 2**30
    cache_disk_bytes: int = 10 * 2**30
    cpu_threads: int | None = None


@dataclass
class Engine:
    """Runs documents. Results are shared by all of its runs, and on disk with other processes."""

    registry: Registry
    folders: Folders
    settings: Settings = field(default_factory=Settings)
    packs: PackShelf | None = None
    _traces: Traces = field(default_factory=Traces, init=False)
    _runtime: Runtime | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @classmethod
    def with_built_ins(cls, folders: Folders, settings: Settings | None = None) -> Engine:
        """Return an engine that knows the built-in nodes and the packs of these folders."""
        from engine.packs.shelf import registry_with_packs

        registry, packs = registry_with_packs(folders, Registry.of_packages(BUILT_INS))
        return cls(registry, folders, settings or Settings(), packs)

    @property
    def runtime(self) -> Runtime:
        """Devices and loaded weights; the first use imports torch."""
        with self._lock:  # nodes on several lanes ask at once
            if self._runtime is None:
                self._runtime = Runtime.detect(
                    self.folders,
                    precision=self.settings.precision,
                    device=self.settings.device,
                    memory_bytes=self.settings.memory_bytes,
                )
            return self._runtime

    @property
    def runtime_in_use(self) -> Runtime | None:
        """Devices and loaded weights, once something has asked for them."""
        return self._runtime

    @cached_property
    def cache(self) -> Cache:
        """The stored results."""
        limit = self.settings.cache_disk_bytes
        disk = DiskTier(self.folders.cache / "results", limit) if limit else None
        return Cache(MemoryTier(self.settings.cache_ram_bytes), disk)

    @cached_property
    def _around(self) -> Surroundings:
        return Surroundings(self.registry, self.cache, Lanes(self.settings.cpu_threads))

    def validate(
        self, document: Document, targets: Sequence[str] | None = None, owner: str = ""
    ) -> list[GraphError]:
        """Return every problem of a document; nothing runs."""
        return validate(self._flat(document), self.registry, self.folders.of(owner), targets)[1]

    def run(
        self,
        document: Document,
        *,
        targets: Sequence[str] | None = None,
        on_event: Callable[[Event], None] | None = None,
        cancellation: Cancellation | None = None,
        wants_previews: bool | Callable[[], bool] = False,
        owner: str = "",
        recordings: Path | None = None,
        reserve: ReserveName | None = None,
    ) -> Report:
        """Run a document and say what happened; a node's failure is in `report.error`.

        Args:
            document: the workflow, its exposed inputs filled in.
            targets: nodes to run; without it all that show or save, and exposed outputs.
            on_event: gets every event, on the thread that the event comes from.
            cancellation: lets another thread stop the run, or pause it: then `report.error` is
                `Paused`, and a later run with the same `recordings` goes on where it was.
            wants_previews: make pictures of what samplers have so far; asked again at each step.
            owner: whose input, output and temp folders; output nodes of different owners never
                share results.
            recordings: the job's folder, where samplers keep what networks told them; the first
                makes it. Each is removed once the node's result is on disk; the rest is for the
                caller to remove when the job has ended.
            reserve: gives output files their names; without it they take the next free number.

        Raises:
            InvalidGraph: the document cannot run; nothing was run.
        """
        with collected_later():
            owner = "" if owner == DEFAULT_OWNER else owner
            folders = self.folders.of(owner)
            flat = self._flat(document)
            aims = default_targets(flat, self.registry) if targets is None else list(targets)
            graph = check(flat, self.registry, folders, aims)
            job = JobContext(
                folders=folders,
                load_runtime=lambda: replace(self.runtime, folders=folders),
                cancellation=Cancellation(within=cancellation),
                emit=on_event or _ignore,
                prompt=Deferred(lambda: api_prompt(graph, titles_of(flat), handles_of(flat))),
                extra_pnginfo=Deferred(lambda: picture_info(document, self._as_workflow)),
                wants_previews=wants_previews,
                device_lane=self._around.lanes.device,
                recordings=recordings,
                reserve=reserve,
            )
            signer = Signer(self._profile(folders, owner), folders)
            executor = Executor(graph, self._around, signer, job)
        exposed = {name: to for name, to in flat.outputs.items() if to[0] in graph.nodes}
        report = executor.run(aims, exposed, self._traces.last(owner, document.id))
        self._traces.keep(owner, document.id, report.trace)
        return report

    def reload_pack(self, name: str) -> None:
        """Read a pack again; results of its nodes are not used again if its files have changed.

        Raises:
            PackError: it is not there or can not be read; then it stays as it was.
        """
        if self.packs is None:
            raise PackError(f'There is no pack "{name}". This engine has the built-in nodes alone.')
        kinds = {spec.instance_of for spec in self.packs.reload(name)}
        self._around.instances.forget(kinds)

    def close(self) -> None:
        """End the engine's threads."""
        self._around.lanes.close()

    def _flat(self, document: Document) -> Flat:
        return flatten(document, self.registry.specs)

    def _as_workflow(self, document: Document) -> dict[str, Any]:
        from engine.importers.ui.write import write_ui  # late: most runs save nothing

        return write_ui(document, self.registry)

    def _profile(self, folders: Folders, owner: str) -> Profile:
        return Profile(built_in_code(), self._numerics, owner, str(folders.output))

    def _numerics(self) -> str:
        return json.dumps(self.runtime.devices.numerics(), sort_keys=True)


def _ignore(event: Event) -> None:
    """Watch nothing."""
