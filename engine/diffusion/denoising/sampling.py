"""Sampling as a task that goes one network evaluation at a time: a latent in, a latent out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import torch
from PIL import Image

from engine.diffusion.denoising.answering import answered
from engine.diffusion.denoising.beginning import begun
from engine.diffusion.denoising.evaluation import Denoising, Evaluation, Evaluator
from engine.diffusion.denoising.recording import Header, Recording, replayed
from engine.diffusion.denoising.settings import Settings, patched
from engine.diffusion.networks.answers import WHY, are_numbers, checked
from engine.diffusion.samplers.special import sampler_named
from engine.diffusion.samplers.watching import StepAnswers
from engine.errors import NodeError
from engine.recordings import RecordAt

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.control.applied import Applied
    from engine.diffusion.guidances.guidance import Side
    from engine.diffusion.samplers import Request, SamplerStart, Sampling
    from engine.types import Cond, Conditioning, Latent

__all__ = ["RecordAt", "SamplingTask", "Settings", "patched"]

NOTHING_TO_DO = (
    "Nothing was sampled and the latent is as it was: a step goes from one noise level to the "
    "next, and the schedule has {} of them. A denoise of 0 leaves none."
)
#: Turns (B, C, h, w) samples in the network's scale into (B, h, w, 3) pixels in 0..1.
PreviewMap = Callable[["Tensor"], "Tensor"]


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
        self._evaluate = Evaluator(denoiser)
        self._latent = latent
        self._sampler = sampler_named(settings.sampler)
        self._sigmas = self._sampler.levels(settings.sigmas)
        self._settings = replace(settings, sigmas=self._sigmas)
        self._begin = partial(
            begun, denoiser, latent, conditionings, self._settings, controls=controls, noise=noise
        )
        self._record = record
        self._load_preview_map = load_preview_map
        self._warn = warn
        self._run = self._sample()
        self._is_started = False
        self._request: Request | None = None
        self._asked: list[Evaluation] = []
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
        asked = self.evaluations()
        if self._result is None:
            self.accept(self._evaluate(asked))
        return self._result is None

    def evaluations(self) -> list[Evaluation]:
        """Return what the network is to answer now; nothing when the run is finished."""
        if not self._is_started:
            self._is_started = True
            self._go_on(None)
        return self._asked

    def accept(self, answers: Sequence[Tensor]) -> None:
        """Go on with the answers to `evaluations`, in its order.

        Raises:
            NodeError: the answers are not numbers.
        """
        assert self._is_started, "nothing was asked"
        self._go_on(answers)

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

    @cached_property
    def _preview_map(self) -> PreviewMap | None:
        return self._load_preview_map()

    def _go_on(self, answers: Sequence[Tensor] | None) -> None:
        try:
            self._asked = next(self._run) if answers is None else self._run.send(answers)
        except StopIteration as end:
            self._asked, self._result = [], end.value

    def _sample(self) -> Generator[list[Evaluation], Sequence[Tensor], Latent]:
        """Go the whole way, asking for what the recording does not hold."""
        if self.steps == 0:
            self._warn(NOTHING_TO_DO.format(len(self._sigmas)))
            return self._latent
        beginning = self._begin()
        with closing(self._recorded(beginning.start)) as sampling:
            try:
                request = next(sampling)
                while True:
                    self._request = request
                    answer = yield from answered(request, beginning, self._settings)
                    self._check(answer.denoised)
                    self._denoised = answer.denoised
                    request = sampling.send(answer)
            except StopIteration as end:
                x = checked(end.value, "The sampler")
                x = self._denoiser.parameterisation.finished(x, self._sigmas[-1])
        return self._in_latent_scale(x)

    def _check(self, denoised: Tensor) -> None:
        if not are_numbers(denoised):
            raise NodeError(
                f"The model gave values that are not numbers at step {self.step + 1} of "
                f"{self.steps}. {WHY}, or that of a LoRA, an embedding or a ControlNet. A cfg far "
                "too high does it, too."
            )

    def _recorded(self, start: SamplerStart) -> Sampling:
        def begin() -> Sampling:
            sampling = self._sampler.run(start, **self._settings.options)
            return self._step_answers.watched(sampling)

        remembers = self._denoiser.remembers or self._settings.guidance.remembers
        if self._record is None or remembers:
            return begin()
        header = Header.of(self._record, self._settings.sampler, start.x)
        return replayed(begin, Recording(self._record.path, header, self._warn))

    def _in_latent_scale(self, x: Tensor) -> Latent:
        samples = x / self._denoiser.latent_scale
        return self._latent.with_samples(samples.to(self._latent.samples.device))
