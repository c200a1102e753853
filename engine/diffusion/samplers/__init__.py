"""Samplers by name, in the order users know. No torch is loaded until one is run.

A new sampler is a function in a file of its family and a line in this table; a pack adds its own
with `SAMPLERS[name] = Sampler(...)`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from engine.diffusion.samplers.protocol import (
    Answer,
    Request,
    SamplerFunction,
    SamplerStart,
    Sampling,
)

__all__ = ["SAMPLERS", "Answer", "Request", "Sampler", "SamplerStart", "Sampling"]


@dataclass(frozen=True, slots=True)
class Sampler:
    """A named sampler.

    Attributes:
        function: the generator function, or where it is, as "module:name".
        drops_second_last: it takes schedules of one step more, less their second-last level.
        renoises_kept: under a noise mask it noises what is kept with a draw of its own.
        least_sigma: the level that stands for 0 at the end of a schedule.
    """

    function: SamplerFunction | str
    drops_second_last: bool = False
    renoises_kept: bool = False
    least_sigma: float = 0.0

    def levels(self, sigmas: tuple[float, ...]) -> tuple[float, ...]:
        """Return the levels that the sampler visits on this schedule."""
        return tuple(max(sigma, self.least_sigma) for sigma in sigmas)

    def run(self, start: SamplerStart, **options: Any) -> Sampling:
        """Begin sampling over levels of `levels`."""
        if isinstance(self.function, str):
            module, _, name = self.function.partition(":")
            function: SamplerFunction = getattr(importlib.import_module(module), name)
            return function(start, **options)
        return self.function(start, **options)


def _own(function: str, **facts: Any) -> Sampler:
    return Sampler(f"{__name__}.{function}", **facts)


SAMPLERS: dict[str, Sampler] = {
    "euler": _own("euler:euler"),
    "euler_cfg_pp": _own("euler:euler_cfg_pp"),
    "euler_ancestral": _own("euler:euler_ancestral"),
    "heun": _own("second_order:heun"),
    "dpm_2": _own("second_order:dpm_2", drops_second_last=True),
    "dpm_adaptive": _own("dpm_adaptive:dpm_adaptive"),
    "dpmpp_2s_ancestral": _own("dpmpp:dpmpp_2s_ancestral"),
    "dpmpp_sde": _own("dpmpp:dpmpp_sde"),
    "dpmpp_2m": _own("dpmpp:dpmpp_2m"),
    "dpmpp_2m_sde": _own("dpmpp:dpmpp_2m_sde"),
    "ddpm": _own("euler:ddpm"),
    "lcm": _own("euler:lcm"),
    "ddim": _own("euler:euler", renoises_kept=True),
    "uni_pc": _own("uni_pc:uni_pc", drops_second_last=True, least_sigma=0.001),
}
