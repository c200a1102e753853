"""What the registry of samplers holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.diffusion.entries import resolved

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

    def levels(self, sigmas: tuple[float, ...]) -> tuple[float, ...]:
        """Return the levels that the sampler visits on this schedule."""
        return tuple(max(sigma, self.least_sigma) for sigma in sigmas)

    def run(self, start: SamplerStart, **options: Any) -> Sampling:
        """Begin sampling over levels of `levels`."""
        return self.generator()(start, **{**self.preset, **options})

    def generator(self) -> SamplerFunction:
        """Return the generator function; the first time this may load torch."""
        return resolved(self.function)
