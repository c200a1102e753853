"""Schedules of numbers, against published formulas in torch and against diffusers."""

import pytest
import torch
from diffusers.schedulers import AysSchedules

from engine.diffusion.levels import spacings
from engine.errors import NodeError
from tests.mixture import MODELS, reference

TABLE = reference("sigmas")
SD1 = MODELS["sd1"]
ENDS = SD1.sigma_max, SD1.sigma_min


@pytest.mark.parametrize("steps", ["4", "30"])
def test_karras_between_a_models_levels_is_its_schedule(steps: str):
    assert spacings.karras(int(steps), *ENDS, 7.0) == pytest.approx(
        TABLE["karras"]["sd1"][steps], rel=3e-6
    )


def test_polyexponential_of_power_one_is_exponential():
    levels = spacings.polyexponential(11, 100.0, 0.1, 1.0)

    assert levels == pytest.approx([*torch.logspace(2, -1, 11).tolist(), 0], rel=1e-5)


def test_polyexponential_raises_the_places_of_the_logarithms_to_its_power():
    logs = torch.tensor(spacings.polyexponential(9, 10.0, 0.1, 2.0)[:-1]).log()

    places = torch.linspace(1, 0, 9) ** 2
    assert torch.allclose(logs, places * 4.60517 - 2.302585, atol=1e-5)


def test_laplace_takes_quantiles_of_the_distribution():
    levels = torch.tensor(spacings.laplace(7, 1000.0, 1e-6, 0.3, 0.5))

    shares = torch.linspace(0, 1, 7)[1:-1]
    quantiles = torch.distributions.Laplace(0.3, 0.5).icdf(1 - shares)
    assert torch.allclose(levels[1:-1].log(), quantiles, atol=1e-4)


def test_laplace_stays_between_its_ends_and_adds_no_zero():
    levels = spacings.laplace(20, 14.6, 0.03, 0.0, 0.5)

    assert (len(levels), levels[0], levels[-1]) == (20, 14.6, 0.03)


def test_variance_preserving_is_the_noise_of_its_process():
    levels = torch.tensor(spacings.variance_preserving(5, 19.9, 0.1, 1e-3))

    times = torch.linspace(1, 1e-3, 5, dtype=torch.float64)
    kept = (-(19.9 * times**2 / 4 + 0.1 * times / 2)).exp()  # Song et al. 2021, eq. 33
    assert torch.allclose(levels[:-1].double(), (1 - kept**2).sqrt() / kept, rtol=1e-5)
    assert levels[-1] == 0


def test_noise_beyond_every_number_is_refused():
    with pytest.raises(NodeError, match="beta_d of 4000"):
        spacings.variance_preserving(5, 4000.0, 0.1, 1e-3)


@pytest.mark.parametrize(
    ("model_type", "published"),
    [("SD1", "StableDiffusionTimesteps"), ("SDXL", "StableDiffusionXLTimesteps")],
)
def test_aligned_levels_are_those_of_the_published_timesteps(model_type: str, published: str):
    levels = spacings.align_your_steps(model_type, 10, 1.0)

    assert levels == pytest.approx([*(SD1.sigmas[int(t)] for t in AysSchedules[published]), 0])


def test_aligned_levels_for_video_are_those_that_were_published():
    levels = spacings.align_your_steps("SVD", 10, 1.0)

    assert levels == AysSchedules["StableDiffusionVideoSigmas"]


def test_aligned_levels_for_other_numbers_of_steps_lie_between():
    ten = spacings.align_your_steps("SD1", 10, 1.0)

    twenty = spacings.align_your_steps("SD1", 20, 1.0)

    assert twenty[:-1:2] == pytest.approx(ten[:-1])
    assert twenty[1] == pytest.approx((ten[0] * ten[1]) ** 0.5)


def test_less_denoise_keeps_the_last_aligned_levels():
    whole = spacings.align_your_steps("SD1", 10, 1.0)

    assert spacings.align_your_steps("SD1", 10, 0.4) == whole[-5:]
    assert spacings.align_your_steps("SD1", 10, 0.0) == []


def test_rho_of_nothing_is_refused():
    with pytest.raises(NodeError, match="rho above 0"):
        spacings.karras(5, 10.0, 0.1, 0.0)


def test_logarithm_of_nothing_is_refused():
    with pytest.raises(NodeError, match="levels above 0"):
        spacings.polyexponential(5, 10.0, 0.0, 1.0)
