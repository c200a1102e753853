"""Nodes that sample by parts, on a model known in closed form."""

import asyncio
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from engine.context import Context
from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.levels.schedules import make_sigmas
from engine.errors import NodeError
from engine.types import ChosenSampler, Latent, Noise, Patch
from nodes import custom_sampling, guiders, sampling
from nodes.sigmas import flip_sigmas, manual_sigmas, split_sigmas
from tests.mixture import ARRAYS, MODELS, NEGATIVE, POSITIVE, Mixture
from tests.nodes.known_models import MODEL, stand_in

SD1 = MODELS["sd1"]
EMPTY = Latent(torch.zeros(2, 4, 8, 8))
PAINTED = Latent(ARRAYS["latent"])
LEVELS = torch.tensor(make_sigmas(SD1, "karras", 4))
SIDES: dict[str, Any] = {"positive": POSITIVE, "negative": NEGATIVE}


@pytest.fixture(autouse=True)
def mixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every handle stand for the mixture, whose texts are POSITIVE and NEGATIVE."""
    stand_in(monkeypatch, Mixture(SD1, latent_scale=0.5))


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def advanced(ctx: Context, latent: Latent = EMPTY, **changes: Any) -> Tensor:
    """Run KSamplerAdvanced in four steps."""
    values: dict[str, Any] = {
        "model": MODEL,
        "add_noise": "enable",
        "noise_seed": 5,
        "steps": 4,
        "cfg": 2.0,
        "sampler_name": "euler",
        "scheduler": "karras",
        "latent_image": latent,
        "start_at_step": 0,
        "end_at_step": 10_000,
        "return_with_leftover_noise": "disable",
    }
    return finish(sampling.ksampler_advanced(**values | SIDES | changes, ctx=ctx)).samples


def custom(ctx: Context, **changes: Any) -> custom_sampling.Sampled:
    """Run SamplerCustom in four steps."""
    values: dict[str, Any] = {
        "model": MODEL,
        "add_noise": True,
        "noise_seed": 5,
        "cfg": 2.0,
        "sampler": ChosenSampler("euler"),
        "sigmas": LEVELS,
        "latent_image": EMPTY,
    }
    return finish(custom_sampling.sampler_custom(**values | SIDES | changes, ctx=ctx))


def by_parts(ctx: Context, **changes: Any) -> custom_sampling.Sampled:
    """Run SamplerCustomAdvanced in four steps."""
    values: dict[str, Any] = {
        "noise": Noise(5),
        "guider": guiders.cfg_guider(MODEL, POSITIVE, NEGATIVE, 2.0),
        "sampler": ChosenSampler("euler"),
        "sigmas": LEVELS,
        "latent_image": EMPTY,
    }
    return finish(custom_sampling.sampler_custom_advanced(**values | changes, ctx=ctx))


@pytest.mark.parametrize("name", ["euler_ancestral", "dpmpp_2m_sde"])
def test_all_sampling_nodes_give_one_picture(name: str, context: Callable[..., Context]):
    plain = sampling.ksampler(
        MODEL, 5, 4, 2.0, name, "karras", POSITIVE, NEGATIVE, PAINTED, 0.5, context()
    )
    levels = torch.tensor(make_sigmas(SD1, "karras", 4, denoise=0.5))
    given = {"sampler": ChosenSampler(name), "sigmas": levels, "latent_image": PAINTED}

    expected = finish(plain).samples
    parts = advanced(context(), PAINTED, steps=8, sampler_name=name, start_at_step=4)

    assert torch.equal(custom(context(), **given).output.samples, expected)
    assert torch.equal(by_parts(context(), **given).output.samples, expected)
    assert torch.equal(parts, expected)


def test_a_schedule_may_be_run_in_parts(context: Callable[..., Context]):
    first = advanced(context(), end_at_step=2, return_with_leftover_noise="enable")
    second = advanced(context(), Latent(first), add_noise="disable", start_at_step=2)

    assert torch.allclose(second, advanced(context()), atol=1e-5)


def test_a_part_without_leftover_noise_ends_clean(context: Callable[..., Context]):
    short = advanced(context(), end_at_step=2)

    to_zero = torch.cat([LEVELS[:2], torch.zeros(1)])
    assert torch.equal(short, custom(context(), sigmas=to_zero).output.samples)


def test_a_part_that_begins_after_the_end_changes_nothing(context: Callable[..., Context]):
    assert advanced(context(), PAINTED, start_at_step=4) is PAINTED.samples


def test_noise_on_the_way_follows_the_seed_where_none_is_added_first(
    context: Callable[..., Context],
):
    one, other = (
        custom(context(), add_noise=False, noise_seed=seed, sampler=ChosenSampler("ddpm"))
        for seed in (1, 2)
    )

    assert not torch.equal(one.output.samples, other.output.samples)


@pytest.mark.parametrize("name", ["euler", "heun"])
def test_denoised_output_is_what_the_model_saw_at_the_beginning_of_the_last_step(
    name: str, context: Callable[..., Context]
):
    high, _ = split_sigmas(LEVELS, 2)
    before, _ = split_sigmas(LEVELS, 1)
    chosen = ChosenSampler(name)
    given = {"cfg": 1.0, "sampler": chosen}

    sample = custom(context(), **given, sigmas=before).output.samples * 0.5
    made = custom(context(), **given, sigmas=high)

    seen = Mixture(SD1)(sample, high[1].expand(2), Given(torch.zeros(2, 1, 1)))
    assert torch.allclose(made.denoised_output.samples * 0.5, seen, atol=1e-5)
    assert not torch.allclose(made.output.samples, made.denoised_output.samples, atol=0.1)


def test_a_clean_end_is_its_own_denoised_output(context: Callable[..., Context]):
    made = custom(context())

    assert torch.allclose(made.output.samples, made.denoised_output.samples, atol=1e-5)


def test_nothing_to_do_gives_the_latent_twice(context: Callable[..., Context]):
    made = custom(context(), sigmas=torch.tensor([]), latent_image=PAINTED)

    assert made == (PAINTED, PAINTED)


def test_noise_of_a_seed_is_what_sampling_from_that_seed_begins_with(
    context: Callable[..., Context],
):
    noise = custom_sampling.random_noise(7)

    made = by_parts(context(), noise=noise).output.samples

    assert torch.equal(made, custom(context(), noise_seed=7).output.samples)
    assert not torch.allclose(made, custom(context()).output.samples, atol=0.1)


def test_a_latent_noised_by_its_own_node_is_sampled_alike(context: Callable[..., Context]):
    _, low = split_sigmas(LEVELS, 2)
    noise = custom_sampling.random_noise(5)
    noisy = custom_sampling.add_noise(MODEL, noise, low, PAINTED, context())

    after = by_parts(
        context(), noise=custom_sampling.disable_noise(), sigmas=low, latent_image=noisy
    )

    whole = by_parts(context(), noise=noise, sigmas=low, latent_image=PAINTED)
    assert torch.allclose(after.output.samples, whole.output.samples, atol=1e-5)


def test_adding_noise_up_to_no_level_changes_nothing(context: Callable[..., Context]):
    empty = torch.tensor([])

    assert custom_sampling.add_noise(MODEL, Noise(1), empty, PAINTED, context()) is PAINTED


def test_a_flipped_schedule_leads_to_the_noise_that_leads_back(context: Callable[..., Context]):
    descending = [0.002 * 1.02**step for step in range(200, -1, -1)]
    levels = manual_sigmas(", ".join(map(str, [*descending, 0])))
    given = {"cfg": 1.0, "add_noise": False, "sampler": ChosenSampler("euler")}

    noise = custom(context(), **given, sigmas=flip_sigmas(levels), latent_image=PAINTED).output
    back = custom(context(), **given, sigmas=levels, latent_image=noise).output

    moved, left = ((each.samples - PAINTED.samples).abs().max() for each in (noise, back))
    assert moved > 0.05
    assert left < moved / 30


def test_a_packs_noise_serves(context: Callable[..., Context]):
    ours = by_parts(context()).output.samples
    drawn = torch.randn((2, 4, 8, 8), generator=torch.Generator().manual_seed(5))
    theirs = SimpleNamespace(seed=5, generate_noise=lambda latent: drawn)

    made = by_parts(context(), noise=cast("Any", theirs))

    assert torch.equal(made.output.samples, ours)


def test_a_packs_sampler_is_refused_with_what_would_do(context: Callable[..., Context]):
    with pytest.raises(NodeError, match=r"made by a pack .*KSamplerSelect"):
        by_parts(context(), sampler=cast("Any", SimpleNamespace()))


def test_a_sampler_that_is_not_there_is_named(context: Callable[..., Context]):
    with pytest.raises(NodeError, match='no sampler "gone"'):
        by_parts(context(), sampler=ChosenSampler("gone"))


@pytest.mark.parametrize("bound", ["mask", "area"])
def test_a_latent_that_grows_can_not_have_masks_or_areas(
    bound: str, context: Callable[..., Context]
):
    changes: dict[str, Any] = {
        "mask": {"latent_image": EMPTY.with_noise_mask(torch.ones(1, 8, 8))},
        "area": {
            "guider": guiders.basic_guider(MODEL, POSITIVE.each(area=(4, 4, 0, 0))),
        },
    }

    with pytest.raises(NodeError, match="changes the size of the latent"):
        by_parts(context(), sampler=ChosenSampler("lcm_upscale"), **changes[bound])


def test_differential_diffusion_is_one_more_patch_of_the_model():
    model = custom_sampling.differential_diffusion(MODEL.with_patch("other"), 0.5)

    assert model.patches == (Patch("other"), Patch("DifferentialDiffusion", {"strength": 0.5}))
    assert model.weights is MODEL.weights
