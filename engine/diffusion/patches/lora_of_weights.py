"""Layouts of LoRA files whose difference depends on the weight: rotations of it, and GLoRA."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

Parts = Mapping[str, Tensor]


def turned(parts: Parts, weight: Tensor) -> Tensor:
    """Return what rotations change about a weight (out, …), as (out, n).

    Blocks (k, b, b) rotate b outputs each (OFT); (m, k, b, b) do so m times, at ever larger
    distances (BOFT). Alpha is no factor here: times the outputs it bounds the blocks' norm.
    """
    matrix = weight.flatten(1)
    blocks = parts["blocks"]
    bound = parts["alpha"].item() * len(matrix) if "alpha" in parts else 0.0
    rotations = _cayley(blocks, bound)
    result = _diagonal(rotations, matrix) if blocks.ndim == 3 else _butterfly(rotations, matrix)
    if "rescale" in parts:
        result = result * parts["rescale"].view(-1, 1)
    return result - matrix


def _cayley(blocks: Tensor, bound: float) -> Tensor:
    """Return rotations `(I + Q) (I - Q)^-1` of `Q = B - B^T`, whose norm has a bound above 0."""
    skew = blocks - blocks.mT
    if bound > 0 and (norm := torch.linalg.vector_norm(skew)) > bound:
        skew = skew * (bound / norm)
    one = torch.eye(blocks.shape[-1], device=blocks.device)
    return torch.linalg.solve(one - skew, one + skew)


def _diagonal(rotations: Tensor, matrix: Tensor) -> Tensor:
    """Rotate neighbouring rows: `R^T W`."""
    count, size, _ = rotations.shape
    return (rotations.mT @ matrix.view(count, size, -1)).flatten(0, 1)


def _butterfly(rotations: Tensor, matrix: Tensor) -> Tensor:
    """Rotate rows in stages; in stage i a block takes those that lie `2^i b/2` from each other."""
    size = rotations.shape[-1]
    for stage, blocks in enumerate(rotations):
        distance = 2**stage * size // 2
        near = matrix.unflatten(0, (-1, 2, distance)).transpose(1, 2)
        mixed = blocks @ near.reshape(len(blocks), size, -1)
        matrix = mixed.view(near.shape).transpose(1, 2).reshape(matrix.shape)
    return matrix


def generalized(parts: Parts, weight: Tensor) -> Tensor:
    """Return `W A + B` of a weight (out, in, …), with A and B of low rank."""
    a1, a2, b1, b2 = (parts[role].flatten(1) for role in ("a1", "a2", "b1", "b2"))
    if a1.shape[0] != weight.shape[1]:  # early files have the names of each pair swapped
        a1, a2, b1, b2 = a2, a1, b2, b1
    by_input = weight.flatten(2) if weight.ndim > 2 else weight[:, :, None]  # (out, in, kh kw)
    moved = torch.einsum("oik,ir,rj->ojk", by_input, a1, a2)
    return moved.flatten(1) + b1 @ b2


def generalized_rank(parts: Parts) -> int:
    """Return the rank of A and B."""
    return min(parts["a1"].flatten(1).shape)
