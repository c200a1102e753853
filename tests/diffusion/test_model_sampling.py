"""What a network's output means: beta schedules against diffusers, step by step, and patches."""

import math
from itertools import pairwise
from typing import Any

import diffusers
import pytest
import torch
from torch import Tensor

from engine.diffusion.families.sd1 import SD1
from engine.diffusion.levels.betas import BETA_SCHEDULES, without_signal_at_the_end
from engine.diffusion.levels.model_sampling import parameterised
from engine.diffusion.levels.parameterisation import Discrete, Parameterisation, discrete
from engine.diffusion.model_files.checkpoint import Config
from engine.diffusion.samplers import SAMPLERS, Answer, SamplerStart
from engine.errors import ModelError
from engine.types import Patch
from tests.diffusion.test_families import contents_of, sd15_tensors

PREDICTIONS = {"epsilon": "eps", "v_prediction": "v", "sample": "x0"}
#: PNDM as Stable Diffusion's own config has it: it stops at the smallest level.
PNDM: dict[str, Any] = {"skip_prk_steps": True, "set_alpha_to_one": False, "steps_offset": 1}
STEPS = 8
NOISE = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
BASE = discrete(BETA_SCHEDULES["scaled_linear"](0.00085, 0.012, 1000))


def network(x: Tensor, timestep: float) -> Tensor:
    """Answer something that depends on everything, smoothly."""
    return torch.tanh(0.7 * x + 0.3) * math.cos(timestep / 700) + 0.2 * x.roll(1, -1)


def noise_in(x: Tensor, output: Tensor, answers: str, kept: Tensor) -> Tensor:
    """Return the noise that a network's output means, where `kept` is alpha bar."""
    if answers == "v_prediction":
        return kept**0.5 * output + (1 - kept) ** 0.5 * x
    return (x - kept**0.5 * output) / (1 - kept) ** 0.5


def theirs(
    name: str, betas: str, prediction: str, *, answers: str = "", **settings: Any
) -> list[Tensor]:
    """Sample with a scheduler of diffusers; return the sample after each step.

    `answers` is what the network predicts, where that is not what the scheduler is told.
    """
    scheduler = getattr(diffusers, name)(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule=betas,
        prediction_type=prediction,
        timestep_spacing="leading",
        **settings,
    )
    scheduler.set_timesteps(STEPS)
    samples, generator = [NOISE], torch.Generator().manual_seed(7)
    options = {"generator": generator} if name == "DDPMScheduler" else {}
    for timestep in scheduler.timesteps:
        output = network(samples[-1], float(timestep))
        if answers:
            kept = scheduler.alphas_cumprod[timestep]
            output = noise_in(samples[-1], output, answers, kept)
        samples.append(scheduler.step(output, timestep, samples[-1], **options).prev_sample)
    return samples[1:]


def ours(sampler: str, model: Parameterisation, offset: int = 0) -> list[Tensor]:
    """Sample over the same levels; return the samples asked about, in diffusers' scale."""
    stride = 1000 // STEPS
    last = model.sigmas[0] if offset else 0.0
    sigmas = (*model.sigmas[offset::stride][:STEPS][::-1], last)
    x = NOISE * (1 + sigmas[0] ** 2) ** 0.5
    sampling = SAMPLERS[sampler].run(SamplerStart(x, sigmas, 7, model))
    request, samples = next(sampling), list[Tensor]()
    try:
        while True:
            sigma = torch.full((2,), request.sigma)
            scaled = request.x * model.input_scale(sigma).view(-1, 1, 1, 1)
            samples.append(scaled)
            output = network(scaled, float(model.timestep(sigma)[0]))
            request = sampling.send(Answer(model.denoised(output, request.x, sigma)))
    except StopIteration as end:
        return [*samples[1:], end.value / (1 + last**2) ** 0.5]


def read_from_a_config(betas: str, prediction: str) -> Parameterisation:
    """Read a model's meaning from the scheduler's config beside it."""
    told = {"beta_schedule": betas, "prediction_type": prediction}
    training = SD1.training(contents_of(sd15_tensors(), {"scheduler": Config(told, "a test")}))
    schedule, first, last, count = training.betas
    return discrete(BETA_SCHEDULES[schedule](first, last, count), training.prediction)


@pytest.mark.parametrize("betas", BETA_SCHEDULES)
@pytest.mark.parametrize(
    ("sampler", "name", "settings", "prediction"),
    [
        *(("ddim", "DDIMScheduler", {"clip_sample": False}, each) for each in PREDICTIONS),
        *(("ddpm", "DDPMScheduler", {"clip_sample": False}, each) for each in PREDICTIONS),
        ("plms", "PNDMScheduler", PNDM, "epsilon"),
    ],
)
def test_each_step_is_that_of_diffusers(
    sampler: str, name: str, settings: dict[str, Any], prediction: str, betas: str
):
    model = read_from_a_config(betas, prediction)

    expected = theirs(name, betas, prediction, **settings)
    samples = ours(sampler, model, settings.get("steps_offset", 0))

    assert len(expected) == len(samples) == STEPS + (sampler == "plms")
    for mine, other in zip(samples, expected, strict=True):
        assert torch.allclose(mine, other, atol=2e-3 * float(other.std()))


@pytest.mark.parametrize("betas", BETA_SCHEDULES)
@pytest.mark.parametrize("prediction", ["v_prediction", "sample"])
def test_each_step_of_plms_is_that_of_diffusers_told_the_noise(prediction: str, betas: str):
    # Liu et al. 2022, eq. 12, averages predicted noises. diffusers' PNDM averages outputs as they
    # are, which for v is another method from the second call on, and it refuses "sample"; so it is
    # told the noise that a network of either kind predicts.
    expected = theirs("PNDMScheduler", betas, "epsilon", answers=prediction, **PNDM)
    samples = ours("plms", read_from_a_config(betas, prediction), PNDM["steps_offset"])

    for mine, other in zip(samples, expected, strict=True):
        assert torch.allclose(mine, other, atol=2e-3 * float(other.std()))


@pytest.mark.parametrize("betas", BETA_SCHEDULES)
def test_plms_begins_as_diffusers_with_v_as_well(betas: str):
    expected = theirs("PNDMScheduler", betas, "v_prediction", **PNDM)[0]
    samples = ours("plms", read_from_a_config(betas, "v_prediction"), PNDM["steps_offset"])

    assert torch.allclose(samples[0], expected, atol=2e-3 * float(expected.std()))


def test_betas_without_signal_at_the_end_are_those_of_diffusers():
    scheduler = diffusers.DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        rescale_betas_zero_snr=True,
    )
    sigmas = torch.tensor(without_signal_at_the_end(BASE.sigmas))
    kept = 1 / (1 + sigmas**2)

    assert torch.allclose(kept[:-1], scheduler.alphas_cumprod[:-1], atol=1e-6)
    assert float(sigmas[-1]) == pytest.approx(4518.757, rel=1e-4)


def test_config_that_leaves_no_signal_is_read():
    told = Config({"rescale_betas_zero_snr": True}, "a test")

    assert SD1.training(contents_of(sd15_tensors(), {"scheduler": told})).zero_snr


def sampled_as(name: str, **parameters: Any) -> Parameterisation:
    return parameterised(BASE, [Patch(name, parameters)])


LATENT, SIGMA = NOISE[:, :, :4], torch.tensor([0.4, 3.0])
LEVEL = SIGMA.view(-1, 1, 1, 1)
NOISY = LATENT + NOISE[:, :, 4:] * LEVEL
WHOLE = (1 + LEVEL**2) ** 0.5
HALF = (0.25 + LEVEL**2) ** 0.5
DISCRETE = "ModelSamplingDiscrete"
EDM = "ModelSamplingContinuousEDM"
ANGLE = "ModelSamplingContinuousV"


@pytest.mark.parametrize(
    ("name", "sampling", "scale", "exact"),
    [
        (DISCRETE, "eps", 1 / WHOLE, NOISE[:, :, 4:]),
        (DISCRETE, "v_prediction", 1 / WHOLE, (NOISE[:, :, 4:] - LEVEL * LATENT) / WHOLE),
        (DISCRETE, "x0", 1 / WHOLE, LATENT),
        (DISCRETE, "img_to_img", torch.ones_like(LEVEL), LATENT),
        (EDM, "eps", 1 / WHOLE, NOISE[:, :, 4:]),
        (EDM, "v_prediction", 1 / WHOLE, (NOISE[:, :, 4:] - LEVEL * LATENT) / WHOLE),
        (EDM, "edm", 1 / HALF, (LATENT - 0.25 / HALF**2 * NOISY) * HALF / (0.5 * LEVEL)),
        (EDM, "cosmos_rflow", 1 / (1 + LEVEL), NOISE[:, :, 4:] - LATENT),
        (ANGLE, "v_prediction", 1 / WHOLE, (NOISE[:, :, 4:] - LEVEL * LATENT) / WHOLE),
    ],
)
def test_exact_output_gives_the_clean_latent(
    name: str, sampling: str, scale: Tensor, exact: Tensor
):
    ends = {"zsnr": False} if name == DISCRETE else {"sigma_max": 80.0, "sigma_min": 0.01}
    model = sampled_as(name, sampling=sampling, **ends)

    assert torch.allclose(model.input_scale(SIGMA).view(-1, 1, 1, 1), scale)
    assert torch.allclose(model.denoised(exact, NOISY, SIGMA), LATENT, atol=1e-4)


def test_distilled_model_knows_every_twentieth_step():
    model = sampled_as(DISCRETE, sampling="lcm", zsnr=False)
    told = model.timestep(torch.tensor([BASE.sigmas[999], BASE.sigmas[19], BASE.sigmas[979]]))

    assert told.tolist() == [999, 19, 979]
    assert model.sigmas == BASE.sigmas[19::20]
    assert model.sigma(499) == pytest.approx(BASE.sigmas[499])
    assert model.timesteps == (999, 19)


def test_distilled_model_goes_to_the_clean_latent_but_at_the_smallest_times():
    model = sampled_as(DISCRETE, sampling="lcm", zsnr=False)
    sigma = torch.tensor([BASE.sigmas[999], BASE.sigmas[999]])
    noisy = LATENT + NOISE[:, :, 4:] * sigma[0]

    assert torch.allclose(model.denoised(NOISE[:, :, 4:], noisy, sigma), LATENT, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "sampling", "time"),
    [
        (EDM, "edm", lambda sigma: math.log(sigma) / 4),
        (EDM, "cosmos_rflow", lambda sigma: sigma / (1 + sigma)),
        (ANGLE, "v_prediction", lambda sigma: math.atan(sigma) / (math.pi / 2)),
    ],
)
def test_continuous_time_and_level_belong_together(name: str, sampling: str, time: Any):
    model = sampled_as(name, sampling=sampling, sigma_max=80.0, sigma_min=0.01)
    noisiest, cleanest = model.timesteps

    assert model.timestep(torch.tensor([0.5])).tolist() == [pytest.approx(time(0.5))]
    assert model.sigma(time(0.5)) == pytest.approx(0.5)
    assert (model.sigma(noisiest), model.sigma(cleanest)) == pytest.approx((80.0, 0.01))
    assert (model.sigmas[-1], model.sigmas[0]) == pytest.approx((80.0, 0.01))
    assert model.sigma_at_percent(0.5) == pytest.approx(math.sqrt(80 * 0.01))
    assert all(low < high for low, high in pairwise(model.sigmas))


def test_zsnr_moves_the_last_level_only_as_far_as_no_signal():
    model = sampled_as(DISCRETE, sampling="v_prediction", zsnr=True)

    assert model.kind == "v"
    assert model.sigmas[0] == pytest.approx(BASE.sigmas[0])
    assert model.sigma_max > 4000


def test_beta_schedule_is_what_it_is_told():
    told = {"start": 0.001, "end": 0.02, "steps": 500, "zero_snr": False}
    model = sampled_as("BetaSchedule", schedule="linear", prediction="x0", **told)

    assert isinstance(model, Discrete)
    assert (model.kind, len(model.sigmas)) == ("x0", 500)
    assert model.sigmas[0] == pytest.approx(math.sqrt(0.001 / 0.999))


def test_the_last_of_several_counts():
    patches = [
        Patch(ANGLE, {"sampling": "v_prediction", "sigma_max": 9.0, "sigma_min": 1.0}),
        Patch("lora", {"name": "x"}),
        Patch(DISCRETE, {"sampling": "x0", "zsnr": False}),
        Patch("FreeU", {}),
    ]

    assert parameterised(BASE, patches) == Discrete("x0", BASE.sigmas)
    assert parameterised(BASE, patches[1:2]) is BASE


@pytest.mark.parametrize(
    ("name", "parameters", "why"),
    [
        (EDM, {"sampling": "edm", "sigma_max": 1.0, "sigma_min": 2.0}, "no noise levels between"),
        (ANGLE, {"sampling": "v_prediction", "sigma_max": 1.0, "sigma_min": 0.0}, "smallest lies"),
        (EDM, {"sampling": "edm_playground_v2.5", "sigma_max": 9.0, "sigma_min": 1.0}, "XL model"),
        (
            "BetaSchedule",
            {
                "schedule": "linear",
                "prediction": "eps",
                "start": 0.5,
                "end": 0.1,
                "steps": 10,
                "zero_snr": False,
            },
            "Noise variances from 0.5 to 0.1",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, parameters: dict[str, Any], why: str):
    with pytest.raises(ModelError, match=why):
        sampled_as(name, **parameters)
