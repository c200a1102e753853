"""Latents in files as ComfyUI writes them: `.latent`, safetensors with one tensor and a mark."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
import torch

from engine.diffusion.model_files.safetensors_header import read_safetensors_header
from engine.diffusion.model_files.tensor_reader import open_tensors
from engine.errors import ModelError
from engine.types import Latent

SUFFIX = ".latent"
TENSOR = "latent_tensor"
#: Says that values are as the VAE has them.
UNSCALED = "latent_format_version_0"
#: Files without that mark have values multiplied by SD 1.x's scale.
OLD_SCALE = 0.18215
#: Pictures, and films with a time between channels and sides.
DIMENSIONS = (4, 5)


def encode_latent(latent: Latent, texts: Mapping[str, str]) -> bytes:
    """Return a latent as a file's content; of all it holds only the samples are kept.

    Args:
        latent: any.
        texts: by keyword, such as `prompt`.
    """
    tensors = {TENSOR: latent.samples.cpu().contiguous(), UNSCALED: torch.tensor([])}
    return safetensors.torch.save(tensors, dict(texts))


def load_latent(path: Path) -> Latent:
    """Read a latent, in float32.

    Raises:
        ModelError: the file is damaged, or holds none.
    """
    tensors = read_safetensors_header(path).tensors
    if TENSOR not in tensors:
        there = ", ".join(f'"{name}"' for name in list(tensors)[:6]) or "nothing"
        raise ModelError(
            f'"{path.name}" holds no latent: it has {there}, but not "{TENSOR}". '
            "Choose a file that Save Latent wrote."
        )
    with open_tensors(tensors) as reader:
        samples = reader.read(tensors[TENSOR]).float()
    if samples.ndim not in DIMENSIONS or samples.numel() == 0:
        raise ModelError(
            f'"{path.name}" holds a tensor of the shape {tuple(samples.shape)}, which is no latent.'
        )
    return Latent(samples if UNSCALED in tensors else samples / OLD_SCALE)
