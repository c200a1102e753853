"""What a node function may ask of the engine, through a parameter annotated `Context`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from engine.code_identity import built_in_code
from engine.errors import Interrupted, Paused
from engine.events import Event, Preview, Progress, Warned
from engine.files.output_files import NameFor, Reservation, ReserveName
from engine.recordings import RecordAt, recording_of

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

    def close(self) -> None:
        """Let go of files; it is not to go on."""
        ...


class Cancellation:
    """A flag that one thread raises and others check; one made `within` another follows it."""

    __slots__ = ("_is_cancelled", "_is_paused", "_within")

    def __init__(self, within: Cancellation | None = None) -> None:
        self._is_cancelled = False
        self._is_paused = False
        self._within = within

    def cancel(self) -> None:
        """Ask the job to stop."""
        self._is_cancelled = True

    def pause(self) -> None:
        """Ask the job to stop as well, but to be able to go on later; `cancel` outweighs it."""
        self._is_paused = True

    @property
    def is_cancelled(self) -> bool:
        """Say whether the job was asked to stop, for good or not."""
        within = self._within
        return self._is_cancelled or self._is_paused or (within is not None and within.is_cancelled)

    @property
    def is_for_good(self) -> bool:
        """Say whether the job was asked to stop for good."""
        return self._is_cancelled or (self._within is not None and self._within.is_for_good)

    def reason(self) -> Interrupted:
        """Return the error that says how the job was stopped."""
        if self.is_for_good:
            return Interrupted("The job was cancelled.")
        return Paused("The job was paused.")

    def check(self) -> None:
        """Raise if the job was asked to stop.

        Raises:
            Interrupted: it was; `Paused` where it is to go on later.
        """
        if self.is_cancelled:
            raise self.reason()


@dataclass(frozen=True, slots=True)
class JobContext:
    """What all nodes of one job share.

    Attributes:
        folders: those of the job's owner.
        load_runtime: returns devices and loaded weights; the first call imports torch.
        cancellation: raised when the job is to stop.
        emit: hands an event to whoever watches the job.
        prompt: the document as ComfyUI's tools read it, for picture metadata.
        extra_pnginfo: what else goes into picture metadata, by key.
        wants_previews: whether someone looks at previews, or what says so now.
        recordings: where sampling nodes keep what networks told them; None keeps nothing.
        reserve: gives output files their names; None takes the next free number.
    """

    folders: Folders
    load_runtime: Callable[[], Runtime]
    cancellation: Cancellation
    emit: Callable[[Event], None]
    prompt: Mapping[str, Any] = field(default_factory=dict[str, Any])
    extra_pnginfo: Mapping[str, Any] = field(default_factory=dict[str, Any])
    wants_previews: bool | Callable[[], bool] = False
    device_lane: DeviceLane | None = None
    recordings: Path | None = None
    reserve: ReserveName | None = None


class Context:
    """The engine as one running node sees it."""

    __slots__ = (
        "_driven",
        "_named",
        "_recorded",
        "calls",
        "job",
        "key",
        "node_id",
        "shown_at",
        "warned",
        "written",
    )

    def __init__(
        self,
        job: JobContext,
        node_id: str,
        shown_at: str | None = None,
        key: str | None = None,
    ) -> None:
        self.job = job
        self.node_id = node_id
        self.shown_at = shown_at or node_id
        #: content key of this run of the node; None where its result cannot be kept
        self.key = key
        self.written: list[tuple[str, int]] = []
        self.warned: list[str] = []
        #: how often the node was called; it may be mapped over lists
        self.calls = 0
        self._named = 0
        self._recorded = 0
        self._driven = 0

    @property
    def runtime(self) -> Runtime:
        """Return folders, devices and loaded weights, and what tells of a lack of memory."""
        return replace(self.job.load_runtime(), warn=self.warn)

    @property
    def folders(self) -> Folders:
        """Return the folders of the job's owner."""
        return self.job.folders

    @property
    def wants_previews(self) -> bool:
        """Say whether a preview is wanted now: someone looks, and the last one is not too near."""
        wanted = self.job.wants_previews
        return wanted if isinstance(wanted, bool) else wanted()

    @property
    def is_sampling(self) -> bool:
        """Say whether the device lane drives a task of the node; it stops between two steps."""
        return self._driven > 0

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
        """Tell a person something; the job goes on.

        It is told again by a later run that reuses the result, or one that was made of it.
        """
        self.warned.append(message)
        self.job.emit(Warned(self.shown_at, message))

    def wrote(self, path: Path) -> None:
        """Note an output file: the node's result is reused only while the file is there."""
        self.written.append((str(path), path.stat().st_size))

    def names_in(self, folder: str) -> NameFor | None:
        """Return what names the node's files in a kind of folder; None takes free numbers."""
        reserve = self.job.reserve
        if reserve is None:
            return None

        def name(subfolder: str, stem: str, suffix: str, least: int) -> str:
            index, self._named = self._named, self._named + 1
            return reserve(Reservation(self.node_id, index, folder, subfolder, stem, suffix, least))

        return name

    def record_at(self) -> RecordAt | None:
        """Return where this call of the node may record, None where it is not to.

        A node that is mapped over lists asks before it first waits, so that its calls ask in order.
        """
        folder, key = self.job.recordings, self.key
        if folder is None or key is None:
            return None
        item, self._recorded = self._recorded, self._recorded + 1
        dtype = self.runtime.devices.dtypes["model"]
        return RecordAt(recording_of(folder, self.node_id, item), key, built_in_code(), dtype)

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
        self._driven += 1
        try:
            return await lane.drive(task, self)
        finally:
            self._driven -= 1

    def sample_now(self, task: SamplingTask) -> Any:
        """Drive a task in place, for code that is on the device lane already."""
        try:
            while task.advance():
                self.after_step(task)
            self.after_step(task)
        except BaseException:
            task.close()
            raise
        return task.result()

    def after_step(self, task: SamplingTask) -> None:
        """Do what belongs between two steps: stop if asked to, tell the progress.

        Raises:
            Interrupted: the job is to stop.
        """
        self.progress(task.step, task.steps)
        if self.wants_previews and (picture := task.preview()) is not None:
            self.job.emit(Preview(self.shown_at, picture, self.node_id))
