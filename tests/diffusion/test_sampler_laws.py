"""Laws that samplers obey, also those for which there is no reference case."""

import inspect
import math
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.samplers import SAMPLERS, Request
from tests.diffusion.driving import Gaussian, driven, mixture
from tests.mixture import ARRAYS, MODELS, SPREAD

NOISE = ARRAYS["noise_1234"].double()
HIGH, LOW = 2.0, 0.5
SHAPE = (1, 4, 64, 64)
#: Radians an e-fold of the level.
WAVES = 2.0
CHOOSES_LEVELS = ("dpm_fast", "dpm_adaptive")
#: Its weights need steps whose lengths change slowly: see `test_ipndm_v_…`.
UNEASY = ("ipndm_v",)
#: Noisy samplers and those of one formula for every model -> where their noise is exact.
MARGINALS = {
    "euler_ancestral": ("sd1", "sd3_shift3"),
    "euler_ancestral_cfg_pp": ("sd1", "sd3_shift3"),
    "dpm_2_ancestral": ("sd1", "sd3_shift3"),
    "dpmpp_2s_ancestral": ("sd1", "sd3_shift3"),
    "dpmpp_2s_ancestral_cfg_pp": ("sd1",),
    "dpmpp_sde": ("sd1", "sd3_shift3"),
    "dpmpp_2m_sde": ("sd1", "sd3_shift3"),
    "dpmpp_2m_sde_heun": ("sd1", "sd3_shift3"),
    "dpmpp_3m_sde": ("sd1", "sd3_shift3"),
    "ddpm": ("sd1",),
    "res_multistep_ancestral": ("sd1",),
    "res_multistep_ancestral_cfg_pp": ("sd1",),
    "er_sde": ("sd1", "sd3_shift3"),
    "seeds_2": ("sd1", "sd3_shift3"),
    "seeds_3": ("sd1", "sd3_shift3"),
    "sa_solver": ("sd1", "sd3_shift3"),
    "sa_solver_pece": ("sd1", "sd3_shift3"),
}
TWINS = [
    ("euler_ancestral", {"eta": 0.0}, "euler", {}),
    ("euler_ancestral_cfg_pp", {"eta": 0.0}, "euler_cfg_pp", {}),
    ("dpm_2_ancestral", {"eta": 0.0}, "dpm_2", {}),
    ("dpmpp_2s_ancestral", {"eta": 0.0}, "dpmpp_sde", {"eta": 0.0}),
    ("dpmpp_2m_sde", {"eta": 0.0}, "dpmpp_2m", {}),
    ("dpmpp_2m_sde_heun", {"eta": 0.0}, "res_multistep", {}),
    ("res_multistep_ancestral", {"eta": 0.0}, "res_multistep", {}),
    ("res_multistep_ancestral_cfg_pp", {"eta": 0.0}, "res_multistep_cfg_pp", {}),
    ("seeds_2", {"eta": 0.0}, "dpmpp_sde", {"eta": 0.0}),
    ("er_sde", {"solver_type": "ODE", "max_stage": 1}, "euler", {}),
    ("er_sde", {"solver_type": "Reverse-time SDE", "eta": 0.0}, "er_sde", {"solver_type": "ODE"}),
    ("sa_solver", {"eta": 0.0, "predictor_order": 1, "corrector_order": 0}, "euler", {}),
    ("lms", {"order": 1}, "euler", {}),
    ("ipndm", {"max_order": 1}, "euler", {}),
    ("deis", {"max_order": 1}, "euler", {}),
    ("gradient_estimation", {"ge_gamma": 1.0}, "euler", {}),
]
PLAIN = {
    "euler_cfg_pp": "euler",
    "euler_ancestral_cfg_pp": "euler_ancestral",
    "dpmpp_2s_ancestral_cfg_pp": "dpmpp_2s_ancestral",
    "dpmpp_2m_cfg_pp": "dpmpp_2m",
    "res_multistep_cfg_pp": "res_multistep",
    "res_multistep_ancestral_cfg_pp": "res_multistep_ancestral",
    "gradient_estimation_cfg_pp": "gradient_estimation",
}


def spaced(high: float, low: float, count: int, ease: bool = False) -> list[float]:
    """Return levels evenly spaced in log sigma, or so that the first and last steps are short.

    Short first steps hide that a multistep method begins with lower order.
    """
    parts = [index / count for index in range(count + 1)]
    if ease:
        parts = [part**3 * (10 - 15 * part + 6 * part**2) for part in parts]
    return torch.tensor([high * (low / high) ** part for part in parts]).tolist()


def quiet(name: str) -> dict[str, Any]:
    """Return the options by which a sampler adds no noise."""
    return {"eta": 0.0} if "eta" in inspect.signature(SAMPLERS[name].generator()).parameters else {}


@cache
def exact() -> Tensor:
    """Solve the mixture's ODE finely."""
    return driven("seeds_3", NOISE * HIGH, spaced(HIGH, LOW, 150), mixture(), eta=0.0)


def error(name: str, count: int) -> float:
    levels = spaced(HIGH, LOW, count, ease=True)
    samples = driven(name, NOISE * HIGH, levels, mixture(), **quiet(name))
    return float((samples - exact()).square().mean().sqrt())


EASED = spaced(HIGH, LOW, 128, ease=True), spaced(HIGH, LOW, 64, ease=True)
OF_SOME_ORDER = [
    name
    for name, sampler in SAMPLERS.items()
    if sampler.order and name not in CHOOSES_LEVELS + UNEASY and not name.endswith("_gpu")
]


@pytest.mark.parametrize("name", OF_SOME_ORDER)
def test_error_falls_at_least_with_the_order_that_is_claimed(name: str):
    claimed = SAMPLERS[name].order
    assert claimed is not None
    coarse = 16 if claimed > 1 else 32

    measured = math.log2(error(name, coarse) / error(name, 2 * coarse))

    assert measured > claimed - 0.15


@pytest.mark.parametrize("name", OF_SOME_ORDER)
def test_order_is_neither_more_nor_less_than_claimed_where_all_is_known(name: str):
    assert order_on_waves(name, **quiet(name)) == pytest.approx(SAMPLERS[name].order, abs=0.35)


@pytest.mark.parametrize("corrector_order", [0, 2])
def test_simple_weights_of_sa_solver_are_of_second_order(corrector_order: int):
    options: dict[str, Any] = {"predictor_order": 2, "corrector_order": corrector_order}

    measured = order_on_waves("sa_solver", eta=0.0, simple_order_2=True, **options)

    assert measured == pytest.approx(2, abs=0.2)


def order_on_waves(
    name: str, fine_and_coarse: tuple[list[float], list[float]] = EASED, **options: Any
) -> float:
    """Return the power of the step's length with which the error falls."""

    def away(levels: list[float]) -> float:
        samples = driven(name, torch.zeros(1, dtype=torch.float64), levels, wave, **options)
        return abs(float(samples) - after_waves(levels[0], levels[-1]))

    fine, coarse = fine_and_coarse
    return math.log2(away(coarse) / away(fine))


def wave(request: Request) -> Tensor:
    """See what depends on the level alone."""
    return torch.full_like(request.x, math.cos(WAVES * math.log(request.sigma)))


def after_waves(high: float, low: float) -> float:
    """Return where the ODE leads from 0, if `wave` answers."""

    def integral(level: float) -> float:
        at = WAVES * math.log(level)
        return (math.cos(at) - WAVES * math.sin(at)) / (level * (1 + WAVES**2))

    return low * (integral(low) - integral(high))


def test_ipndm_v_is_of_second_order_on_steps_that_change_slowly():
    def away(count: int) -> float:
        roots = torch.linspace(HIGH ** (1 / 3), LOW ** (1 / 3), count + 1, dtype=torch.float64)
        samples = driven("ipndm_v", NOISE * HIGH, (roots**3).tolist(), mixture())
        return float((samples - exact()).square().mean().sqrt())

    assert math.log2(away(96) / away(192)) > 1.5


def test_weights_by_length_are_those_of_equal_steps_where_steps_are_equal():
    levels = [2.0, 1.75, 1.5, 1.25, 1.0, 0.75, 0.5]
    samples = driven("ipndm", NOISE * 2, levels, mixture(), max_order=3)

    for name, option in (("lms", "order"), ("ipndm_v", "max_order")):
        options: dict[str, Any] = {option: 3}
        same = driven(name, NOISE * 2, levels, mixture(), **options)
        assert torch.allclose(same, samples, atol=1e-6)


@pytest.mark.parametrize("count", [5, 6, 7])
def test_dpm_fast_makes_as_many_calls_as_the_schedule_has_steps(count: int):
    requests: list[Request] = []
    driven("dpm_fast", NOISE, spaced(2, 0.5, count), mixture(), requests=requests)

    assert len(requests) == count
    assert [request.step for request in requests] == list(range(count))


def test_dpm_fast_is_of_second_order_where_its_calls_divide_by_three():
    levels = spaced(HIGH, LOW, 192), spaced(HIGH, LOW, 96)

    assert order_on_waves("dpm_fast", levels) == pytest.approx(SAMPLERS["dpm_fast"].order, abs=0.1)


@pytest.mark.parametrize("order", [2, 3])
def test_dpm_adaptive_keeps_to_its_tolerance(order: int):
    def away(tolerance: float) -> float:
        options: dict[str, Any] = {"rtol": tolerance, "atol": tolerance, "order": order}
        samples = driven("dpm_adaptive", NOISE * HIGH, (HIGH, LOW), mixture(), **options)
        return float((samples - exact()).std() / SPREAD)

    assert away(1e-3) < 2e-3
    assert away(1e-3) < away(0.05)


@pytest.mark.parametrize(("name", "options", "twin", "twin_options"), TWINS)
def test_sampler_without_what_sets_it_apart_is_its_twin(
    name: str, options: dict[str, Any], twin: str, twin_options: dict[str, Any]
):
    levels = [*spaced(3, 0.1, 9), 0.0]
    samples = driven(name, NOISE * 3, levels, mixture(), **options)

    assert torch.allclose(
        samples, driven(twin, NOISE * 3, levels, mixture(), **twin_options), atol=2e-5
    )


@pytest.mark.parametrize(("name", "plain"), PLAIN.items())
def test_cfg_pp_is_the_plain_sampler_where_both_predictions_agree(name: str, plain: str):
    levels = [*spaced(3, 0.1, 9), 0.0]
    samples = driven(name, NOISE * 3, levels, mixture())

    assert torch.allclose(samples, driven(plain, NOISE * 3, levels, mixture()), atol=2e-5)


@pytest.mark.parametrize("name", PLAIN)
def test_cfg_pp_begins_with_the_published_step(name: str):
    denoised, negative = ARRAYS["mean_positive"][:1], ARRAYS["mean_negative"][:1]
    options: dict[str, Any] = {"eta": 0.0} if "ancestral" in name else {}
    requests: list[Request] = []
    driven(
        name,
        NOISE * 3,
        (3.0, 2.0, 1.0),
        lambda _: denoised,
        negative=lambda _: negative,
        requests=requests,
        **options,
    )
    first, second = requests[:2]

    expected = denoised + second.sigma * (first.x - negative) / 3

    assert all(request.need_negative for request in requests[:: SAMPLERS[name].calls])
    assert torch.allclose(second.x, expected.to(second.x), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "family"), [(name, family) for name, of in MARGINALS.items() for family in of]
)
def test_noise_leaves_samples_with_the_exact_mean_and_variance(name: str, family: str):
    model = MODELS[family]
    gaussian = Gaussian(model)
    count = 25 if (SAMPLERS[name].order or 1) > 1 else 80
    levels = spaced(0.95 if family == "sd3_shift3" else 3, 0.2, count)
    samples = driven(name, gaussian.sample(levels[0], SHAPE), levels, gaussian, family=family)
    mean, variance = gaussian.marginal(levels[-1])

    assert float(samples.mean()) == pytest.approx(mean, abs=0.012)
    assert float(samples.var()) == pytest.approx(variance, rel=0.05)


def test_lcm_has_the_variance_of_its_jumps():
    gaussian, levels = Gaussian(MODELS["sd1"]), spaced(3, 0.2, 6)
    samples = driven("lcm", gaussian.sample(3, SHAPE), levels, gaussian)
    variance = gaussian.marginal(3)[1]
    for sigma, next_sigma in pairwise(levels):
        variance = (0.25 / (0.25 + sigma**2)) ** 2 * variance + next_sigma**2

    assert float(samples.mean()) == pytest.approx(0.3, abs=0.01)
    assert float(samples.var()) == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("name", [n for n, sampler in SAMPLERS.items() if sampler.adds_noise])
def test_noise_is_as_strong_as_told(name: str):
    if "s_noise" not in inspect.signature(SAMPLERS[name].generator()).parameters:
        pytest.skip("Its noise is what the method makes it.")
    levels = spaced(3, 0.5, 4)

    def noise(strength: float) -> Tensor:
        return driven(name, NOISE, levels, lambda request: request.x * 0, s_noise=strength)

    still = noise(0.0)

    assert torch.allclose(noise(0.5) - still, (noise(1.0) - still) / 2, atol=1e-5)
    assert float((noise(1.0) - still).std()) > 0.1


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name.endswith("_gpu")])
def test_gpu_sampler_on_a_cpu_is_the_plain_one(name: str):
    levels = [*spaced(3, 0.1, 5), 0.0]
    samples = driven(name, NOISE.float() * 3, levels, mixture())

    assert torch.equal(
        samples, driven(name.removesuffix("_gpu"), NOISE.float() * 3, levels, mixture())
    )
