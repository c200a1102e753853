"""The pieces of a network that come and go: modules whose own parameters they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from engine.diffusion.streaming.ring import aligned

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from torch import nn


@dataclass(frozen=True)
class Layer:
    """One module whose own parameters come and go.

    Attributes:
        path: its name inside the network.
        tensors: parameter -> shape.
    """

    path: str
    tensors: Mapping[str, tuple[int, ...]]

    @property
    def names(self) -> list[str]:
        """Its tensors by their names inside the network."""
        return [f"{self.path}.{name}" for name in self.tensors]

    @property
    def numbers(self) -> int:
        """How many numbers its tensors have."""
        return sum(map(prod, self.tensors.values()))

    def size_bytes(self, dtype: torch.dtype) -> int:
        """Return what it takes in the ring."""
        return sum(aligned(prod(shape) * dtype.itemsize) for shape in self.tensors.values())


def layers_of(network: nn.Module) -> dict[str, Layer]:
    """Return the modules without others inside that have parameters, in their order."""
    found: dict[str, Layer] = {}
    for path, each in network.named_modules():
        own = {name: tuple(tensor.shape) for name, tensor in each.named_parameters(recurse=False)}
        if own and path and not any(each.children()):
            found[path] = Layer(path, own)
    return found
