"""Build a network whole where the budget has room for it, and streamed where it has not."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import torch

from engine.diffusion.families.family import PART_TITLES
from engine.diffusion.networks.build import build, expected_bytes
from engine.diffusion.streaming import build_streamed
from engine.errors import OutOfMemory

if TYPE_CHECKING:
    from torch import nn

    from engine.diffusion.families import Network
    from engine.runtime import Runtime
    from engine.types import Weights

logger = logging.getLogger(__name__)


def load_fitting(network: Network, weights: Weights, runtime: Runtime) -> nn.Module:
    """Return a network in its dtype on the device, other entries forgotten to make room for it.

    Raises:
        ModelError: its tensors are not those that it needs.
        OutOfMemory: it does not fit, and cannot be read in parts.
    """
    dtype: torch.dtype = getattr(torch, runtime.devices.dtypes[weights.part])
    device, budget = runtime.devices.device, runtime.memory.budget_bytes
    needed = expected_bytes(network, dtype)
    started = time.perf_counter()
    if needed > budget and _can_be_read_in_parts(network):
        runtime.memory.make_room(budget)
        module = build_streamed(network, dtype, device, weights.name, budget_bytes=budget)
    else:
        _check_fits(weights, needed, runtime)
        runtime.memory.make_room(needed)
        module = build(network, dtype, device, weights.name)
    seconds = time.perf_counter() - started
    logger.info("Loaded %s of %s in %.1f s", weights.part, weights.name, seconds)
    return module


def _can_be_read_in_parts(network: Network) -> bool:
    return all(info.offset is not None for info in network.tensors.values())


def _check_fits(weights: Weights, needed: int, runtime: Runtime) -> None:
    there = runtime.devices.memory_bytes
    if there and needed > there:  # an operating system kills rather than refuses
        dtype = runtime.devices.dtypes[weights.part]
        raise OutOfMemory(
            f'The {PART_TITLES[weights.part]} of "{weights.name}" takes {needed / 1e9:.1f} GB in '
            f"{dtype}, but {runtime.devices.device} has {there / 1e9:.1f} GB. "
            "Choose a lower --precision or a smaller model, or save it as a .safetensors file, "
            "which can be read in parts."
        )
