"""What a pack's node did to its inputs, and the warning that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from engine.spec import NodeSpec


class Changes(msgspec.Struct):
    """What a node did to its inputs, over all of its calls.

    Attributes:
        on_copies: inputs of which it changed its copy.
        in_place: inputs of which it changed the value that others use, too.
        places: where in memory those values lie, as `place_of` says.
    """

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
