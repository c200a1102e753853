"""A full-size SD 1.5 file on the reference's random weights; see tests/reference."""

from __future__ import annotations

import gc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.diffusion.families import SD1
from engine.diffusion.model_files.checkpoint import read_contents
from engine.diffusion.networks.weights import (
    load_model,
    load_text_encoder,
    load_vae,
    read_checkpoint,
)
from engine.runtime import Runtime
from tests.full_size import sd15_shapes, write
from tests.tiny_models import checkpoint_path, cpu_runtime

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_grad")]

REFERENCE = Path(__file__).parents[1] / "reference"
NAME = "sd15.safetensors"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Generator[Runtime]:
    base = tmp_path_factory.mktemp("sd15")
    path = checkpoint_path(base, NAME)
    write(path, sd15_shapes())
    yield cpu_runtime(base, budget_bytes=8 * 2**30)
    path.unlink()  # 2.1 GB
    gc.collect()  # what holds networks goes round in circles


@pytest.fixture(scope="module")
def answers() -> dict[str, Tensor]:
    with np.load(REFERENCE / "sd15_unet_vae.npz") as stored:
        return {key: torch.from_numpy(stored[key]) for key in stored}


def close(mine: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-4)


def test_every_tensor_of_the_file_is_used_and_none_is_missing(runtime: Runtime):
    contents = read_contents(runtime.folders.find("checkpoints", NAME))
    handle, clip, vae = read_checkpoint("checkpoints", NAME, runtime)
    modules = {
        "model": load_model(handle, runtime).unet,
        "text_encoder": load_text_encoder(clip, runtime),
        "vae": load_vae(vae, runtime).module,
    }

    used = {part: SD1.network(contents, part).tensors for part in modules}

    assert {info.key for part in used.values() for info in part.values()} == contents.tensors.keys()
    assert all(used[part].keys() == module.state_dict().keys() for part, module in modules.items())


def test_the_unet_answers_as_the_reference(runtime: Runtime, answers: dict[str, Tensor]):
    unet = load_model(read_checkpoint("checkpoints", NAME, runtime)[0], runtime).unet

    x, t, context = (answers[key] for key in ("unet_x", "unet_t", "unet_context"))

    close(unet(x, t, context).sample, answers["unet_out"])


def test_the_encoder_answers_as_the_reference(runtime: Runtime, answers: dict[str, Tensor]):
    vae: Any = load_vae(read_checkpoint("checkpoints", NAME, runtime)[2], runtime).module

    moments = vae.encode(answers["vae_pixels"]).latent_dist.parameters

    close(moments, answers["vae_moments"])


def test_encoding_gives_the_mean_of_the_reference(runtime: Runtime, answers: dict[str, Tensor]):
    vae = load_vae(read_checkpoint("checkpoints", NAME, runtime)[2], runtime)

    latent = vae.encode(answers["vae_pixels"].movedim(1, -1) / 2 + 0.5)

    close(latent, answers["vae_moments"][:, :4])


def test_decoding_answers_as_the_reference(runtime: Runtime, answers: dict[str, Tensor]):
    vae = load_vae(read_checkpoint("checkpoints", NAME, runtime)[2], runtime)
    expected = (answers["vae_decoded"].movedim(1, -1) / 2 + 0.5).clamp(0, 1)

    close(vae.decode(answers["vae_z"]), expected)
