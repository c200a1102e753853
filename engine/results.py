"""What a node function may return besides plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic

import msgspec

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    Values = TypeVar("Values", default=Any)
else:
    from typing import TypeVar

    Values = TypeVar("Values")


class _Missing:
    """The value of a thing that is not there; `None` is a value like any other."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Blocker:
    """In place of a value: whatever depends on it is not run.

    With a message the job reports it once, at the first node that would have used the value.
    """

    message: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An output of another node, in an expansion's results and as a raw link."""

    node: str
    output: int


@dataclass(frozen=True, slots=True)
class NewNode:
    """A node that an expansion adds; a `Link` among the inputs joins it to another node."""

    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    #: The node that progress and results are shown at, where it is not the new node itself.
    shown_at: str | None = None


class NodeResult(msgspec.Struct, Generic[Values], frozen=True):
    """Values with something to show, or a subgraph that stands for the node.

    A node that returns one says its outputs in brackets: `NodeResult[Image]`.

    Attributes:
        values: one an output; with `expand` they may be links into the new nodes.
        ui: lists by key, such as `images`, for clients.
        expand: new nodes by id; ids must be unique and the same each time.
    """

    values: Sequence[Any] = ()
    ui: Mapping[str, Sequence[Any]] | None = None
    expand: Mapping[str, NewNode] | None = None


class Outputs(msgspec.Struct, frozen=True):
    """All that a node gave: for each output the list of its values.

    Attributes:
        lists: one list an output; a node that was not mapped has one value in each.
        ui: what clients show.
        files: output files it wrote, as (path, size in bytes).
        cost_s: seconds it took.
        warnings: what was warned of on the way, as (content key of the node, message).
    """

    lists: tuple[list[Any], ...]
    ui: Mapping[str, Sequence[Any]] | None = None
    files: tuple[tuple[str, int], ...] = ()
    cost_s: float = 0.0
    warnings: tuple[tuple[str, str], ...] = ()
