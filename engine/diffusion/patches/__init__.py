"""Patches of weights by name; importing this package registers all of them."""

from engine.diffusion.patches import attention, hypernetwork, lora, merging, rounding
from engine.diffusion.patches.network import (
    changes_of,
    own_bytes,
    patch_set,
    patched,
    patched_anew,
    values,
)
from engine.diffusion.patches.registry import (
    WEIGHT_PATCHES,
    Change,
    Changes,
    Target,
    Values,
    of_weights,
)

__all__ = [
    "WEIGHT_PATCHES",
    "Change",
    "Changes",
    "Target",
    "Values",
    "attention",
    "changes_of",
    "hypernetwork",
    "lora",
    "merging",
    "of_weights",
    "own_bytes",
    "patch_set",
    "patched",
    "patched_anew",
    "rounding",
    "values",
]
