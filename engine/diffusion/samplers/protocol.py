"""What a sampler is: a generator that yields a `Request` and is sent its `Answer`.

Its state is float32, it draws noise only from generators made from the seed, and it returns the
samples. Who answers is not its business: a loop, a batcher of many jobs, or a recording.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.levels.parameterisation import Parameterisation


@dataclass(frozen=True, slots=True)
class SamplerStart:
    """What a sampler begins with.

    Attributes:
        x: the noisy sample (B, C, h, w), float32, at the first level.
        sigmas: at least two levels, descending; usually the last is 0.
        seed: of the noise added on the way.
        parameterisation: relates levels of the model that will answer.
    """

    x: Tensor
    sigmas: tuple[float, ...]
    seed: int
    parameterisation: Parameterisation


# Not frozen, which would cost a microsecond each; nobody changes them.
@dataclass(slots=True, eq=False)
class Request:
    """Asks what x looks like without noise; `step` of `of` counts from 0, `of` may be unknown."""

    x: Tensor
    sigma: float
    step: int
    of: int | None
    need_negative: bool = False


@dataclass(slots=True, eq=False)
class Answer:
    """The guided prediction, and the one for the negative conditioning where it was asked for."""

    denoised: Tensor
    negative: Tensor | None = None


Sampling = Generator[Request, Answer, "Tensor"]
SamplerFunction = Callable[..., Sampling]
