"""LoRA as a patch: small matrices that are added to the weights of a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.diffusion.model_files.tensor_reader import open_tensors
from engine.diffusion.patches.lora_file import Adapter, LoraFile, read_lora
from engine.diffusion.patches.lora_fit import Side, fitted
from engine.diffusion.patches.lora_layouts import LAYOUTS, MAGNITUDES, Layout, magnitude_axis
from engine.diffusion.patches.registry import WEIGHT_PATCHES, Change, Changes, Target
from engine.errors import ModelError
from engine.files.identity import file_identity

if TYPE_CHECKING:
    from engine.runtime import Runtime

Tensors = Mapping[str, Tensor]


def lora(target: Target, *, kind: str, name: str, identity: str, strength: float) -> Changes:
    """Return what a LoRA file changes about a network.

    Args:
        target: the network.
        kind: the folder kind the file is in.
        name: of the file.
        identity: of its content.
        strength: multiplies what is added.

    Raises:
        PathError: the file has gone.
        ModelError: it does not fit the network, or was changed.
    """
    file, tensors = resident(target.runtime, kind, name, identity)
    weights = target.weights
    side = Side(weights.name, weights.part, weights.family, target.shapes)
    changes: dict[str, Change] = {}
    for module, adapter in fitted(file, side).placed.items():
        parts = {role: tensors[info.key] for role, info in adapter.roles.items()}
        if adapter.layout:
            changes[f"{module}.weight"] = _change(file, adapter, parts, strength)
        if "bias" in parts:
            changes[f"{module}.bias"] = partial(_added, parts["bias"], strength)
    return Changes(changes)


WEIGHT_PATCHES["lora"] = lora


def resident(runtime: Runtime, kind: str, name: str, identity: str) -> tuple[LoraFile, Tensors]:
    """Return a LoRA file and its tensors on the CPU as they are stored, read once."""

    def load() -> tuple[LoraFile, Tensors]:
        path = runtime.folders.find(kind, name)
        if file_identity(path) != identity:
            raise ModelError(f'"{name}" changed after it was chosen. Run the workflow again.')
        file = read_lora(path)
        with open_tensors(file.tensors) as reader:
            return file, {key: reader.read(info) for key, info in file.tensors.items()}

    def size_of(loaded: tuple[LoraFile, Tensors]) -> int:
        return sum(tensor.numel() * tensor.itemsize for tensor in loaded[1].values())

    return runtime.memory.get((identity, "lora"), load, size_of)


def _added(difference: Tensor, strength: float, value: Tensor) -> Tensor:
    moved = difference.to(value.device, torch.float32)
    return value.add_(moved.view_as(value), alpha=strength)


@dataclass(frozen=True)
class LowRank:
    """Adds the product of two thin matrices, (out, r) and (r, in)."""

    up: Tensor
    down: Tensor
    scale: float

    def __call__(self, value: Tensor, /) -> Tensor:
        """Add it to a weight."""
        self.on(value.device)(value.flatten(1), slice(None))
        return value

    def on(self, device: torch.device) -> Callable[[Tensor, slice], object]:
        """Return what adds it to some rows of a weight."""
        up, down = (each.to(device, torch.float32) for each in (self.up, self.down))
        return lambda block, rows: block.addmm_(up[rows], down, alpha=self.scale)


def _change(file: LoraFile, adapter: Adapter, stored: Tensors, strength: float) -> Change:
    layout = LAYOUTS[adapter.layout]
    scale = _scale(file, adapter, stored, layout.rank(stored))
    pair = layout.low_rank(stored)
    if pair is None or any(role in stored for role in MAGNITUDES):
        return partial(_changed, layout, stored, scale, strength)
    return LowRank(*pair, strength * scale)


def _changed(
    layout: Layout, stored: Tensors, scale: float, strength: float, value: Tensor
) -> Tensor:
    parts = {role: each.to(value.device, torch.float32) for role, each in stored.items()}
    if (magnitude := _magnitude(parts, tuple(value.shape))) is not None:
        return _decomposed(layout.delta(parts, value) * scale, magnitude, strength, value)
    return _added(layout.delta(parts, value), strength * scale, value)


def _scale(file: LoraFile, adapter: Adapter, parts: Tensors, rank: int | None) -> float:
    if rank is None:
        return 1.0
    if "alpha" in parts:
        return parts["alpha"].item() / rank
    told = file.settings.scale(adapter.spelled, rank)
    return 1.0 if told is None else told


def _magnitude(parts: Tensors, shape: tuple[int, ...]) -> Tensor | None:
    """Return DoRA's magnitudes so that they spread over a weight."""
    role = next((role for role in MAGNITUDES if role in parts), None)
    if role is None:
        return None
    axis = magnitude_axis(role, tuple(parts[role].shape), shape)
    return parts[role].view([-1 if each == axis else 1 for each in range(len(shape))])


def _decomposed(delta: Tensor, magnitude: Tensor, strength: float, value: Tensor) -> Tensor:
    """Go towards `m (W + D) / |W + D|`: Liu et al. 2024, "DoRA"."""
    moved = value + delta.view_as(value)
    others = [axis for axis, size in enumerate(magnitude.shape) if size == 1]
    norm = torch.linalg.vector_norm(moved, dim=others, keepdim=True)
    norm = norm.clamp_min(torch.finfo(norm.dtype).eps)  # an output of nothing stays nothing
    return value.lerp_(moved.mul_(magnitude / norm), strength)
