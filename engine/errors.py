"""Every error that Sfumato raises on purpose.

EngineError
├── WorkflowError            the document cannot be read
├── GraphError               the graph cannot run
│   ├── UnknownNode          no definition has this type
│   ├── MissingInput         a required input has neither a value nor a link
│   ├── BadLink              a link names a node or an output that is not there
│   ├── TypeMismatch         a link joins two types that do not fit
│   ├── BadValue             a value is of the wrong kind
│   │   └── ValueOutOfRange  a value is of the right kind but not allowed
│   ├── CycleFound           nodes wait for each other
│   ├── NoOutputs            nothing in the graph shows or saves a result
│   └── InvalidGraph         several of the above at once
├── NodeError                a node failed while running
│   ├── OutOfMemory          the device or the machine has no room left
│   ├── TimeLimit            nothing was heard of the node for too long
│   └── Interrupted          the job was cancelled
│       └── Paused           the job is to go on later
├── DeclarationError         a node is declared wrongly
├── PackError                a custom pack could not be loaded
├── ModelError               a file is not the model it should be
├── PathError                a name leaves its folder or names nothing
├── SettingError             a command-line value or a setting cannot be used
├── StorageError             a file could not be written or read
├── RequestError             the server does not do what it was asked
│   ├── BadRequest           the request is not what the route takes
│   ├── NotSignedIn          no token, or none that is valid
│   ├── Denied               the user, or the place the request comes from, may not
│   ├── NotFound             there is no such thing
│   ├── Conflict             what is there has changed, or is in the wrong state
│   ├── TooLarge             the request holds more than is taken
│   └── QuotaExceeded        the user has used up what they may
│       └── DiskUsedUp       the user's files take all the room that they may
└── WorkerError              the process that computes is gone, or does not answer

A message has up to three sentences: what is wrong, what was there, what to do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def for_terminal(text: str) -> str:
    """Return a text without the control characters that a name from a file may bring."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


class EngineError(Exception):
    """Base of all errors; carries what a program needs beside the sentence for people."""

    kind: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        node_id: str | None = None,
        socket: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.node_id = node_id
        self.socket = socket
        self.details: dict[str, Any] = dict(details or {})

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable form: kind, message, node, input and details."""
        return {
            "kind": self.kind,
            "message": self.message,
            "node": self.node_id,
            "input": self.socket,
            "details": self.details,
        }


class WorkflowError(EngineError):
    """The document cannot be read."""

    kind = "workflow"


class GraphError(EngineError):
    """The graph cannot run."""

    kind = "graph"


class UnknownNode(GraphError):
    """No definition has this type."""

    kind = "unknown_node"


class MissingInput(GraphError):
    """A required input has neither a value nor a link."""

    kind = "missing_input"


class BadLink(GraphError):
    """A link names a node or an output that is not there."""

    kind = "bad_link"


class TypeMismatch(GraphError):
    """A link joins two types that do not fit."""

    kind = "type_mismatch"


class BadValue(GraphError):
    """A value is of the wrong kind."""

    kind = "bad_value"


class ValueOutOfRange(BadValue):
    """A value is of the right kind but outside what is allowed."""

    kind = "value_out_of_range"


class CycleFound(GraphError):
    """Nodes wait for each other."""

    kind = "cycle"


class NoOutputs(GraphError):
    """Nothing in the graph shows or saves a result."""

    kind = "no_outputs"


class InvalidGraph(GraphError):
    """Several problems, found together before anything ran."""

    kind = "invalid_graph"

    def __init__(self, problems: Sequence[GraphError]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = list(problems)
        self.details = {"problems": [problem.as_json() for problem in problems]}


class NodeError(EngineError):
    """A node failed while running; the cause is chained."""

    kind = "node"


class OutOfMemory(NodeError):
    """The device or the machine has no room left."""

    kind = "out_of_memory"


class TimeLimit(NodeError):
    """Nothing was heard of a running node for too long."""

    kind = "time_limit"


class Interrupted(NodeError):
    """The job was cancelled while it ran."""

    kind = "interrupted"


class Paused(Interrupted):
    """The job was stopped to go on later, from what it has."""

    kind = "paused"


class DeclarationError(EngineError):
    """A node is declared wrongly; raised when its module is imported."""

    kind = "declaration"


class PackError(EngineError):
    """A custom pack could not be loaded."""

    kind = "pack"


class ModelError(EngineError):
    """A file is not the model it should be."""

    kind = "model"


class PathError(EngineError):
    """A name leaves its folder, or names nothing there."""

    kind = "path"


class SettingError(EngineError):
    """A command-line value or a setting cannot be used."""

    kind = "setting"


class StorageError(EngineError):
    """A file could not be written or read."""

    kind = "storage"


class RequestError(EngineError):
    """The server does not do what it was asked."""

    kind = "request"


class BadRequest(RequestError):
    """The request is not what the route takes."""

    kind = "bad_request"


class NotSignedIn(RequestError):
    """There is no token, or none that is valid."""

    kind = "not_signed_in"


class Denied(RequestError):
    """The user, or the place the request comes from, may not do this."""

    kind = "denied"


class NotFound(RequestError):
    """There is no such thing."""

    kind = "not_found"


class Conflict(RequestError):
    """What is there has changed since, or is in a state that does not allow this."""

    kind = "conflict"


class TooLarge(RequestError):
    """The request holds more than is taken."""

    kind = "too_large"


class QuotaExceeded(RequestError):
    """The user has used up what they may."""

    kind = "quota_exceeded"


class DiskUsedUp(QuotaExceeded):
    """The user's files take all the room that they may."""

    kind = "disk_used_up"


class WorkerError(EngineError):
    """The process that computes is gone, or does not answer."""

    kind = "worker"
