"""Patches of weights: what turns some tensors of a network into others.

A patch on a handle is a name and plain parameters. The function registered under that name says
which tensors of a network change and how; nothing is changed in place. A new kind of patch is a new
entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.types import Patch, Weights

#: Turns a tensor, in float32 and free to be written over, into its new value in float32.
Change = Callable[[Tensor], Tensor]


@runtime_checkable
class RowChange(Protocol):
    """A change that each row goes through for itself, so that it can be done a block at a time."""

    def __call__(self, value: Tensor, /) -> Tensor:
        """Return the new value of a whole tensor."""
        ...

    def on(self, device: torch.device) -> Callable[[Tensor, slice], object]:
        """Return what changes rows (r, n) in place, given which of the tensor's they are."""
        ...


#: Puts another module in the place of one, whose tensors it may share.
Wrap = Callable[[nn.Module], nn.Module]


class Values(Protocol):
    """The tensors of a network with its patches."""

    def __call__(self, name: str, /) -> Tensor:
        """Return a tensor in float32, free to be written over."""
        ...


@dataclass(frozen=True)
class Target:
    """The network that is to be patched.

    Attributes:
        weights: what it is in its file.
        shapes: its tensors, by their names inside the module.
        values_of: gives the tensors of another network of the same part, patched.
    """

    weights: Weights
    shapes: Mapping[str, tuple[int, ...]]
    runtime: Runtime
    values_of: Callable[[Weights, Sequence[Patch]], Values]


@dataclass(frozen=True)
class Changes:
    """What one patch changes: tensors by name, and modules by name after that."""

    tensors: Mapping[str, Change] = field(default_factory=dict[str, Change])
    modules: Mapping[str, Wrap] = field(default_factory=dict[str, Wrap])


#: Called with the network and the patch's parameters.
WEIGHT_PATCHES: dict[str, Callable[..., Changes]] = {}


def of_weights(patches: Sequence[Patch]) -> tuple[Patch, ...]:
    """Return the patches that change weights, in their order."""
    return tuple(patch for patch in patches if patch.name in WEIGHT_PATCHES)
