"""Guidance that keeps only what points in a wanted direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.diffusion.guidances import steered

if TYPE_CHECKING:
    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Before, Moment

_ITEM = (1, 2, 3)


def adaptive_projected(
    settings: Settings, eta: float, norm_threshold: float, momentum: float
) -> Settings:
    """Guide mostly across the positive answer: APG, Sadat et al. 2024, Algorithm 1.

    Args:
        settings: of the run.
        eta: weight of the part along the positive answer; 1 keeps all of it.
        norm_threshold: the difference is no longer than this; 0 leaves its length.
        momentum: weight of the earlier differences; the paper takes negative ones.
    """
    before = _adaptive(eta, norm_threshold, momentum)
    return steered(settings, "APG", before=before, remembers=momentum != 0)


def _adaptive(eta: float, norm_threshold: float, momentum: float) -> Before:
    running: list[tuple[float, Tensor]] = []  # at most one: the level and the running difference

    def before(
        moment: Moment, positive: Tensor, negative: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        if negative is None or moment.cfg == 0:
            return positive, negative
        plain = difference = positive - negative
        if running and moment.sigma <= running[0][0]:  # a level above it begins another run
            difference = difference + momentum * running[0][1]
        running[:] = [(moment.sigma, difference)]
        if norm_threshold > 0:
            length = torch.linalg.vector_norm(difference, dim=_ITEM, keepdim=True)
            difference = difference * (norm_threshold / length).clamp(max=1)
        kept = difference + (eta - 1) * _along(difference, positive)
        # so that `negative + cfg * (positive - negative)` is the paper's positive + (cfg - 1) kept
        return negative + (plain + (moment.cfg - 1) * kept) / moment.cfg, negative

    return before


def _along(difference: Tensor, direction: Tensor) -> Tensor:
    """Return the part of (B, C, h, w) that lies along another, item by item, in float64."""
    unit = direction.double()
    unit = unit / torch.linalg.vector_norm(unit, dim=_ITEM, keepdim=True)
    return ((difference.double() * unit).sum(_ITEM, keepdim=True) * unit).to(difference.dtype)


def tangential_damping(settings: Settings) -> Settings:
    """Keep of the negative score what both scores share: TCFG, Kwon et al. 2025, Algorithm 1."""

    def before(
        moment: Moment, positive: Tensor, negative: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        if negative is None:
            return positive, None
        scores = torch.stack([moment.x - negative, moment.x - positive], 1).flatten(2)  # (B, 2, n)
        shared = torch.linalg.svd(scores, full_matrices=False)[2][:, :1]  # (B, 1, n)
        damped = (scores[:, :1] * shared).sum(-1, keepdim=True) * shared
        return positive, moment.x - damped.view_as(negative)

    return steered(settings, "TCFG", before=before)
