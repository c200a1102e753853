"""What the registry of samplers holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from engine.diffusion.entries import resolved
from engine.errors import NodeError

if TYPE_CHECKING:
    from engine.diffusion.samplers.protocol import SamplerFunction, SamplerStart, Sampling


@dataclass(frozen=True, slots=True)
class Sampler:
    """A named sampler.

    Attributes:
        function: the generator function, or where it is, as "module:name".
        preset: options that this name stands for.
        paper: where the method is published.
        order: the error, without noise, falls with this power of the length of smoothly spaced
            steps; None where it has no such law.
        calls: evaluations a step; None where the sampler chooses.
        adds_noise: fresh noise is added on the way.
        inverts: it can also go up from a clean latent to noise.
        drops_second_last: it takes schedules of one step more, less their second-last level.
        renoises_kept: under a noise mask it noises what is kept with a draw of its own.
        least_sigma: the level that stands for 0 at the end of a schedule.
        resizes: the sample has another size at the end.
    """

    function: SamplerFunction | str
    preset: Mapping[str, Any] = field(default_factory=dict[str, Any])
    paper: str = ""
    order: int | None = None
    calls: int | None = 1
    adds_noise: bool = False
    inverts: bool = False
    drops_second_last: bool = False
    renoises_kept: bool = False
    least_sigma: float = 0.0
    resizes: bool = False

    def levels(self, sigmas: tuple[float, ...]) -> tuple[float, ...]:
        """Return the levels that the sampler visits on this schedule, without repeats.

        Raises:
            NodeError: they are no levels of noise, or do not go one way, or go up and it can not.
        """
        _check(sigmas, inverts=self.inverts)
        return tuple(dict.fromkeys(max(sigma, self.least_sigma) for sigma in sigmas))

    def run(self, start: SamplerStart, **options: Any) -> Sampling:
        """Begin sampling over levels of `levels`."""
        return self.generator()(start, **{**self.preset, **options})

    def generator(self) -> SamplerFunction:
        """Return the generator function; the first time this may load torch."""
        return resolved(self.function)


def _check(sigmas: tuple[float, ...], *, inverts: bool) -> None:
    odd = [sigma for sigma in sigmas if not 0 <= sigma < math.inf]
    if odd:
        raise NodeError(
            f"There is no noise level {odd[0]}. Levels are finite numbers, and none is below 0."
        )
    rises = sigmas[-1:] > sigmas[:1]
    for index, (sigma, next_sigma) in enumerate(pairwise(sigmas), start=1):
        if next_sigma != sigma and (next_sigma > sigma) != rises:
            raise NodeError(
                f"The noise levels turn round: level {index} is {sigma:g}, the next "
                f"{next_sigma:g}, the last {sigmas[-1]:g}. "
                "Sample down and up in two runs, or sort the levels."
            )
    if rises and not inverts:
        raise NodeError(
            f"The noise levels rise from {sigmas[0]:g} to {sigmas[-1]:g}, and this sampler only "
            "removes noise. Take one that can go both ways, such as euler, heun or dpmpp_2m."
        )
    if rises and sigmas[0] == 0:
        raise NodeError(
            "Noise levels that rise can not begin at 0, where nothing says which way noise lies. "
            "Begin a little above it, such as at 0.0001."
        )
