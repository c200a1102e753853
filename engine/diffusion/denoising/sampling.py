"""Sampling as a task that goes one network evaluation at a time: a latent in, a latent out."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from PIL import Image
from torch import Tensor

from engine.diffusion.control.applied import shared_with_others
from engine.diffusion.denoising import inpainting
from engine.diffusion.denoising.evaluation import Denoising, Evaluation, evaluate
from engine.diffusion.denoising.inpainting import NoiseMask, latent_mask
from engine.diffusion.denoising.noise import initial_noise
from engine.diffusion.denoising.recording import Header, Recording, replayed
from engine.diffusion.denoising.regions import Attach, Region, averaged, regions_of
from engine.diffusion.denoising.settings import Settings, patched
from engine.diffusion.samplers import Answer, Request, SamplerStart, Sampling
from engine.diffusion.samplers.special import sampler_named
from engine.diffusion.samplers.watching import StepAnswers
from engine.diffusion.unet.beside import channels_beside
from engine.errors import NodeError
from engine.recordings import RecordAt

if TYPE_CHECKING:
    from engine.diffusion.control.applied import Applied
    from engine.diffusion.guidances.guidance import Ask, Guided, Guiding, Side
    from engine.types import Cond, Conditioning, Latent

__all__ = ["RecordAt", "SamplingTask", "Settings", "patched"]

NOTHING_TO_DO = (
    "Nothing was sampled and the latent is as it was: the schedule has {} noise levels, and a step "
    "goes from one to the next. A denoise of 0 leaves none."
)
#: Turns (B, C, h, w) samples in the network's scale into (B, h, w, 3) pixels in 0..1.
PreviewMap = Callable[[Tensor], Tensor]


class SamplingTask:
    """Denoises a latent, one network evaluation an `advance`.

    `evaluations` says what the network is to answer now and `accept` takes the answers, so that a
    batcher can serve several tasks with one forward pass; `advance` does both.
    """

    def __init__(
        self,
        denoiser: Denoising,
        latent: Latent,
        conditionings: Mapping[Side, Conditioning],
        settings: Settings,
        *,
        controls: Callable[[Cond], tuple[Applied, ...]] = lambda _: (),
        noise: Tensor | None = None,
        record: RecordAt | None = None,
        load_preview_map: Callable[[], PreviewMap | None] = lambda: None,
        warn: Callable[[str], None] = lambda message: None,
    ) -> None:
        """Prepare a run; nothing is computed before the first `advance`.

        Args:
            denoiser: answers.
            latent: what to begin with.
            conditionings: what the guidance asks about, by side.
            settings: how to sample.
            controls: gives those of a conditioning, loaded.
            noise: (B, C, h, w) to begin with, in place of one drawn from the seed.
            record: keep the answers there, and go on from what is there already; left out for a
                denoiser that remembers earlier calls.
            load_preview_map: called once, when a preview is first asked for.
            warn: told when a recording is of no use, or cannot be kept, and why.
        """
        self._denoiser = denoiser
        self._latent = latent
        self._conditionings = {**shared_with_others(conditionings), **settings.sides}
        self._settings = settings
        self._controls = controls
        self._given_noise = noise
        self._record = record
        self._load_preview_map = load_preview_map
        self._warn = warn
        self._sampler = sampler_named(settings.sampler)
        self._sigmas = self._sampler.levels(settings.sigmas)
        self._regions: dict[Side, list[Region]] = {}
        self._kept: NoiseMask | None = None
        self._run = self._sample()
        self._is_started = False
        self._request: Request | None = None
        self._guiding: Guiding | None = None
        self._asked: list[tuple[Ask, list[Region]]] = []
        self._denoised: Tensor | None = None
        self._step_answers = StepAnswers()
        self._result: Latent | None = None

    @property
    def steps(self) -> int:
        """How many steps the schedule has."""
        return max(0, len(self._sigmas) - 1)

    @property
    def step(self) -> int:
        """How many steps are done."""
        if self._result is not None:
            return self.steps
        if self._request is None:
            return 0
        if self._request.of is None:  # it chooses its own levels; see how far down it is
            return sum(sigma >= self._request.sigma for sigma in self._sigmas[1:])
        return self._request.step

    def advance(self) -> bool:
        """Do one network evaluation; return False when the run is finished.

        Raises:
            NodeError: the network gave values that are not numbers.
        """
        evaluations = self.evaluations()
        if self._request is not None:
            self.accept(evaluate(self._denoiser, evaluations))
        return self._request is not None

    def result(self) -> Latent:
        """Return the denoised latent of a finished run."""
        assert self._result is not None, "the run is not finished"
        return self._result

    def denoised(self) -> Latent:
        """Return what a finished run saw in the sample of its last step, without noise."""
        clean = self._step_answers.last
        return self.result() if clean is None else self._in_latent_scale(clean)

    def preview(self) -> Image.Image | None:
        """Return the first item as it looks now, a pixel a cell; None before there is one."""
        if self._denoised is None or self._preview_map is None:
            return None
        pixels = self._preview_map(self._denoised[:1])[0]
        return Image.fromarray((pixels * 255).round().to(torch.uint8).cpu().numpy())

    def close(self) -> None:
        """Let go of the recording; a run that has not finished does not go on."""
        self._run.close()

    def evaluations(self) -> list[Evaluation]:
        """Return what the network is to answer now; nothing when the run is finished."""
        if not self._is_started:
            self._is_started = True
            self._go_on(None)
        request = self._request
        if request is None:
            return []
        changes = self._settings.changes
        return [
            region.evaluation(
                request.x if ask.x is None else ask.x, request.sigma, changes + ask.changes
            )
            for ask, regions in self._asked
            for region in regions
        ]

    def accept(self, answers: Sequence[Tensor]) -> None:
        """Go on with the answers to `evaluations`, in its order.

        Raises:
            NodeError: the answers are not numbers.
        """
        request = self._request
        assert request is not None, "nothing was asked"
        left = iter(answers)
        self._guide(
            [
                averaged(regions, [next(left) for _ in regions], request.x)
                for _, regions in self._asked
            ]
        )

    @cached_property
    def _preview_map(self) -> PreviewMap | None:
        return self._load_preview_map()

    def _seen(self, request: Request) -> Request:
        """Return the request as the network sees it: under a mask, what is kept is put in."""
        if self._kept is None:
            return request
        mask = self._mask(self._kept, request.sigma)
        return replace(request, x=inpainting.before(request.x, self._kept, mask, request.sigma))

    def _guide(self, answers: list[Tensor] | None) -> None:
        """Ask what the guidance asks next, or go on with what it makes of the answers."""
        request, guiding = self._request, self._guiding
        assert request is not None and guiding is not None
        try:
            asks = next(guiding) if answers is None else guiding.send(answers)
        except StopIteration as end:
            self._answer(request, end.value)
        else:
            self._asked = [(ask, self._active(ask.side, request.sigma)) for ask in asks]

    def _active(self, side: Side, sigma: float) -> list[Region]:
        regions = self._regions[side]
        if len(regions) == 1 and regions[0].is_active(sigma):
            return regions
        return [region for region in regions if region.is_active(sigma)]

    def _answer(self, request: Request, guided: Guided) -> None:
        denoised = guided.denoised
        if self._kept is not None:
            mask = self._mask(self._kept, request.sigma)
            denoised = inpainting.after(denoised, self._kept, mask)
        self._check(denoised)
        self._denoised = denoised.contiguous()
        negative = None
        if request.need_negative:
            assert guided.negative is not None, "the guidance keeps the negative where it is needed"
            negative = guided.negative.contiguous()
        self._go_on(Answer(self._denoised, negative))

    def _mask(self, kept: NoiseMask, sigma: float) -> Tensor:
        return self._settings.mask_rule(kept, sigma)

    def _check(self, denoised: Tensor) -> None:
        # The sum is quicker, but may be infinite where no value is.
        if not math.isfinite(denoised.sum().item()) and not denoised.isfinite().all():
            raise NodeError(
                f"The model gave values that are not numbers at step {self.step + 1} of "
                f"{self.steps}. Its number format may be too small for it: run it with "
                "--precision fp32, or lower the cfg."
            )

    def _go_on(self, answer: Answer | None) -> None:
        try:
            request = next(self._run) if answer is None else self._run.send(answer)
        except StopIteration as end:
            self._request, self._result = None, end.value
        else:
            self._request = request = self._seen(request)
            model = self._denoiser.parameterisation
            self._guiding = self._settings.guidance.guide(request, model)
            self._guide(None)

    def _sample(self) -> Generator[Request, Answer, Latent]:
        """Go the whole way, asking for what the recording does not hold."""
        if self.steps == 0:
            self._warn(NOTHING_TO_DO.format(len(self._settings.sigmas)))
            return self._latent
        model, scale = self._denoiser.parameterisation, self._denoiser.latent_scale
        samples = self._latent.samples
        latent = samples.to(self._denoiser.device, torch.float32) * scale
        noise = self._noise(latent)
        self._kept = self._noise_mask(latent, noise)
        mask = None if self._kept is None else self._kept.mask
        beside = channels_beside(self._denoiser.extra_channels, latent, scale, mask)
        attach = Attach(beside, self._controls)
        self._regions = regions_of(self._conditionings, latent, model, attach)
        x = model.noised(latent, noise, self._sigmas[0], from_max=self._begins_at_max())
        start = SamplerStart(x, self._sigmas, self._settings.seed, model)
        x = yield from self._recorded(start)
        return self._in_latent_scale(model.finished(x, self._sigmas[-1]))

    def _in_latent_scale(self, x: Tensor) -> Latent:
        samples = x / self._denoiser.latent_scale
        return self._latent.with_samples(samples.to(self._latent.samples.device))

    def _recorded(self, start: SamplerStart) -> Sampling:
        def begin() -> Sampling:
            sampling = self._sampler.run(start, **self._settings.options)
            return self._step_answers.watched(sampling)

        remembers = self._denoiser.remembers or self._settings.guidance.remembers
        if self._record is None or remembers:
            return begin()
        header = Header.of(self._record, self._settings.sampler, start.x)
        return replayed(begin, Recording(self._record.path, header, self._warn))

    def _begins_at_max(self) -> bool:
        return self._sigmas[0] >= self._denoiser.parameterisation.sigma_max * (1 - 1e-5)

    def _noise(self, latent: Tensor) -> Tensor:
        if self._given_noise is not None:
            return self._given_noise.to(latent)
        if not self._settings.add_noise:
            return torch.zeros_like(latent)
        noise = initial_noise(latent.shape, self._settings.seed, self._latent.batch_index)
        return noise.to(latent.device)

    def _noise_mask(self, latent: Tensor, noise: Tensor) -> NoiseMask | None:
        if self._latent.noise_mask is None:
            return None
        if self._sampler.renoises_kept:
            noise = initial_noise(latent.shape, self._settings.seed + 1).to(latent.device)
        mask = latent_mask(self._latent.noise_mask, latent)
        model = self._denoiser.parameterisation
        return NoiseMask(mask, latent, noise, self._sigmas, model)
