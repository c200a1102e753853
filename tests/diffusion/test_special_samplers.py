"""Samplers that only nodes of their own choose."""

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.imaging.resampling import resample
from engine.diffusion.samplers import SAMPLERS, Answer, SamplerStart
from engine.diffusion.samplers.special import SPECIAL
from tests.mixture import ARRAYS, MODELS, Mixture, finish, task_of

SD1 = MODELS["sd1"]
SIGMAS = (4.0, 2.0, 1.0, 0.0)
NOISE = ARRAYS["noise_1234"]


def answered(name: str, answer: Answer, *sigmas: float, **options: Any) -> Tensor:
    """Run a sampler with one answer to everything."""
    sampling = SPECIAL[name].run(SamplerStart(NOISE, sigmas, 7, SD1), **options)
    next(sampling)
    try:
        while True:
            sampling.send(answer)
    except StopIteration as end:
        return end.value


def sampled(name: str) -> Tensor:
    case = {"sampler": name, "family": "sd1", "sigmas": SIGMAS, "seed": 7, "cfg": 1.0}
    return finish(task_of(case, Mixture(SD1)))


def test_names_are_no_choices_among_samplers():
    assert SPECIAL.keys().isdisjoint(SAMPLERS)


def test_alternative_euler_ends_beyond_the_guided_answer():
    guided, negative = torch.full_like(NOISE, 3.0), torch.full_like(NOISE, 1.0)

    end = answered("euler_cfg_pp_alternative", Answer(guided, negative), 4.0, 2.0, 0.0)

    # x + (x - 2 D + N) / sigma * (next - sigma); at 0 that is 2 D - N
    assert torch.allclose(end, torch.full_like(end, 5.0), atol=1e-5)


def test_alternative_euler_is_euler_where_nothing_is_guided():
    half = answered("euler_cfg_pp_alternative", Answer(NOISE * 0.5, NOISE * 0.5), 4.0, 2.0)

    assert torch.allclose(half, NOISE * 0.75)


def test_sample_that_does_not_grow_is_that_of_lcm():
    assert torch.allclose(sampled("lcm_upscale"), sampled("lcm"), atol=1e-4)


@pytest.mark.parametrize(
    ("steps", "sides"), [(-1, [12, 16, 16]), (1, [16, 16, 16]), (9, [10, 12, 14])]
)
def test_sample_grows_in_the_first_steps(steps: int, sides: list[int]):
    start = SamplerStart(NOISE, SIGMAS, 7, SD1)
    sampling = SPECIAL["lcm_upscale"].run(start, scale_ratio=2.0, scale_steps=steps)
    request, seen = next(sampling), []

    with pytest.raises(StopIteration) as end:
        while True:
            request = sampling.send(Answer(request.x))
            seen.append(request.x.shape[-1])

    assert [*seen, end.value.value.shape[-1]] == sides


def test_what_has_grown_is_the_answer_resized():
    answer = Answer(NOISE * 2)
    start = SamplerStart(NOISE, (1.0, 0.0), 7, SD1)
    sampling = SPECIAL["lcm_upscale"].run(start, scale_ratio=1.5, upscale_method="bilinear")
    next(sampling)

    with pytest.raises(StopIteration) as end:
        sampling.send(answer)

    assert torch.equal(end.value.value, resample(NOISE * 2, 12, 12, "bilinear"))
