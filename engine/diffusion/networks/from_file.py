"""The tensors of a network one by one from its file, with patches; none of them stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.diffusion.model_files.stored import contents_of, network_of
from engine.diffusion.patches import Target, Values, changes_of, of_weights
from engine.diffusion.patches.network import steps_of, through
from engine.diffusion.streaming.sources import FileSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from engine.runtime import Runtime
    from engine.types import Patch, Weights


def values_from_file(
    weights: Weights,
    patches: Sequence[Patch],
    shapes: Mapping[str, tuple[int, ...]],
    runtime: Runtime,
) -> Values:
    """Return what gives a network's tensors by name, patched, in float32, on the CPU.

    Args:
        shapes: of the tensors, by their names inside the module.

    Raises:
        PathError: a file has gone.
        ModelError: one is damaged, or a patch does not fit.
    """

    def values_of(other: Weights, others: Sequence[Patch]) -> Values:
        return values_from_file(other, others, shapes, runtime)

    network = network_of(weights, contents_of(weights, runtime))
    dtype: torch.dtype = getattr(torch, runtime.devices.dtype_of(weights.part))
    source = FileSource(network.tensors)
    changes = changes_of(Target(weights, shapes, runtime, values_of), of_weights(patches))

    def value(name: str) -> Tensor:
        stored = torch.empty(shapes[name], dtype=dtype)
        source.fill(name, stored)
        return through(stored, steps_of(changes, name), torch.float32)

    return value
