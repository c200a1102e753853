"""Patches of how a network is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.runtime import Runtime

if TYPE_CHECKING:
    from engine.types import Patch

LoadingPatch = Callable[..., Runtime]


def computing_in(runtime: Runtime, dtype: str) -> Runtime:
    """Let a diffusion model be read and compute in "fp32", "fp16" or "bf16"."""
    return replace(runtime, devices=runtime.devices.computing_in(dtype))


#: Called with the surroundings in which a network would be loaded, and the patch's parameters;
#: return those in which it is. A pack adds its own.
LOADING_PATCHES: dict[str, LoadingPatch] = {"ComputeDtype": computing_in}


def surroundings(patches: Sequence[Patch], runtime: Runtime) -> Runtime:
    """Return in what a network with patches is loaded; those for other uses are passed over."""
    for patch in patches:
        if change := LOADING_PATCHES.get(patch.name):
            runtime = change(runtime, **patch.parameters)
    return runtime
