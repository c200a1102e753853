import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from tests.mixture import MODELS

LATENT, NOISE = torch.randn(2, 3, 4, 4, 4, generator=torch.Generator().manual_seed(5)).unbind()
SIGMA = torch.tensor([0.3, 0.7, 0.9])


def exact_output(kind: str, sigma: Tensor) -> Tensor:
    """What a network that knows latent and noise would answer."""
    match kind:
        case "eps":
            return NOISE
        case "v":
            return (NOISE - sigma * LATENT) / (1 + sigma**2) ** 0.5
        case _:
            return NOISE - LATENT


@pytest.mark.parametrize("family", MODELS)
def test_exact_prediction_gives_the_clean_latent(family: str):
    model = MODELS[family]
    sigma = SIGMA.view(-1, 1, 1, 1)
    noised = [
        model.noised(latent, noise, float(level))
        for latent, noise, level in zip(LATENT, NOISE, SIGMA, strict=True)
    ]

    clean = model.denoised(exact_output(model.kind, sigma), torch.stack(noised), SIGMA)

    assert torch.allclose(clean, LATENT, atol=1e-5)


@given(timestep=st.integers(0, 999))
def test_discrete_level_belongs_to_its_timestep(timestep: int):
    model = MODELS["sd1"]

    assert model.timestep(torch.tensor([model.sigmas[timestep]])).tolist() == [timestep]
    assert model.sigma(timestep) == pytest.approx(model.sigmas[timestep])


def test_timestep_is_the_nearest_in_log_sigma():
    model = MODELS["sd1"]
    low, high = model.sigmas[400:402]
    middle = math.sqrt(low * high)

    told = model.timestep(torch.tensor([middle * 0.9999, middle * 1.0001]))

    assert told.tolist() == [400, 401]


def test_percent_counts_timesteps_from_the_noisiest():
    model = MODELS["sd1"]

    assert model.sigma_at_percent(0) == math.inf
    assert model.sigma_at_percent(0.5) == pytest.approx(model.sigma(499.5))
    assert model.sigma_at_percent(1) == 0


def test_flow_says_time_to_its_network():
    assert MODELS["sd3_shift3"].timestep(torch.tensor([0.25])).tolist() == [250]
    assert MODELS["flux_shift1.15"].timestep(torch.tensor([0.25])).tolist() == [0.25]


def test_start_at_the_largest_level_keeps_the_variance_of_training():
    model = MODELS["sd1"]

    x = model.noised(LATENT, NOISE, 2.0, from_max=True)

    assert torch.allclose(x, LATENT + NOISE * math.sqrt(5))
