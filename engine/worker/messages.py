"""What server and worker say to each other. Plain data, sent as MessagePack.

A frame is a list of messages: whoever has several says them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from engine import events
from engine.files.output_files import Reservation

#: What a running job tells, beside previews.
Told = (
    events.NodeStarted
    | events.NodeReused
    | events.NodeFinished
    | events.NodeFailed
    | events.Progress
    | events.Warned
)


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages."""


# --- to the worker


class RunJob(Message, frozen=True):
    """Run a document after those that were sent before.

    Attributes:
        document: the document's JSON.
        owner: whose folders, and whose results of output nodes.
        values: what is set in it, by exposed name or `NODE.input`; texts where the input takes
            none are read as the command line reads them.
        prompt_seed: decides between the choices of dynamic prompts; "" leaves them as they are.
    """

    job: str
    document: bytes
    owner: str
    targets: list[str] | None = None
    values: dict[str, Any] = {}
    prompt_seed: str = ""
    wants_previews: bool = False


class StopJob(Message, frozen=True):
    """End a job's run.

    `cancel` and `pause` take effect at the next step, `recall` only if it has not begun.
    """

    job: str
    how: Literal["cancel", "pause", "recall"]


class WantPreviews(Message, frozen=True):
    """Somebody looks at a running job's previews now, or nobody any more."""

    job: str
    wanted: bool


class Ask(Message, frozen=True):
    """A question of `engine.worker.questions`, answered beside the running job.

    Attributes:
        what: name of the question.
        given: its arguments, plain data.
        limit_s: after so long the worker answers that it takes too long.
    """

    id: int
    what: str
    given: dict[str, Any]
    limit_s: float


class Reserved(Message, frozen=True):
    """The name that an output file gets, or why it gets none."""

    id: int
    name: str = ""
    error: dict[str, Any] | None = None


class Free(Message, frozen=True):
    """Give memory back between two jobs."""

    weights: bool
    results: bool


class ShutDown(Message, frozen=True):
    """End the process; the running job is paused first."""


ToWorker = RunJob | StopJob | WantPreviews | Ask | Reserved | Free | ShutDown


# --- from the worker


class Ready(Message, frozen=True):
    """The process takes messages."""

    pid: int


class JobBegan(Message, frozen=True):
    """A job begins to run."""

    job: str


class JobTold(Message, frozen=True):
    """Events of a running job, in order; no previews."""

    job: str
    events: Sequence[Told]


class Pictured(Message, frozen=True):
    """A preview of a running job's node, encoded; newer ones replace older ones."""

    job: str
    node_id: str
    real_id: str
    mime: str
    data: bytes
    width: int
    height: int


class JobEnded(Message, frozen=True, omit_defaults=True):
    """A job's run is over.

    Attributes:
        how: `recalled` has not begun; `paused` goes on when it is run again.
        ui: what nodes showed, by node id.
        error: of a failed one, `EngineError.as_json`.
    """

    job: str
    how: Literal["succeeded", "failed", "cancelled", "paused", "recalled"]
    ui: Mapping[str, Mapping[str, Sequence[Any]]] = {}
    ran: int = 0
    reused: int = 0
    error: dict[str, Any] | None = None


class Stuck(Message, frozen=True):
    """The thread that runs a job waits too long for a pack; only the process can be ended.

    Attributes:
        error: why, as `EngineError.as_json`.
    """

    job: str
    error: dict[str, Any]


class Answer(Message, frozen=True):
    """What a question came to: its result as JSON, or an error's JSON form."""

    id: int
    result: bytes = b"null"
    error: dict[str, Any] | None = None


class Reserve(Message, frozen=True):
    """Ask for the name of an output file; asked again after a crash, the answer is the same."""

    id: int
    job: str
    wanted: Reservation


class Usage(Message, frozen=True):
    """What the worker holds, told now and then and after each job.

    Attributes:
        resident_bytes: of the process.
        device: name, kind, total and free bytes of the device; empty before the first use.
        wants_rest: questions that hang keep so many threads that it should be replaced.
    """

    resident_bytes: int
    device: dict[str, Any] = {}
    cache_hits: int = 0
    cache_misses: int = 0
    wants_rest: bool = False


FromWorker = Ready | JobBegan | JobTold | Pictured | JobEnded | Stuck | Answer | Reserve | Usage

_encoder = msgspec.msgpack.Encoder()
_to_worker = msgspec.msgpack.Decoder(list[ToWorker])
_from_worker = msgspec.msgpack.Decoder(list[FromWorker])


def encode(messages: Sequence[Message]) -> bytes:
    """Return a frame's content."""
    return _encoder.encode(messages)


def decode_to_worker(frame: bytes) -> list[ToWorker]:
    """Read a frame's content in the worker."""
    return _to_worker.decode(frame)


def decode_from_worker(frame: bytes) -> list[FromWorker]:
    """Read a frame's content in the server."""
    return _from_worker.decode(frame)
