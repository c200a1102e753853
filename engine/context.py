"""What a node function may ask of the engine, through a parameter annotated `Context`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from engine.errors import Interrupted
from engine.events import Event, Preview, Progress, Warned

if TYPE_CHECKING:
    from engine.lanes import DeviceLane
    from engine.paths import Folders
    from engine.runtime import Runtime

T = TypeVar("T")


class SamplingTask(Protocol):
    """Work that goes a step at a time, so that others may run between and it can be stopped."""

    @property
    def step(self) -> int:
        """Return how many steps are done."""
        ...

    @property
    def steps(self) -> int:
        """Return how many steps there are."""
        ...

    def advance(self) -> bool:
        """Do one network evaluation; False when there is nothing left to do."""
        ...

    def result(self) -> Any:
        """Return the value, once `advance` returned False."""
        ...

    def preview(self) -> Any:
        """Return a small picture of what there is so far, or None."""
        ...


class Cancellation:
    """A flag that one thread raises and others check; one made `within` another follows it."""

    def __init__(self, within: Cancellation | None = None) -> None:
        self._event = threading.Event()
        self._within = within

    def cancel(self) -> None:
        """Ask the job to stop."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Say whether the job was asked to stop."""
        return self._event.is_set() or (self._within is not None and self._within.is_cancelled)

    def check(self) -> None:
        """Raise if the job was asked to stop.

        Raises:
            Interrupted: it was.
        """
        if self.is_cancelled:
            raise Interrupted("The job was cancelled.")


@dataclass(frozen=True, slots=True)
class JobContext:
    """What all nodes of one job share.

    Attributes:
        folders: the installation's folders.
        load_runtime: returns devices and loaded weights; the first call imports torch.
        cancellation: raised when the job is to stop.
        emit: hands an event to whoever watches the job.
        prompt: the document as ComfyUI's tools read it, for picture metadata.
        extra_pnginfo: what else goes into picture metadata, by key.
        wants_previews: whether someone looks at previews.
    """

    folders: Folders
    load_runtime: Callable[[], Runtime]
    cancellation: Cancellation
    emit: Callable[[Event], None]
    prompt: Mapping[str, Any] = field(default_factory=dict[str, Any])
    extra_pnginfo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    wants_previews: bool = False
    device_lane: DeviceLane | None = None


class Context:
    """The engine as one running node sees it."""

    __slots__ = ("calls", "job", "node_id", "shown_at", "written")

    def __init__(self, job: JobContext, node_id: str, shown_at: str | None = None) -> None:
        self.job = job
        self.node_id = node_id
        self.shown_at = shown_at or node_id
        self.written: list[tuple[str, int]] = []
        #: how often the node was called; it may be mapped over lists
        self.calls = 0

    @property
    def runtime(self) -> Runtime:
        """Return folders, devices and loaded weights."""
        return self.job.load_runtime()

    @property
    def folders(self) -> Folders:
        """Return the installation's folders."""
        return self.job.folders

    @property
    def prompt(self) -> Mapping[str, Any]:
        """Return the document as ComfyUI's tools read it."""
        return self.job.prompt

    @property
    def extra_pnginfo(self) -> Mapping[str, Any]:
        """Return what else goes into picture metadata, by key."""
        return self.job.extra_pnginfo

    def check_cancelled(self) -> None:
        """Raise if the job is to stop; call it in long loops.

        Raises:
            Interrupted: it is.
        """
        self.job.cancellation.check()

    def progress(self, step: int, steps: int) -> None:
        """Tell how far the node is.

        Raises:
            Interrupted: the job is to stop.
        """
        self.check_cancelled()
        self.job.emit(Progress(self.shown_at, step, steps))

    def warn(self, message: str) -> None:
        """Tell a person something; the job goes on."""
        self.job.emit(Warned(self.shown_at, message))

    def wrote(self, path: Path) -> None:
        """Note an output file: the node's result is reused only while the file is there."""
        self.written.append((str(path), path.stat().st_size))

    async def on_device(self, work: Callable[[], T]) -> T:
        """Do one call on the device lane, such as loading weights, and return its result."""
        import asyncio  # late, because listing commands should be quick

        lane = self.job.device_lane
        if lane is None or lane.is_current_thread():
            return work()
        return await asyncio.wrap_future(lane.submit(work))

    async def sample(self, task: SamplingTask) -> Any:
        """Let the device lane drive a task and return its result."""
        lane = self.job.device_lane
        if lane is None or lane.is_current_thread():
            return self.sample_now(task)
        return await lane.drive(task, self)

    def sample_now(self, task: SamplingTask) -> Any:
        """Drive a task in place, for code that is on the device lane already."""
        while task.advance():
            self.after_step(task)
        self.after_step(task)
        return task.result()

    def after_step(self, task: SamplingTask) -> None:
        """Do what belongs between two steps: stop if asked to, tell the progress.

        Raises:
            Interrupted: the job is to stop.
        """
        self.progress(task.step, task.steps)
        if self.job.wants_previews and (picture := task.preview()) is not None:
            self.job.emit(Preview(self.shown_at, picture))
