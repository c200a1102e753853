"""Networks that take more channels than a latent has."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from engine.diffusion.conditioning import beside
from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.denoising.sampling import SamplingTask, Settings
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.diffusion.networks.weights import load_model, read_checkpoint
from engine.diffusion.unet.beside import GREY, channels_beside
from engine.errors import ModelError
from engine.types import Cond, Conditioning, Latent
from tests.full_size import UNET, swap
from tests.tiny_models import (
    WIDTH,
    checkpoint_path,
    cpu_runtime,
    tiny_model,
    write_single_file,
)

GENERATOR = torch.Generator().manual_seed(9)
LATENT = torch.randn(2, 4, 8, 8, generator=GENERATOR)
SHOWN = torch.randn(1, 4, 8, 8, generator=GENERATOR)
CONTEXT = torch.randn(1, 7, 16, generator=GENERATOR)
MASK = torch.zeros(1, 64, 64)
MASK[:, 16:40, 24:64] = 1.0
TEXT = Conditioning((Cond(CONTEXT),))
SCALE = 0.5
PARAMETERS = discrete(scaled_linear_betas())


def channels(extra: int, conditioning: Conditioning, noise_mask: Tensor | None = None) -> Tensor:
    made = channels_beside(extra, LATENT, SCALE, noise_mask)(conditioning.entries[0])
    assert made is not None
    return made


def cells() -> Tensor:
    """Return MASK at the size of the latent."""
    return MASK[:, 4::8, 4::8].unsqueeze(1).expand(2, 1, 8, 8)


def test_plain_network_takes_nothing_beside():
    assert channels_beside(0, LATENT, SCALE, None)(TEXT.entries[0]) is None


def test_inpainting_network_takes_the_mask_and_the_scaled_picture():
    made = channels(5, beside(TEXT, SHOWN, MASK))

    assert torch.equal(made[:, :1], cells())
    assert torch.equal(made[:, 1:], (SHOWN * SCALE).expand(2, 4, 8, 8))


def test_without_a_picture_the_latent_and_its_mask_are_taken():
    made = channels(5, TEXT, MASK)

    assert torch.equal(made[:, :1], cells())
    assert torch.equal(made[:, 1:], LATENT)


def test_without_a_mask_everything_is_painted_over_grey():
    made = channels(5, TEXT)

    assert torch.equal(made[:, :1], torch.ones(2, 1, 8, 8))
    assert torch.equal(made[:, 1:, 3, 3], torch.tensor(GREY).expand(2, 4))


def test_instructed_network_takes_the_picture_unscaled():
    assert torch.equal(channels(4, beside(TEXT, SHOWN, None)), SHOWN.expand(2, 4, 8, 8))
    assert not channels(4, TEXT).any()


def test_picture_of_another_size_is_fitted():
    made = channels(4, beside(TEXT, SHOWN.repeat(1, 1, 2, 2), None))

    assert made.shape == LATENT.shape


def test_mask_of_the_latent_is_the_one_that_is_painted():
    """It is stretched to the latent, whatever its own shape."""
    wide = torch.zeros(1, 64, 128)
    wide[..., :32] = 1.0

    inputs, _ = sampled(5, TEXT, Latent(LATENT, wide))

    painted = torch.zeros(8, 8)
    painted[:, :2] = 1.0
    assert torch.equal(inputs[:, 4], painted.expand(4, 8, 8))


def test_network_of_odd_channels_is_refused():
    with pytest.raises(ModelError, match="takes 7 channels, but the latent has 4"):
        channels(3, TEXT)


@pytest.mark.parametrize("extra", [4, 5])
def test_network_is_given_samples_and_then_what_is_beside(extra: int):
    text = beside(TEXT, SHOWN, MASK if extra == 5 else None)

    inputs, task = sampled(extra, text, Latent(LATENT))

    assert inputs.shape == (4, 4 + extra, 8, 8)
    assert torch.equal(inputs[:2, 4:], channels(extra, text))
    sigma = torch.tensor([2.0])
    torch.testing.assert_close(
        task.result().samples * SCALE,
        PARAMETERS.denoised(
            answered(unet(extra), inputs), inputs[:, :4] / PARAMETERS.input_scale(sigma), sigma
        )[2:],
    )


@pytest.mark.parametrize("extra", [4, 5])
def test_file_with_more_channels_answers_as_the_network_it_was_written_from(
    tmp_path: Path, extra: int
):
    tiny, runtime = tiny_model(channels=4 + extra), cpu_runtime(tmp_path)
    tiny.unet.requires_grad_(False)
    path = write_single_file(tiny, checkpoint_path(tmp_path, "a.safetensors"))
    inputs = torch.randn(1, 4 + extra, 8, 8, generator=torch.Generator().manual_seed(2))
    text = torch.linspace(-1, 1, 7 * WIDTH).sin().reshape(1, 7, WIDTH)

    def answer() -> Tensor:
        denoiser = load_model(read_checkpoint("checkpoints", path.name, runtime)[0], runtime)
        assert denoiser.extra_channels == extra
        given = Given(text, channels=inputs[:, 4:])
        return denoiser(inputs[:, :4], torch.tensor([2.0]), given)

    scaled = torch.cat(
        [inputs[:, :4] * PARAMETERS.input_scale(torch.tensor([2.0])), inputs[:, 4:]], 1
    )
    theirs = tiny.unet(scaled, PARAMETERS.timestep(torch.tensor([2.0])), text).sample
    torch.testing.assert_close(answer(), inputs[:, :4] - 2.0 * theirs, rtol=0, atol=1e-4)
    swap(path, *(f"{UNET}input_blocks.1.1.transformer_blocks.0.attn1.to_{n}.weight" for n in "kv"))
    assert (answer() - (inputs[:, :4] - 2.0 * theirs)).abs().max() > 1e-3


def sampled(extra: int, text: Conditioning, latent: Latent) -> tuple[Tensor, SamplingTask]:
    """Take one step; return what the network was given, and the task."""
    seen: list[Tensor] = []
    network = unet(extra)
    network.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    sides = {"positive": text, "negative": text}
    settings = Settings("euler", (2.0, 0.0), 1, ClassifierFree(3.0))
    task = SamplingTask(Denoiser(network, PARAMETERS, SCALE, 4), latent, sides, settings)
    while task.advance():
        pass
    (inputs,) = seen
    return inputs, task


def unet(extra: int) -> UNet2DConditionModel:
    torch.manual_seed(1)
    network = UNet2DConditionModel(
        in_channels=4 + extra,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
    )
    return network.eval().requires_grad_(False)


def answered(network: UNet2DConditionModel, inputs: Tensor) -> Tensor:
    """Return diffusers' own answer; both sides have the same text."""
    time = PARAMETERS.timestep(torch.tensor([2.0])).expand(len(inputs))
    text = CONTEXT.expand(len(inputs), -1, -1)
    return network(inputs, time, encoder_hidden_states=text, return_dict=False)[0]
