import asyncio
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.context import Context
from engine.diffusion.levels.schedules import make_sigmas
from engine.types import ChosenSampler, Cond, Conditioning, Guider, Latent, Noise
from nodes import guiders
from nodes.custom_sampling import sampler_custom_advanced
from tests.mixture import MODELS, NEGATIVE, POSITIVE, Mixture
from tests.nodes.known_models import MODEL, stand_in

SD1 = MODELS["sd1"]


@pytest.fixture(autouse=True)
def mixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every handle stand for the mixture, whose texts are POSITIVE and NEGATIVE."""
    stand_in(monkeypatch, Mixture(SD1))


def made(guider: Guider, ctx: Context, sampler: str = "euler") -> Tensor:
    """Sample in four steps under a guider."""
    levels = torch.tensor(make_sigmas(SD1, "karras", 4))
    latent = Latent(torch.zeros(2, 4, 8, 8))
    parts = Noise(3), guider, ChosenSampler(sampler), levels, latent
    return asyncio.run(sampler_custom_advanced(*parts, ctx)).output.samples


def test_basic_guider_is_a_cfg_of_one(context: Callable[..., Context]):
    basic = made(guiders.basic_guider(MODEL, POSITIVE), context())

    assert torch.equal(basic, made(guiders.cfg_guider(MODEL, POSITIVE, NEGATIVE, 1.0), context()))


def test_cfg_guider_of_zero_is_the_negative(context: Callable[..., Context]):
    turned = made(guiders.cfg_guider(MODEL, POSITIVE, NEGATIVE, 0.0), context())

    assert torch.equal(turned, made(guiders.basic_guider(MODEL, NEGATIVE), context()))


@pytest.mark.parametrize("style", ["regular", "nested"])
def test_dual_guider_without_a_second_prompt_of_its_own_is_plain(
    style: str, context: Callable[..., Context]
):
    sides = MODEL, POSITIVE, NEGATIVE, NEGATIVE
    inner = guiders.dual_cfg_guider(*sides, 3.0, 1.0, style)

    plain = made(guiders.cfg_guider(MODEL, POSITIVE, NEGATIVE, 3.0), context())
    assert torch.allclose(made(inner, context()), plain, atol=1e-5)


def test_dual_guider_of_ones_is_the_first_prompt(context: Callable[..., Context]):
    ones = guiders.dual_cfg_guider(MODEL, POSITIVE, NEGATIVE, NEGATIVE, 1.0, 1.0, "regular")

    basic = made(guiders.basic_guider(MODEL, POSITIVE), context())
    assert torch.equal(made(ones, context()), basic)


def test_dual_guider_serves_samplers_that_need_the_negative(context: Callable[..., Context]):
    ones = guiders.dual_cfg_guider(MODEL, POSITIVE, POSITIVE, NEGATIVE, 1.0, 1.0, "regular")
    plain = guiders.cfg_guider(MODEL, POSITIVE, NEGATIVE, 1.0)

    one, other = (made(guider, context(), "euler_cfg_pp") for guider in (ones, plain))

    assert torch.allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("neg_scale", [0.0, 2.0])
def test_perp_neg_guider_with_an_empty_negative_is_plain(
    neg_scale: float, context: Callable[..., Context]
):
    perp = guiders.perp_neg_guider(MODEL, POSITIVE, NEGATIVE, NEGATIVE, 3.0, neg_scale)

    plain = made(guiders.cfg_guider(MODEL, POSITIVE, NEGATIVE, 3.0), context())
    assert torch.allclose(made(perp, context()), plain, atol=1e-5)


def test_perp_neg_patch_is_the_guider_of_that_name(context: Callable[..., Context]):
    empty = Conditioning((Cond(torch.full((1, 1, 1), 1.0)), *POSITIVE.entries))
    guider = guiders.perp_neg_guider(MODEL, POSITIVE, NEGATIVE, empty, 3.0, 0.7)
    model = guiders.perp_neg(MODEL, empty, 0.7)

    patched = made(guiders.cfg_guider(model, POSITIVE, NEGATIVE, 3.0), context())

    plain = made(guiders.cfg_guider(MODEL, POSITIVE, NEGATIVE, 3.0), context())
    assert torch.allclose(patched, made(guider, context()), atol=1e-5)
    assert not torch.allclose(patched, plain, atol=1e-2)
