"""From a sampler's request to its answer: what the network is asked on the way.

A guidance turns the request into questions about sides, a side into evaluations of its regions.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
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
    from engine.diffusion.guidances.guidance import Guided

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
        asked: list[list[Region]] = []
        evaluations: list[Evaluation] = []
        for ask in asks:
            regions = [region for region in beginning.regions[ask.side] if region.is_active(sigma)]
            at, changed = x if ask.x is None else ask.x, changes + ask.changes
            evaluations += [region.evaluation(at, sigma, changed) for region in regions]
            asked.append(regions)
        answers = iter((yield evaluations))
        try:
            asks = guiding.send([averaged(regions, answers, x) for regions in asked])
        except StopIteration as end:
            return end.value
