"""Which schedules a sampler takes, and what is said of it."""

import math

import pytest
import torch
from torch import Tensor

from engine.diffusion.samplers import SAMPLERS, Request
from engine.errors import NodeError
from tests.diffusion.driving import driven, mixture
from tests.mixture import ARRAYS

#: They end at a level above 0.
ABOVE_0 = ("dpm_fast", "dpm_adaptive", "uni_pc", "uni_pc_bh2")
INVERTING = [name for name, sampler in SAMPLERS.items() if sampler.inverts]


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize(
    ("sigmas", "why"),
    [
        ((2.0, math.nan, 0.0), "no noise level nan"),
        ((math.inf, 1.0, 0.0), "no noise level inf"),
        ((2.0, 1.0, -0.5), "no noise level -0.5"),
        ((2.0, 0.5, 1.0, 0.0), "level 2 is 0.5, the next 1, the last 0"),
        ((0.5, 2.0, 1.0), "level 2 is 2, the next 1, the last 1"),
    ],
)
def test_levels_that_are_none_or_turn_round_are_refused(
    name: str, sigmas: tuple[float, ...], why: str
):
    with pytest.raises(NodeError, match=why):
        SAMPLERS[name].levels(sigmas)


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name not in INVERTING])
def test_rising_levels_are_for_samplers_that_can_invert(name: str):
    with pytest.raises(
        NodeError, match=r"rise from 0\.5 to 2, and this sampler only removes noise"
    ):
        SAMPLERS[name].levels((0.5, 1.0, 2.0))


def test_rising_levels_begin_above_0():
    with pytest.raises(NodeError, match="can not begin at 0"):
        SAMPLERS["euler"].levels((0.0, 1.0))


@pytest.mark.parametrize("name", SAMPLERS)
def test_repeated_levels_are_visited_once(name: str):
    assert SAMPLERS[name].levels((2.0, 2.0, 1.0, 0.5, 0.5)) == (2.0, 1.0, 0.5)


@pytest.mark.parametrize("name", INVERTING)
def test_inverting_sampler_comes_back_to_where_it_began(name: str):
    down = torch.logspace(0, -1, 41).tolist()
    up = SAMPLERS[name].levels(tuple(down[::-1]))
    clean = ARRAYS["mean_positive"][:1].double() + 0.6 * ARRAYS["noise_1234"].double()

    noisy = driven(name, clean, up, mixture())
    back = driven(name, noisy, down, mixture())

    assert float((noisy - clean).std()) > 0.1
    assert float((back - clean).std() / clean.std()) < 0.06


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name not in ABOVE_0])
def test_result_at_level_0_is_what_was_seen_last(name: str):
    seen: list[Tensor] = []

    def answer(request: Request) -> Tensor:
        seen.append(torch.tanh(3 * request.x))
        return seen[-1]

    samples = driven(name, ARRAYS["noise_1234"] * 2, (2.0, 1.5, 1.0, 0.6, 0.3, 0.0), answer)

    assert torch.allclose(samples, seen[-1], atol=1e-6)


@pytest.mark.parametrize("name", [name for name in SAMPLERS if SAMPLERS[name].calls])
def test_calls_a_step_are_those_that_are_claimed(name: str):
    claimed, levels = SAMPLERS[name].calls, [*torch.linspace(2, 0.2, 12).tolist(), 0.0]
    requests: list[Request] = []
    driven(name, ARRAYS["latent"], SAMPLERS[name].levels(tuple(levels)), still, requests=requests)

    assert claimed is not None
    assert 0 <= 12 * claimed - len(requests) < 4 or (name, len(requests)) == ("plms", 13)


@pytest.mark.parametrize("name", SAMPLERS)
def test_noise_is_added_by_those_that_say_so(name: str):
    levels = SAMPLERS[name].levels((2.0, 1.5, 1.0, 0.5))
    one, other = (driven(name, ARRAYS["latent"], levels, still, seed=seed) for seed in (1, 2))

    assert torch.equal(one, other) != SAMPLERS[name].adds_noise


def still(request: Request) -> Tensor:
    """See nothing in any sample."""
    return torch.zeros_like(request.x)
