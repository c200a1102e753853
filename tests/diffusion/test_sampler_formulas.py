"""Steps written out as they were published, where order and noise do not tell every coefficient."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.samplers import Request
from tests.diffusion.driving import driven

LEVELS = (4.0, 2.5, 1.9, 0.8, 0.5)
X, *REST = torch.randn(9, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
DENOISED, NEGATIVES = REST[:4], REST[4:]


def asked(name: str, denoised: Sequence[Tensor] = DENOISED, **options: Any) -> list[Tensor]:
    """Give an answer a step; return the sample at the beginning of each step and at the end."""
    requests: list[Request] = []
    end = driven(
        name,
        X,
        LEVELS,
        lambda request: denoised[request.step],
        negative=lambda request: NEGATIVES[request.step],
        requests=requests,
        **options,
    )
    first = {request.step: request.x for request in reversed(requests)}
    return [*(first[step] for step in sorted(first)), end]


def same(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, atol=1e-5)


def along_slopes(name: str) -> list[float]:
    """Answer so that the slope at a level is its cosine; return the sample at each level."""
    requests: list[Request] = []
    end = driven(
        name,
        torch.zeros(1, dtype=torch.float64),
        LEVELS,
        lambda request: request.x - request.sigma * math.cos(request.sigma),
        requests=requests,
    )
    first = {request.step: float(request.x) for request in reversed(requests)}
    return [*(first[step] for step in sorted(first)), float(end)]


def test_heunpp2_weighs_slopes_by_their_levels():
    # Carzit/sd-webui-samplers-scheduler: a share of a level in the first one, by their number.
    first, d = LEVELS[0], [math.cos(level) for level in LEVELS]
    samples = along_slopes("heunpp2")
    moves = [after - before for before, after in pairwise(samples)]

    for step, count in enumerate((3, 3, 2, 1)):
        shares = [level / (count * first) for level in LEVELS[step + 1 :][: count - 1]]
        weights = [1 - sum(shares), *shares]
        mean = sum(w * slope for w, slope in zip(weights, d[step:], strict=False))
        assert moves[step] == pytest.approx(mean * (LEVELS[step + 1] - LEVELS[step]), abs=1e-5)


def test_ipndm_v_weighs_slopes_as_the_published_solver():
    # What ipndm_v_sampler of zju-pi/diff-sampler, solvers.py, has as coeff1..4 for these levels.
    weights = (
        (1.0,),
        (1.2, -0.2),
        (2.2566138, -1.3925926, 0.1359788),
        (1.6966494, -1.8252165, 1.1691176, -0.1858569),
    )
    d, samples = [math.cos(level) for level in LEVELS], along_slopes("ipndm_v")

    for step, of_step in enumerate(weights):
        mean = sum(w * slope for w, slope in zip(of_step, d[step::-1], strict=False))
        move = samples[step + 1] - samples[step]
        assert move == pytest.approx(mean * (LEVELS[step + 1] - LEVELS[step]), abs=1e-5)


def test_deis_weighs_slopes_by_the_time_of_a_vp_diffusion():
    # Zhang & Chen 2022, eq. 15, of the diffusion that zju-pi/diff-sampler assumes: levels 0.002 and
    # 80 at times 0.001 and 1.
    high, low = math.log1p(80.0**2), math.log1p(0.002**2)
    bent = 2 * (high - low / 0.001) / (1 - 0.001)

    def time(level: float) -> float:
        begin = high - bent / 2
        return (math.sqrt(begin**2 + 2 * bent * math.log1p(level**2)) - begin) / bent

    samples, (before, here, there, *_) = along_slopes("deis"), LEVELS
    parts = [here + (there - here) * (index + 0.5) / 1000 for index in range(1000)]
    share = sum(time(part) - time(here) for part in parts) / 1000 / (time(before) - time(here))
    mean = share * math.cos(before) + (1 - share) * math.cos(here)

    assert samples[2] - samples[1] == pytest.approx(mean * (there - here), abs=1e-6)


def test_dpmpp_3m_sde_weighs_answers_as_the_published_solver():
    # k-diffusion, sample_dpmpp_3m_sde at eta 0.
    samples = asked("dpmpp_3m_sde", eta=0.0)
    h, h_1, h_2 = (math.log(LEVELS[k] / LEVELS[k + 1]) for k in (2, 1, 0))
    rate, rate_before = (
        (DENOISED[k] - DENOISED[k - 1]) / (earlier / h) for k, earlier in ((2, h_1), (1, h_2))
    )
    bend = (rate - rate_before) / ((h_1 + h_2) / h)
    phi_2 = math.expm1(-h) / h + 1

    expected = math.exp(-h) * samples[2] - math.expm1(-h) * DENOISED[2]
    expected = expected + phi_2 * (rate + bend * h_1 / h) - (phi_2 / h - 0.5) * bend

    assert same(samples[3], expected)


def test_dpmpp_2m_cfg_pp_goes_on_along_the_negatives():
    # ComfyUI 0.3.64: the answer less the negative before stands for the change of the answer.
    samples = asked("dpmpp_2m_cfg_pp")
    h_last, h = (math.log(LEVELS[k] / LEVELS[k + 1]) for k in (0, 1))

    change = DENOISED[1] - NEGATIVES[0]
    expected = DENOISED[1] + math.exp(-h) * (samples[1] - NEGATIVES[1])
    expected = expected - math.expm1(-h) * h / (2 * h_last) * change

    assert same(samples[2], expected)


@pytest.mark.parametrize(
    ("name", "options"),
    [("res_multistep_cfg_pp", {}), ("res_multistep_ancestral_cfg_pp", {"eta": 0.0})],
)
def test_res_multistep_cfg_pp_goes_on_along_the_negatives(name: str, options: dict[str, Any]):
    # Zhang et al. 2023, Algorithm 3, over the negatives, from the sample that the guidance moved.
    samples = asked(name, **options)
    h_last, h = (math.log(LEVELS[k] / LEVELS[k + 1]) for k in (0, 1))
    phi_1 = -math.expm1(-h) / h
    phi_2 = (1 - phi_1) / h
    earlier = -phi_2 * h / h_last

    moved = samples[1] + DENOISED[1] - NEGATIVES[1]
    along = (phi_1 - earlier) * NEGATIVES[1] + earlier * NEGATIVES[0]

    assert same(samples[2], math.exp(-h) * moved + h * along)


def test_gradient_estimation_cfg_pp_goes_on_along_the_negatives():
    # ComfyUI 0.3.64: CFG++'s step, and the momentum of the slopes of the negatives.
    samples = asked("gradient_estimation_cfg_pp", ge_gamma=2.5)
    d_last, d = ((samples[k] - NEGATIVES[k]) / LEVELS[k] for k in (0, 1))

    expected = DENOISED[1] + d * LEVELS[2] + 1.5 * (d - d_last) * (LEVELS[2] - LEVELS[1])

    assert same(samples[2], expected)


def test_sa_solver_pece_goes_on_with_the_answer_to_the_corrected_sample():
    def third(second_answer: Tensor) -> Tensor:
        requests: list[Request] = []

        def answer(request: Request) -> Tensor:
            is_second = len(requests) > 1 and requests[-2].step == request.step == 1
            return second_answer if is_second else DENOISED[request.step]

        driven("sa_solver_pece", X, LEVELS, answer, requests=requests, eta=0.0)
        return next(request.x for request in requests if request.step == 2)

    assert not same(third(DENOISED[1]), third(DENOISED[0]))
    assert same(third(DENOISED[1]), asked("sa_solver", eta=0.0)[2])


@pytest.mark.parametrize(
    ("name", "scale"),
    [("uni_pc", lambda h: h), ("uni_pc_bh2", lambda h: -math.expm1(-h))],
)
def test_uni_pc_scales_its_differences_by_the_variant(name: str, scale: Callable[[float], float]):
    # Zhao et al. 2023, Algorithms 1-2: half a difference corrects the first step, half a difference
    # by its place predicts the second.
    samples = asked(name)
    h_last, h = (math.log(LEVELS[k] / LEVELS[k + 1]) for k in (0, 1))

    corrected = DENOISED[0] + (X - DENOISED[0]) * LEVELS[1] / LEVELS[0]
    corrected = corrected + scale(h_last) / 2 * (DENOISED[1] - DENOISED[0])
    predicted = DENOISED[1] + (corrected - DENOISED[1]) * LEVELS[2] / LEVELS[1]
    predicted = predicted + scale(h) / 2 * (DENOISED[0] - DENOISED[1]) / (-h_last / h)

    assert same(samples[2], predicted)
