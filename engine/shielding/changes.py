"""What packs' nodes did to their inputs, and the warning that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from engine.spec import NodeSpec


#: A node type of a pack: the pack's name and its id.
Kind = tuple[str, str]


@dataclass(slots=True)
class Manners:
    """How node types of packs treat their inputs, as far as this process has seen.

    Attributes:
        changers: those that changed a large input in place; they get copies of everything.
        polite: those that were looked at closely once and changed nothing.
    """

    changers: set[Kind] = field(default_factory=set[Kind])
    polite: set[Kind] = field(default_factory=set[Kind])

    def changes(self, kind: Kind) -> Changes:
        """Return what a node's changes are noted in."""
        return Changes(looks_closely=kind not in self.polite)


class Changes(msgspec.Struct):
    """What a node did to its inputs, over all of its calls.

    Attributes:
        looks_closely: copies are compared with what they were made from, as writes through `.data`
            and `numpy()` count no version.
        on_copies: inputs of which it changed its copy.
        in_place: inputs of which it changed the value that others use, too.
        places: where in memory those values lie, as `place_of` says.
    """

    looks_closely: bool = False
    on_copies: dict[str, None] = {}
    in_place: dict[str, None] = {}
    places: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self.on_copies or self.in_place)

    def message(self, spec: NodeSpec) -> str:
        """Return the warning that names the pack, the node type and the inputs."""
        names = [*self.in_place, *(name for name in self.on_copies if name not in self.in_place)]
        listed = " and ".join(f'"{name}"' for name in names)
        inputs = "its inputs" if len(names) > 1 else "its input"
        outcome = (
            "The values are dropped and made again where others need them."
            if self.in_place
            else "It worked on a copy, so nothing else was harmed."
        )
        return (
            f'Pack "{spec.source}": node type "{spec.id}" changed {inputs} {listed} in place. '
            f"{outcome}"
        )
