"""Samplers that go from a picture to noise, on a model known in closed form."""

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.encoding import rising
from engine.diffusion.denoising.sampling import SamplingTask, Settings
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.diffusion.levels.schedules import make_sigmas
from engine.errors import NodeError
from engine.types import Conditioning, Latent
from tests.mixture import ARRAYS, MODELS, NEGATIVE, POSITIVE, Mixture, finish

PICTURE = ARRAYS["latent"]
SD1 = MODELS["sd1"]


def sampled(
    sampler: str,
    levels: tuple[float, ...],
    samples: Tensor,
    side: Conditioning = POSITIVE,
    family: str = "sd1",
    **options: object,
) -> Tensor:
    """Run a sampler without noise at its beginning, guided by one side."""
    settings = Settings(sampler, levels, 5, ClassifierFree(1.0), add_noise=False, options=options)
    return finish(
        SamplingTask(Mixture(MODELS[family]), Latent(samples), {"positive": side}, settings)
    )


def encoded(
    levels: tuple[float, ...], family: str = "sd1", eta: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Return where the path to PICTURE begins, and its noises."""
    kept = sampled("cycle_encode", levels, PICTURE, family=family, eta=eta)
    start, *noises = kept.split(PICTURE.shape[0])
    return start, torch.stack(noises)


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
@pytest.mark.parametrize(("family", "denoise"), [("sd1", 1.0), ("sd1", 0.5), ("sd3_shift3", 0.7)])
def test_a_picture_comes_back_under_its_own_prompt(family: str, denoise: float, eta: float):
    levels = make_sigmas(MODELS[family], "normal", 6, denoise=denoise)
    start, noises = encoded(levels, family, eta)

    back = sampled("cycle", levels, start, family=family, noises=noises, eta=eta)

    assert torch.allclose(back, PICTURE, atol=1e-4)


def test_another_prompt_changes_the_picture_less_than_it_changes_another_start():
    levels = make_sigmas(SD1, "karras", 12, denoise=0.4)
    start, noises = encoded(levels)
    other = torch.randn(start.shape, generator=torch.Generator().manual_seed(8)) * levels[0]

    changed = sampled("cycle", levels, start, NEGATIVE, noises=noises)
    unlike = sampled("euler", levels, other, NEGATIVE)

    assert 0.1 < (changed - PICTURE).std() < (unlike - PICTURE).std()


def test_noises_for_other_levels_are_refused():
    levels = make_sigmas(SD1, "karras", 4)
    start, noises = encoded(levels)

    with pytest.raises(NodeError, match=r"encoded over 4 steps .* but 3 steps are run"):
        sampled("cycle", levels[1:], start, noises=noises)


def test_a_level_of_noise_alone_can_not_begin_a_path():
    with pytest.raises(NodeError, match="noise alone"):
        encoded((1.0, 0.5, 0.0), "sd3_shift3")


@pytest.fixture(scope="module")
def drawn() -> Tensor:
    """A picture that the model itself has made."""
    return sampled("euler", make_sigmas(SD1, "karras", 20), ARRAYS["noise_1234"] * 14.6)


def test_inversion_finds_the_noise_that_leads_back(drawn: Tensor):
    levels = make_sigmas(SD1, "normal", 20, denoise=0.4)

    noise = sampled("ddim_inversion", rising(levels), drawn, iterations=8)
    back = sampled("ddim", levels, noise)

    assert (noise - drawn).std() > 0.5
    assert (back - drawn).abs().max() < 0.01


def test_more_iterations_come_closer(drawn: Tensor):
    levels = make_sigmas(SD1, "normal", 20, denoise=0.4)

    once, often = (
        sampled("ddim", levels, sampled("ddim_inversion", rising(levels), drawn, iterations=count))
        for count in (1, 3)
    )

    assert (often - drawn).std() < (once - drawn).std() / 3


def test_one_iteration_asks_once_a_step():
    denoiser = Mixture(SD1)
    settings = Settings(
        "ddim_inversion", (0.1, 1.0, 2.0), 5, ClassifierFree(1.0), options={"iterations": 1}
    )
    finish(SamplingTask(denoiser, Latent(PICTURE), {"positive": POSITIVE}, settings))

    assert denoiser.calls == 2
