"""Made-up values of the common sockets, the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.types import Cond, Conditioning, Latent

if TYPE_CHECKING:
    from torch import Tensor

TOKENS = 77
WIDTH = 768


def picture(width: int = 64, height: int = 64, count: int = 1, seed: int = 0) -> Tensor:
    """Return an IMAGE of random colours, (count, height, width, 3) in 0..1."""
    return _random(seed, count, height, width, 3)


def mask(width: int = 64, height: int = 64, count: int = 1) -> Tensor:
    """Return a MASK, (count, height, width): 0 on the left half, 1 on the right."""
    import torch

    made = torch.zeros(count, height, width)
    made[:, :, width // 2 :] = 1
    return made


def latent(width: int = 8, height: int = 8, count: int = 1, seed: int = 0) -> Latent:
    """Return a LATENT of four channels; width and height in latent cells."""
    return Latent(_random(seed, count, 4, height, width) * 2 - 1)


def conditioning(seed: int = 0) -> Conditioning:
    """Return a CONDITIONING as the text encoder of Stable Diffusion 1.x gives it."""
    return Conditioning((Cond(_random(seed, 1, TOKENS, WIDTH) * 2 - 1),))


def _random(seed: int, *shape: int) -> Tensor:
    import torch

    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))
