"""One pack's place on the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.packs.loader import Import
    from engine.packs.memo import Declared, NodeSummary
    from engine.packs.pack import Pack, State
    from engine.spec import NodeSpec


@dataclass(slots=True)
class Slot:
    """One pack's place on the shelf.

    Attributes:
        declared: what it declares, remembered or just read; None while that is not known.
        specs: its nodes, once it has been read; none where that failed.
        reading: its import, once that has begun.
        is_late: nobody waits for its import any more.
    """

    pack: Pack
    is_disabled: bool = False
    declared: Declared | None = None
    specs: Mapping[str, NodeSpec] | None = None
    reading: Import | None = None
    is_late: bool = False

    @property
    def state(self) -> State:
        """Say what became of it."""
        if self.is_disabled:
            return "disabled"
        if self.declared is None:
            return "reading"
        return "failed" if self.declared.is_failed else "ok"

    @property
    def is_doubtful(self) -> bool:
        """Say whether it is to be read again in this process: something was wrong before."""
        if self.declared is None:
            return self.specs is None
        return self.is_readable and self.specs is None and bool(self.declared.problems)

    @property
    def is_readable(self) -> bool:
        """Say whether it is read when it is needed; not one that took a process down."""
        return self.declared is None or not self.declared.has_crashed

    @property
    def nodes(self) -> tuple[NodeSummary, ...]:
        """Return the nodes that it is known to declare, those that another pack owns too."""
        return self.declared.nodes if self.declared is not None else ()

    def declared_by(self, code: str) -> Declared | None:
        """Return what its files declare when they have this digest, if that is known."""
        return self.declared if self.pack.code == code else None
