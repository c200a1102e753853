"""From a sampler's request to its answer: what the network is asked on the way.

A guidance turns the request into questions about sides, a side into evaluations of its regions.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.diffusion.denoising import inpainting
from engine.diffusion.denoising.regions import Region, averaged
from engine.diffusion.samplers import Answer, Request

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.denoising.beginning import Beginning
    from engine.diffusion.denoising.evaluation import Evaluation
    from engine.diffusion.denoising.settings import Settings
    from engine.diffusion.guidances.guidance import Guided, Side

#: Yields what the network is to answer, and is sent the answers in that order.
Answering = Generator["list[Evaluation]", "Sequence[Tensor]", Answer]


def answered(request: Request, beginning: Beginning, settings: Settings) -> Answering:
    """Answer a request as the guidance says; under a mask, what is kept is put in."""
    kept = beginning.kept
    if kept is None:
        guided = yield from _guided(request, beginning, settings)
        denoised = guided.denoised
    else:
        mask = settings.mask_rule(kept, request.sigma)
        x = inpainting.before(request.x, kept, mask, request.sigma)
        guided = yield from _guided(replace(request, x=x), beginning, settings)
        denoised = inpainting.after(guided.denoised, kept, mask)
    negative = None
    if request.need_negative:
        assert guided.negative is not None, "the guidance keeps the negative where it is needed"
        negative = guided.negative.contiguous()
    return Answer(denoised.contiguous(), negative)


def _guided(
    request: Request, beginning: Beginning, settings: Settings
) -> Generator[list[Evaluation], Sequence[Tensor], Guided]:
    """Ask what the guidance asks, as often as it asks."""
    x, sigma, changes = request.x, request.sigma, settings.changes
    guiding = settings.guidance.guide(request, beginning.start.parameterisation)
    asks = next(guiding)
    while True:
        asked = [_active(beginning.regions, ask.side, sigma) for ask in asks]
        answers = yield [
            region.evaluation(x if ask.x is None else ask.x, sigma, changes + ask.changes)
            for ask, regions in zip(asks, asked, strict=True)
            for region in regions
        ]
        left = iter(answers)
        sides = [averaged(regions, [next(left) for _ in regions], x) for regions in asked]
        try:
            asks = guiding.send(sides)
        except StopIteration as end:
            return end.value


def _active(regions: Mapping[Side, list[Region]], side: Side, sigma: float) -> list[Region]:
    return [region for region in regions[side] if region.is_active(sigma)]
