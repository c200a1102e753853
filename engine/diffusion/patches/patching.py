"""Handles with patches of weights; what does not fit is refused before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from engine.diffusion.model_files.stored import shapes_of
from engine.diffusion.patches.hypernetwork import (
    check_widths,
    projection_widths,
    read_hypernetwork,
)
from engine.diffusion.patches.lora_file import read_lora
from engine.diffusion.patches.lora_fit import Side, fitted
from engine.diffusion.patches.merging import mergeable
from engine.errors import ModelError
from engine.files.identity import file_identity
from engine.types import ClipHandle, ModelHandle, Patch

if TYPE_CHECKING:
    from engine.runtime import Runtime

Handle = TypeVar("Handle", ModelHandle, ClipHandle)


def with_patch(handle: Handle, patch: str, **parameters: Any) -> Handle:
    """Return a handle with one patch more."""
    return replace(handle, patches=(*handle.patches, Patch(patch, parameters)))


def without_patch(handle: Handle, patch: str) -> Handle:
    """Return a handle without the patches of a name."""
    return replace(handle, patches=tuple(each for each in handle.patches if each.name != patch))


def with_compute_dtype(handle: ModelHandle, dtype: str) -> ModelHandle:
    """Return a handle whose network computes in "fp32", "fp16" or "bf16"; "default" lifts it."""
    plain = without_patch(handle, "ComputeDtype")
    return plain if dtype == "default" else with_patch(plain, "ComputeDtype", dtype=dtype)


def with_compiling(handle: ModelHandle, backend: str) -> ModelHandle:
    """Return a handle whose network is compiled by one of torch's backends."""
    return with_patch(without_patch(handle, "TorchCompile"), "TorchCompile", backend=backend)


def with_lora(handle: Handle, name: str, strength: float, runtime: Runtime) -> Handle:
    """Return a handle with a LoRA of loras/; with a strength of 0 the handle itself.

    What the file holds for this part and has no place in the network is left out with a warning.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, no LoRA, incomplete, or does not fit the network.
    """
    if strength == 0:
        return handle
    path = runtime.folders.find("loras", name)
    weights = handle.weights
    side = Side(weights.name, weights.part, weights.family, shapes_of(weights, runtime))
    found = fitted(read_lora(path), side)
    if found.left_out:
        runtime.warn(found.left_out)
    if not found.placed:
        return handle
    identity = file_identity(path)
    return with_patch(handle, "lora", kind="loras", name=name, identity=identity, strength=strength)


def with_hypernetwork(
    handle: ModelHandle, name: str, strength: float, runtime: Runtime
) -> ModelHandle:
    """Return a handle with a hypernetwork; with a strength of 0 the handle itself.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, no hypernetwork, or for networks of other widths.
    """
    if strength == 0:
        return handle
    path = runtime.folders.find("hypernetworks", name)
    widths = projection_widths(shapes_of(handle.weights, runtime))
    check_widths(name, set(read_hypernetwork(path)), handle.weights.name, set(widths.values()))
    identity = file_identity(path)
    return with_patch(
        handle,
        "hypernetwork",
        kind="hypernetworks",
        name=name,
        identity=identity,
        strength=strength,
    )


def merged(
    first: Handle, second: Handle, mode: str, numbers: Mapping[str, float], runtime: Runtime
) -> Handle:
    """Return the first handle with the weights of the second merged into its own.

    Args:
        first, second: of one part and kind.
        mode: a name in `merging.MODES`.
        numbers: how names of tensors in the original layout begin -> number of the mode; the
            longest counts, "" is for all others.
        runtime: where files are.

    Raises:
        PathError: a file has gone.
        ModelError: the networks are not of one kind.
    """
    if first.weights.family != second.weights.family:
        raise ModelError(
            f'"{first.weights.name}" is of the family {first.weights.family}, '
            f'"{second.weights.name}" of {second.weights.family}. Merge models of one family.'
        )
    mine, theirs = (shapes_of(each.weights, runtime) for each in (first, second))
    mergeable(first.weights, mine, second.weights, theirs)
    return with_patch(
        first,
        "merge",
        weights=second.weights,
        patches=second.patches,
        mode=mode,
        numbers=dict(numbers),
    )


def with_unet_attention(handle: ModelHandle, attention: str, **factors: float) -> ModelHandle:
    """Return a handle whose "attn1" (self) or "attn2" (cross) has other scales of q, k, v, out."""
    leaves = {"q": "to_q", "k": "to_k", "v": "to_v", "out": "to_out.0"}
    return _scaled(handle, {f"{attention}.{leaves[each]}": by for each, by in factors.items()})


def with_text_attention(handle: ClipHandle, **factors: float) -> ClipHandle:
    """Return a handle whose attention has other scales of q, k, v, out."""
    return _scaled(handle, {f"self_attn.{each}_proj": by for each, by in factors.items()})


def _scaled(handle: Handle, factors: Mapping[str, float]) -> Handle:
    if all(factor == 1 for factor in factors.values()):
        return handle
    return with_patch(handle, "scale_tensors", factors=dict(factors))
