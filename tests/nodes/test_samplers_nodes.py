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
NOISY = {"eta": 0.6, "s_noise": 0.9}
SA_SOLVER = {
    "model": MODEL,
    "eta": 1.0,
    "sde_start_percent": 0.1,
    "sde_end_percent": 0.9,
    "s_noise": 1.0,
    "predictor_order": 2,
    "corrector_order": 4,
    "use_pece": False,
    "simple_order_2": False,
}
#: name -> the node, what it is given, and another value of each option
OPTIONS: dict[str, tuple[Callable[..., ChosenSampler], dict[str, Any], dict[str, Any]]] = {
    "euler_ancestral": (samplers.sampler_euler_ancestral, {"eta": 1.0, "s_noise": 1.0}, NOISY),
    "euler_ancestral_cfg_pp": (
        samplers.sampler_euler_ancestral_cfg_pp,
        {"eta": 1.0, "s_noise": 1.0},
        NOISY,
    ),
    "lms": (samplers.sampler_lms, {"order": 4}, {"order": 2}),
    "dpmpp_2s_ancestral": (
        samplers.sampler_dpmpp_2s_ancestral,
        {"eta": 1.0, "s_noise": 1.0},
        NOISY,
    ),
    "dpmpp_sde": (
        samplers.sampler_dpmpp_sde,
        {"eta": 1.0, "s_noise": 1.0, "r": 0.5, "noise_device": "cpu"},
        {**NOISY, "r": 0.4},
    ),
    "dpmpp_2m_sde": (
        samplers.sampler_dpmpp_2m_sde,
        {"solver_type": "midpoint", "eta": 1.0, "s_noise": 1.0, "noise_device": "cpu"},
        {**NOISY, "solver_type": "heun"},
    ),
    "dpmpp_3m_sde": (
        samplers.sampler_dpmpp_3m_sde,
        {"eta": 1.0, "s_noise": 1.0, "noise_device": "cpu"},
        NOISY,
    ),
    "dpm_adaptive": (
        samplers.sampler_dpm_adaptive,
        {
            "order": 3,
            "rtol": 0.05,
            "atol": 0.0078,
            "h_init": 2.0,
            "pcoeff": 0.0,
            "icoeff": 1.0,
            "dcoeff": 0.0,
            "accept_safety": 0.81,
            "eta": 0.5,
            "s_noise": 1.0,
        },
        {
            "order": 2,
            "rtol": 0.2,
            "atol": 0.2,
            "h_init": 0.3,
            "pcoeff": 0.3,
            "icoeff": 0.7,
            "dcoeff": 0.2,
            "accept_safety": 0.99,
            **NOISY,
        },
    ),
    "er_sde": (
        samplers.sampler_er_sde,
        {"solver_type": "Reverse-time SDE", "max_stage": 3, "eta": 1.0, "s_noise": 1.0},
        {**NOISY, "solver_type": "ER-SDE", "max_stage": 1},
    ),
    "sa_solver": (
        samplers.sampler_sa_solver,
        SA_SOLVER,
        {
            **NOISY,
            "sde_start_percent": 0.7,
            "sde_end_percent": 0.6,
            "predictor_order": 1,
            "corrector_order": 1,
            "use_pece": True,
            "simple_order_2": True,
        },
    ),
}


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


@pytest.mark.parametrize(
    ("name", "option"), [(name, option) for name, (*_, more) in OPTIONS.items() for option in more]
)
def test_every_option_is_the_samplers_own_of_that_name(
    name: str, option: str, sampled: Callable[[ChosenSampler], Tensor]
):
    node, given, others = OPTIONS[name]
    changed = {**given, option: others[option]}
    known = {key: value for key, value in changed.items() if key != "model"}

    made = sampled(node(**changed))

    assert torch.equal(made, sampled(ChosenSampler(name, known)))
    assert not torch.allclose(made, sampled(node(**given)), atol=1e-4)


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
    "changes", [{"h_init": 0.0}, {"rtol": 0.0, "atol": 0.0}, {"accept_safety": 1.1}]
)
def test_adaptive_sampler_that_may_never_end_is_refused(changes: dict[str, float]):
    with pytest.raises(ValueOutOfRange, match="The end may never be reached"):
        samplers.sampler_dpm_adaptive(3, **changes)


def test_second_call_at_the_place_of_the_first_is_refused():
    with pytest.raises(ValueOutOfRange, match="r = 0"):
        samplers.sampler_dpmpp_sde(1.0, 1.0, 0.0, "cpu")
