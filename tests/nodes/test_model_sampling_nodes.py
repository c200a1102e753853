"""Nodes that say how a model was trained, by what sampling then knows of it."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.networks.weights import load_model, parameterisation_of, read_checkpoint
from engine.runtime import Runtime
from engine.types import ModelHandle
from nodes import model_sampling as nodes
from tests.tiny_models import WIDTH, checkpoint_path, cpu_runtime, original_state, tiny_model


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    base: Path = tmp_path_factory.mktemp("installation")
    save_file(original_state(tiny_model()), checkpoint_path(base, "a.safetensors"))
    return cpu_runtime(base)


@pytest.fixture(scope="module")
def model(runtime: Runtime) -> ModelHandle:
    return read_checkpoint("checkpoints", "a.safetensors", runtime)[0]


@pytest.mark.parametrize(
    ("node", "chosen", "kind", "highest"),
    [
        (nodes.model_sampling_discrete, {"sampling": "x0", "zsnr": True}, "x0", 4518.757),
        (nodes.model_sampling_discrete, {"sampling": "v_prediction", "zsnr": False}, "v", 14.61464),
        (nodes.model_sampling_continuous_edm, {"sampling": "edm"}, "edm", 120.0),
        (nodes.model_sampling_continuous_v, {"sampling": "v_prediction"}, "v", 500.0),
        (nodes.beta_schedule, {"schedule": "linear", "prediction": "x0"}, "x0", 25.2),
    ],
)
def test_model_is_sampled_as_told(
    node: Any,
    chosen: dict[str, Any],
    kind: str,
    highest: float,
    model: ModelHandle,
    runtime: Runtime,
):
    told = node(model, **chosen)
    known = parameterisation_of(told, runtime)
    denoiser = load_model(told, runtime)

    assert (known.kind, known.sigma_max) == (kind, pytest.approx(highest, rel=0.01))
    assert denoiser.parameterisation == known
    assert load_model(model, runtime).unet is denoiser.unet


def test_network_that_gives_the_clean_latent_is_believed(model: ModelHandle, runtime: Runtime):
    told = nodes.model_sampling_discrete(model, "x0", False)
    x, sigma = torch.ones(1, 4, 16, 16), torch.tensor([2.0])
    given = Given(torch.zeros(1, 77, WIDTH))
    noise = (x - load_model(model, runtime)(x, sigma, given)) / 2

    assert torch.allclose(load_model(told, runtime)(x, sigma, given), noise, atol=1e-5)
