"""Sampler nodes choose what is registered, with options that it takes."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.context import Context
from engine.errors import ValueOutOfRange
from engine.types import ChosenSampler, Latent
from nodes import samplers
from nodes.custom_sampling import sampler_custom
from tests.mixture import ARRAYS, MODELS, NEGATIVE, POSITIVE, Mixture
from tests.nodes.known_models import MODEL, TextIsPicture, stand_in

SIGMAS = torch.tensor([3.0, 1.5, 0.8, 0.3, 0.0])
ADAPTIVE = (3, 0.05, 0.0078, 0.05, 0.0, 1.0, 0.0, 0.81, 0.0, 1.0)
PUBLISHED: dict[str, ChosenSampler] = {
    "euler_ancestral": samplers.sampler_euler_ancestral(1.0, 1.0),
    "euler_ancestral_cfg_pp": samplers.sampler_euler_ancestral_cfg_pp(1.0, 1.0),
    "euler_cfg_pp": samplers.sampler_euler_cfg_pp("regular"),
    "lms": samplers.sampler_lms(4),
    "dpmpp_2s_ancestral": samplers.sampler_dpmpp_2s_ancestral(1.0, 1.0),
    "dpmpp_sde": samplers.sampler_dpmpp_sde(1.0, 1.0, 0.5, "cpu"),
    "dpmpp_sde_gpu": samplers.sampler_dpmpp_sde(1.0, 1.0, 0.5, "gpu"),
    "dpmpp_2m_sde": samplers.sampler_dpmpp_2m_sde("midpoint", 1.0, 1.0, "cpu"),
    "dpmpp_2m_sde_heun_gpu": samplers.sampler_dpmpp_2m_sde("heun", 1.0, 1.0, "gpu"),
    "dpmpp_3m_sde": samplers.sampler_dpmpp_3m_sde(1.0, 1.0, "cpu"),
    "dpm_adaptive": samplers.sampler_dpm_adaptive(*ADAPTIVE),
    "er_sde": samplers.sampler_er_sde("ER-SDE", 3, 1.0, 1.0),
    "sa_solver": samplers.sampler_sa_solver(MODEL, 1.0, 0.2, 0.8, 1.0, 3, 4, False, False),
    "sa_solver_pece": samplers.sampler_sa_solver(MODEL, 1.0, 0.2, 0.8, 1.0, 3, 4, True, False),
}
#: A node with other options, and what it must then be the same as.
TWINS = [
    (samplers.sampler_euler_ancestral(0.0, 1.0), "euler"),
    (samplers.sampler_euler_ancestral(1.0, 0.0), None),
    (samplers.sampler_dpmpp_2m_sde("midpoint", 0.0, 1.0, "cpu"), "dpmpp_2m"),
    (samplers.sampler_lms(1), "euler"),
    (samplers.sampler_er_sde("Reverse-time SDE", 1, 0.0, 1.0), "euler"),
    (samplers.sampler_er_sde("ODE", 1, 1.0, 1.0), "euler"),
]


@pytest.fixture(autouse=True)
def mixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every handle stand for the mixture, whose texts are POSITIVE and NEGATIVE."""
    stand_in(monkeypatch, Mixture(MODELS["sd1"]))


@pytest.fixture
def sampled(context: Callable[..., Context]) -> Callable[[ChosenSampler], Tensor]:
    """Return what a sampler makes in four steps."""

    def sample(sampler: ChosenSampler) -> Tensor:
        sides: Any = {"positive": POSITIVE, "negative": NEGATIVE}
        run = sampler_custom(
            model=MODEL,
            add_noise=True,
            noise_seed=4,
            cfg=1.5,
            sampler=sampler,
            sigmas=SIGMAS,
            latent_image=Latent(ARRAYS["latent"]),
            ctx=context(),
            **sides,
        )
        return asyncio.run(run).output.samples

    return sample


@pytest.mark.parametrize("name", PUBLISHED)
def test_defaults_of_a_node_are_those_that_the_name_stands_for(
    name: str, sampled: Callable[[ChosenSampler], Tensor]
):
    assert torch.equal(sampled(PUBLISHED[name]), sampled(samplers.ksampler_select(name)))


@pytest.mark.parametrize(("chosen", "twin"), TWINS, ids=lambda each: str(each))
def test_options_reach_the_sampler(
    chosen: ChosenSampler, twin: str | None, sampled: Callable[[ChosenSampler], Tensor]
):
    made = sampled(chosen)

    assert not torch.allclose(made, sampled(ChosenSampler(chosen.name)), atol=1e-3)
    assert twin is None or torch.allclose(made, sampled(ChosenSampler(twin)), atol=1e-3)


def test_alternative_version_is_another_sampler(sampled: Callable[[ChosenSampler], Tensor]):
    regular, alternative = map(samplers.sampler_euler_cfg_pp, ("regular", "alternative"))

    assert not torch.allclose(sampled(alternative), sampled(regular), atol=1e-3)


def test_lcm_upscale_gives_a_larger_latent(
    sampled: Callable[[ChosenSampler], Tensor], monkeypatch: pytest.MonkeyPatch
):
    stand_in(monkeypatch, TextIsPicture())
    chosen = samplers.sampler_lcm_upscale(1.5, -1, "bislerp")

    assert sampled(chosen).shape == (2, 4, 12, 12)


@pytest.mark.parametrize(
    "changes", [{"h_init": 0.0}, {"rtol": 0.0, "atol": 0.0}, {"accept_safety": 3.0}]
)
def test_adaptive_sampler_that_would_never_take_a_step_is_refused(changes: dict[str, float]):
    with pytest.raises(ValueOutOfRange, match="No step would ever be taken"):
        samplers.sampler_dpm_adaptive(3, **changes)


def test_second_call_at_the_place_of_the_first_is_refused():
    with pytest.raises(ValueOutOfRange, match="r = 0"):
        samplers.sampler_dpmpp_sde(1.0, 1.0, 0.0, "cpu")
