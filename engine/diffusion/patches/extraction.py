"""Differences of networks as LoRA files: the best matrices of a rank, by singular values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from engine.diffusion.model_files.safetensors_file import Entry
from engine.diffusion.networks.resident import base_and_values
from engine.diffusion.patches.merging import NAMES

if TYPE_CHECKING:
    from torch import Tensor

    from engine.runtime import Runtime
    from engine.types import ClipHandle, ModelHandle

Kind = Literal["standard", "full_diff"]
#: How modules are spelled in such files, by part.
STARTS = {"model": "diffusion_model.", "text_encoder": "text_encoders.clip_l.transformer."}
#: Numbers of the factors beyond this share of them are cut off.
CLAMP_QUANTILE = 0.99


def extracted(
    handle: ModelHandle | ClipHandle, rank: int, kind: Kind, runtime: Runtime, *, biases: bool
) -> Iterator[Entry]:
    """Yield the tensors of a LoRA that adds the weights of a difference, in float16.

    Args:
        handle: a difference of two networks, such as Subtract Models gives.
        rank: of the matrices; at most what a weight has.
        kind: "standard" keeps `rank` singular values of each matrix, "full_diff" keeps it whole.
        runtime: where files and networks are.
        biases: also keep the differences of biases and norms.

    Raises:
        PathError: a file has gone.
        ModelError: one is damaged, or a patch does not fit.
    """
    part = handle.weights.part
    network, value_of = base_and_values(handle.weights, handle.patches, runtime)
    names = [name for name, _ in network.named_parameters()]
    original = NAMES[part](names)
    for name in names:
        module, _, leaf = original[name].rpartition(".")
        spelled = STARTS[part] + module
        if leaf == "bias":
            if biases:
                yield _half(f"{spelled}.diff_b", value_of(name))
            continue
        difference = value_of(name)
        if kind == "full_diff" or difference.ndim < 2:
            if biases or difference.ndim > 1:
                yield _half(f"{spelled}.diff", difference)
            continue
        up, down = factors(difference, rank)
        yield _half(f"{spelled}.lora_up.weight", up)
        yield _half(f"{spelled}.lora_down.weight", down)


def factors(difference: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Return (out, r) and (r, in) whose product is nearest to a matrix, or a convolution's two.

    The largest numbers of both are cut off at a quantile, as other programs do.
    """
    matrix = difference.flatten(1)
    rank = min(rank, *difference.shape[:2])
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    up, down = u[:, :rank] * s[:rank], v[:rank]
    numbers = torch.cat([up.flatten(), down.flatten()])
    most = float(np.quantile(numbers.cpu().numpy(), CLAMP_QUANTILE))
    up, down = up.clamp(-most, most), down.clamp(-most, most)
    if difference.ndim == 4:
        return up[:, :, None, None], down.reshape(rank, *difference.shape[1:])
    return up, down


def _half(name: str, tensor: Tensor) -> Entry:
    return Entry.of(name, tensor.half().cpu())
