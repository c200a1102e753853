"""What can be done so that a network takes less memory than it does, in turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from engine.diffusion.model_files.stored import contents_of, network_of
from engine.diffusion.networks.build import expected_bytes
from engine.diffusion.networks.fitting import SHARES, can_be_read_in_parts, told_of
from engine.diffusion.networks.loading import surroundings
from engine.diffusion.networks.resident import entry_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.runtime import Runtime
    from engine.types import ClipHandle, ModelHandle


def leaner(handle: ModelHandle | ClipHandle, runtime: Runtime) -> Iterator[tuple[Runtime, str]]:
    """Yield surroundings in which a network leaves ever more room, and what was done, for people.

    Whoever asks for the next must not hold what was loaded in the last, or both are there.
    """
    if runtime.memory.forget_others(entry_key(handle, runtime)):
        yield runtime, "other networks were taken out of the memory"
    network = network_of(handle.weights, contents_of(handle.weights, runtime))
    if not can_be_read_in_parts(network):
        return
    size = weights_bytes(handle, runtime)
    for share in SHARES:
        if share < runtime.share and share * size < runtime.memory.budget_bytes:
            runtime.memory.forget_others(None)
            yield replace(runtime, share=share), told_of(share)


def beside(handle: ModelHandle, others_bytes: int, runtime: Runtime) -> Runtime:
    """Return surroundings in which a model and others that it needs keep within the budget.

    Where they do not fit together, each keeps the same share of its weights in the memory.
    """
    if not others_bytes:
        return runtime
    total = weights_bytes(handle, runtime) + others_bytes
    return replace(runtime, share=min(runtime.share, runtime.memory.budget_bytes / total))


def weights_bytes(handle: ModelHandle | ClipHandle, runtime: Runtime) -> int:
    """Return what a network's weights take where all of them are there; a header is read."""
    weights, devices = handle.weights, surroundings(handle.patches, runtime).devices
    network = network_of(weights, contents_of(weights, runtime))
    return expected_bytes(network, getattr(torch, devices.dtype_of(weights.part)))
