"""Corrections of what guidance has combined, without asking again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.guidances import steered

if TYPE_CHECKING:
    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import After, Ask, Guided, Moment

EPSILON = 1e-8


def _plain(change: Callable[[Moment, Guided], Tensor]) -> After:
    def after(moment: Moment, guided: Guided) -> Generator[Sequence[Ask], Sequence[Tensor], Tensor]:
        return change(moment, guided)
        yield  # a generator that asks nothing

    return after


def zero_star(settings: Settings) -> Settings:
    """Scale the negative answer as its score would fit the positive: CFG-Zero*, Fan et al. 2025.

    As in ComfyUI, the clean prediction is scaled, not the velocity of the paper's eq. 8-9.
    """

    def change(moment: Moment, guided: Guided) -> Tensor:
        if guided.negative is None:
            return guided.denoised
        positive = (moment.x - guided.positive).flatten(1)
        negative = (moment.x - guided.negative).flatten(1)
        fitting = (positive * negative).sum(1) / ((negative**2).sum(1) + EPSILON)
        excess = (1 - fitting).view(-1, 1, 1, 1) * (moment.cfg - 1)
        return guided.denoised + guided.negative * excess

    return steered(settings, "CFGZeroStar", after=_plain(change))


def norm_limited(settings: Settings, strength: float) -> Settings:
    """Let no cell's vector grow longer than the positive answer's, times `strength`."""

    def change(_moment: Moment, guided: Guided) -> Tensor:
        wanted = torch.linalg.vector_norm(guided.positive, dim=1, keepdim=True)
        there = torch.linalg.vector_norm(guided.denoised, dim=1, keepdim=True)
        return guided.denoised * (wanted / (there + EPSILON)).clamp(0, 1) * strength

    return steered(settings, "CFGNorm", after=_plain(change))


def epsilon_scaled(settings: Settings, scaling_factor: float) -> Settings:
    """Divide the predicted noise by a factor near 1: Ning et al. 2024, "Epsilon Scaling"."""

    def change(moment: Moment, guided: Guided) -> Tensor:
        return moment.x - (moment.x - guided.denoised) / scaling_factor

    return steered(settings, "Epsilon Scaling", after=_plain(change))


def mahiro(settings: Settings) -> Settings:
    """Lean to the positive answer where guidance and the negative one point apart."""

    def change(moment: Moment, guided: Guided) -> Tensor:
        if guided.negative is None:
            return guided.denoised
        leap = guided.positive * moment.cfg
        merged, away = (leap + guided.denoised) / 2, guided.negative * moment.cfg
        likeness = functional.cosine_similarity(_rooted(away), _rooted(merged)).mean()
        share = (likeness + 1) / 2
        return share * guided.denoised + (1 - share) * leap

    return steered(settings, "Mahiro", after=_plain(change))


def _rooted(values: Tensor) -> Tensor:
    return values.abs().sqrt() * values.sign()
