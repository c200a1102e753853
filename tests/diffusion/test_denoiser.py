from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest
import torch
from torch import nn

from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.diffusion.unet.network_patches import NETWORK_PATCHES, Pass
from engine.errors import ModelError
from engine.types import Patch
from tests.tiny_models import WIDTH, tiny_model

PARAMETERS = discrete(scaled_linear_betas())
CONTEXT = torch.linspace(-1, 1, 2 * 77 * WIDTH).reshape(2, 77, WIDTH)
X = torch.linspace(-9, 9, 2 * 4 * 8 * 8).reshape(2, 4, 8, 8)


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    return Denoiser(tiny_model().unet.requires_grad_(False), PARAMETERS, 0.18215, 4)


def test_each_sample_is_denoised_at_its_own_noise_level(denoiser: Denoiser):
    sigma = torch.tensor([0.3, 7.0])

    together = denoiser(X, sigma, Given(CONTEXT))
    alone = [denoiser(X[k : k + 1], sigma[k : k + 1], Given(CONTEXT[k : k + 1])) for k in range(2)]

    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-4, atol=1e-4)


def test_the_network_is_told_the_nearest_timestep_and_given_the_exact_scale(denoiser: Denoiser):
    sigma = torch.tensor(PARAMETERS.sigmas[500] * 1.0005).repeat(2)
    inputs = X / (sigma[0] ** 2 + 1) ** 0.5

    eps = denoiser.unet(inputs, 500, CONTEXT).sample

    torch.testing.assert_close(denoiser(X, sigma, Given(CONTEXT)), X - sigma[0] * eps)


def test_a_v_model_answers_by_its_own_formula(denoiser: Denoiser):
    v_denoiser = Denoiser(denoiser.unet, discrete(scaled_linear_betas(), "v"), 0.18215, 4)
    sigma = torch.full((2,), PARAMETERS.sigmas[300])
    kept = 1 / (sigma[0] ** 2 + 1)  # alpha bar

    v = denoiser.unet(X * kept**0.5, 300, CONTEXT).sample
    expected = kept * X - (1 - kept).sqrt() * v

    torch.testing.assert_close(v_denoiser(X, sigma, Given(CONTEXT)), expected, rtol=1e-4, atol=1e-5)


def test_a_network_in_low_precision_answers_in_float32(denoiser: Denoiser):
    unet = tiny_model().unet.requires_grad_(False).bfloat16()
    low = Denoiser(unet, PARAMETERS, 0.18215, 4)
    sigma = torch.tensor([3.0, 3.0])

    got = low(X, sigma, Given(CONTEXT))
    expected = denoiser(X, sigma, Given(CONTEXT))

    assert got.dtype == torch.float32
    assert (got - expected).abs().max() / expected.std() < 0.1


def test_a_latent_of_other_channels_is_refused(denoiser: Denoiser):
    with pytest.raises(ModelError, match="takes latents of 4 channels, but the latent has 16"):
        denoiser(torch.zeros(1, 16, 8, 8), torch.ones(1), Given(CONTEXT[:1]))


def test_texts_of_another_encoder_are_refused(denoiser: Denoiser):
    with pytest.raises(ModelError, match="64 numbers wide, but the conditioning is 768 wide"):
        denoiser(X, torch.ones(2), Given(torch.zeros(2, 77, 768)))


def test_the_network_is_changed_for_one_pass_only(
    denoiser: Denoiser, monkeypatch: pytest.MonkeyPatch
):
    @contextmanager
    def silenced(network: nn.Module, forward: Pass, by: float) -> Generator[None, None, None]:
        hook = network.get_submodule("mid_block").register_forward_hook(
            lambda *given: given[-1] * by
        )
        yield
        hook.remove()

    monkeypatch.setitem(NETWORK_PATCHES, "Silenced", silenced)
    plain = denoiser(X, torch.ones(2), Given(CONTEXT))

    changed = denoiser(X, torch.ones(2), Given(CONTEXT, (Patch("Silenced", {"by": 0.0}),)))

    assert not torch.allclose(changed, plain)
    assert torch.equal(denoiser(X, torch.ones(2), Given(CONTEXT)), plain)
