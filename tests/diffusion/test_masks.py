import pytest
import torch
from torch import Tensor

from engine.diffusion.inpainting import NoiseMask, latent_mask
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
def test_rule_may_change_the_mask_from_call_to_call(case: Case):
    """Differential Diffusion (Levin & Fried 2023) is such a rule."""
    strength = float(case["how"].partition(" ")[2] or 1)

    def differential(kept: NoiseMask, sigma: float) -> Tensor:
        levels = torch.tensor([sigma, kept.sigmas[0], max(kept.sigmas[-1], kept.model.sigma_min)])
        now, start, end = kept.model.timestep(levels).float()
        hard = (kept.mask >= (now - end) / (start - end)).float()
        return strength * hard + (1 - strength) * kept.mask

    task = task_of(
        case,
        Mixture(MODELS[case["family"]]),
        noise_mask=MASKS["mask"],
        mask_rule=differential,
    )

    assert distance(finish(task), MASKS[case["key"]]) < 1e-3


def test_mask_is_resized_to_the_latent_and_repeated_for_the_batch():
    mask = torch.zeros(1, 64, 64)
    mask[:, :, 32:] = 1

    fitted = latent_mask(mask, torch.zeros(3, 4, 8, 8))

    assert fitted.shape == (3, 1, 8, 8)
    assert fitted[2, 0, 0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
