"""Pictures and latents as sums of waves."""

from __future__ import annotations

import torch
from torch import Tensor


def banded(values: Tensor, cutoff: int, low: float, high: float) -> Tensor:
    """Scale slow and fine waves of (..., h, w) apart.

    Args:
        values: real numbers of any float format; computed in float32.
        cutoff: cycles over a side, from `-cutoff` up to but without `cutoff`, that count as slow.
        low: factor of waves that are slow in both directions.
        high: factor of all others.
    """
    waves = torch.fft.fftshift(torch.fft.fftn(values.float(), dim=(-2, -1)), dim=(-2, -1))
    factors = torch.full(waves.shape[-2:], high, device=values.device)
    rows, columns = (side // 2 for side in factors.shape)
    top, left = max(0, rows - cutoff), max(0, columns - cutoff)
    factors[top : rows + cutoff, left : columns + cutoff] = low
    shifted = torch.fft.ifftshift(waves * factors, dim=(-2, -1))
    return torch.fft.ifftn(shifted, dim=(-2, -1)).real.to(values.dtype)
