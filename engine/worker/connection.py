"""What a host and one living worker know of each other, and what is said of a dead one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.worker.logs import Line
    from engine.worker.messages import FromWorker, ToWorker


@dataclass(frozen=True)
class Death:
    """How a worker ended that was not asked to.

    Attributes:
        how: "exit code 1", "SIGKILL"; for people.
        stderr: the lines that it wrote last.
        was_killed: why the server ended it, or "".
    """

    how: str
    exit_code: int | None = None
    stderr: Sequence[str] = ()
    was_killed: str = ""


class Connection(Protocol):
    """One living worker, as the host holds it."""

    @property
    def pid(self) -> int:
        """Return its process."""
        ...

    def send(self, messages: Sequence[ToWorker]) -> None:
        """Say something to it."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


class Listener(Protocol):
    """What a connection tells its host, on the host's loop."""

    def heard(self, messages: Sequence[FromWorker]) -> None:
        """Take what the worker says."""
        ...

    def logged(self, line: Line) -> None:
        """Take a line that the worker wrote."""
        ...

    def died(self, how: str, exit_code: int | None) -> None:
        """Take note that the worker is gone; nothing follows."""
        ...
