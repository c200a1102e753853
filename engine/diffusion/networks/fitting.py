"""Build a network whole where the budget has room for it, and streamed where it has not."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

import torch

from engine.diffusion.families.family import PART_TITLES
from engine.diffusion.networks.build import build, expected_bytes
from engine.diffusion.networks.shortages import Rung, first_that_fits
from engine.diffusion.streaming import build_streamed
from engine.errors import OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from engine.diffusion.families import Network
    from engine.diffusion.networks.build import Changing
    from engine.runtime import Runtime
    from engine.types import Weights

logger = logging.getLogger(__name__)

#: How much of a network stays on the device where all of it leaves too little room; the last is
#: what it cannot do without.
SHARES = (0.5, 0.2, 0.0)


def load_fitting(
    network: Network, weights: Weights, runtime: Runtime, changing: Changing | None = None
) -> nn.Module:
    """Return a network in its dtype on the device, other entries forgotten to make room for it.

    Args:
        changing: what patches make of its tensors.

    Raises:
        ModelError: its tensors are not those that it needs.
        OutOfMemory: it does not fit, and cannot be read in parts.
    """
    started = time.perf_counter()
    what = f'The {PART_TITLES[weights.part]} of "{weights.name}"'
    rungs = _rungs(network, weights, runtime, changing)
    module = first_that_fits(rungs, what, runtime.devices.device, runtime.warn)
    seconds = time.perf_counter() - started
    logger.info("Loaded %s of %s in %.1f s", weights.part, weights.name, seconds)
    return module


def can_be_read_in_parts(network: Network) -> bool:
    """Say whether its file gives single tensors."""
    return all(info.offset is not None for info in network.tensors.values())


def told_of(share: float) -> str:
    """Say what is done where only a share of a network stays on the device."""
    stay = f"{share:.0%} of its weights stay" if share else "as few of its weights as can be stay"
    return f"{stay} in the memory and the others come when they are needed"


def _rungs(
    network: Network, weights: Weights, runtime: Runtime, changing: Changing | None
) -> Iterator[Rung[nn.Module]]:
    dtype: torch.dtype = getattr(torch, runtime.devices.dtype_of(weights.part))
    device, needed = runtime.devices.device, expected_bytes(network, dtype)
    in_parts = can_be_read_in_parts(network)
    budget = int(min(runtime.memory.budget_bytes, runtime.share * needed))

    def streamed(budget: int) -> nn.Module:
        runtime.memory.make_room(budget)
        return build_streamed(
            network, dtype, device, weights.name, budget_bytes=budget, changing=changing
        )

    def whole() -> nn.Module:
        _check_fits(weights, needed, runtime)
        runtime.memory.make_room(needed)
        return build(network, dtype, device, weights.name, changing=changing)

    is_streamed = needed > budget and in_parts
    first = partial(streamed, budget) if is_streamed else whole
    yield Rung(first)
    if runtime.memory.forget_others(None):
        yield Rung(first, "other networks were taken out of the memory")
    for share in SHARES if in_parts else ():
        if share * needed < budget:
            yield Rung(partial(streamed, int(share * needed)), told_of(share))


def _check_fits(weights: Weights, needed: int, runtime: Runtime) -> None:
    there = runtime.devices.memory_bytes
    if there and needed > there:  # an operating system kills rather than refuses
        dtype = runtime.devices.dtype_of(weights.part)
        raise OutOfMemory(
            f'The {PART_TITLES[weights.part]} of "{weights.name}" takes {needed / 1e9:.1f} GB in '
            f"{dtype}, but {runtime.devices.device} has {there / 1e9:.1f} GB. "
            "Choose a lower --precision or a smaller model, or save it as a .safetensors file, "
            "which can be read in parts."
        )
