import pytest
import torch

from engine.diffusion.denoising.differential import opened
from engine.diffusion.denoising.inpainting import NoiseMask, latent_mask
from engine.types import Patch
from tests.mixture import (
    ARRAYS,
    MODELS,
    Case,
    Mixture,
    arrays,
    distance,
    finish,
    reference,
    task_of,
)

MASKS = arrays("masks")
CASES = reference("masks")
HARD = [case for case in CASES if case["how"] == "mask"]
GRADED = [case for case in CASES if case["how"].startswith("differential")]


@pytest.mark.parametrize("case", HARD, ids=lambda case: case["key"])
def test_masked_result_is_that_of_the_reference(case: Case):
    denoiser = Mixture(MODELS[case["family"]])
    mask = (MASKS["mask"] > 0.5).float()

    samples = finish(task_of(case, denoiser, noise_mask=mask))

    assert distance(samples, MASKS[case["key"]]) < 1e-3
    assert denoiser.calls == case["model_calls"]
    assert ((samples - ARRAYS["latent"]).abs() * (1 - mask)).max() < 1e-3


@pytest.mark.parametrize("case", GRADED, ids=lambda case: case["key"])
def test_differential_diffusion_is_that_of_the_reference(case: Case):
    strength = float(case["how"].partition(" ")[2] or 1)
    denoiser = Mixture(MODELS[case["family"]])
    patches = [Patch("DifferentialDiffusion", {"strength": strength})]

    samples = finish(task_of(case, denoiser, noise_mask=MASKS["mask"], patches=patches))

    assert distance(samples, MASKS[case["key"]]) < 1e-3
    assert denoiser.calls == case["model_calls"]


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_differential_diffusion_without_a_blend_knows_black_and_white_only(strength: float):
    mask = torch.linspace(0, 1, 5).view(1, 1, 1, 5)
    x = torch.zeros(1, 4, 1, 5)
    kept = NoiseMask(mask, x, x, (MODELS["sd1"].sigma_max, 0.0), MODELS["sd1"])

    middle = opened(kept, MODELS["sd1"].sigmas[500], strength=strength)

    assert middle.flatten().tolist() == [0, 0, 0, 1, 1]


def test_mask_is_resized_to_the_latent_and_repeated_for_the_batch():
    mask = torch.zeros(1, 64, 64)
    mask[:, :, 32:] = 1

    fitted = latent_mask(mask, torch.zeros(3, 4, 8, 8))

    assert fitted.shape == (3, 1, 8, 8)
    assert fitted[2, 0, 0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
