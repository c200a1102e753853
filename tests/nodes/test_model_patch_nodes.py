"""Every node that patches a model, sampled with on a tiny network at its default values."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.denoising.sampling import SamplingTask, Settings, patched
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.registry import Registry
from engine.types import Cond, Conditioning, Latent, LatentOperation, ModelHandle, Weights
from tests.tiny_models import WIDTH, tiny_model

REGISTRY = Registry.of_packages("nodes")
MODEL = ModelHandle(Weights("checkpoints", "a.safetensors", "0", "model", "sd1"))
NODES = [
    spec
    for spec in REGISTRY
    if spec.function.__module__ in ("nodes.guidance", "nodes.model_patches")
]
TEXTS = torch.randn(2, 1, 77, WIDTH, generator=torch.Generator().manual_seed(1))
SIDES = {
    side: Conditioning((Cond(text),))
    for side, text in zip(("positive", "negative"), TEXTS, strict=True)
}
SHARPENING = {"sharpen_radius": 2, "sigma": 1.0, "alpha": 0.5}
#: Defaults under which a tiny picture of 16x16 cells is not changed, and what changes it.
CHOSEN: dict[str, dict[str, Any]] = {
    "HyperTile": {"tile_size": 64},
    "FreSca": {"freq_cutoff": 2},
    "APG": {"eta": 0.5},
    "LatentApplyOperationCFG": {"operation": LatentOperation("sharpen", SHARPENING)},
    "PatchModelAddDownscale": {"downscale_method": "bicubic", "upscale_method": "bicubic"},
}


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    unet = tiny_model().unet.requires_grad_(False)
    return Denoiser(unet, discrete(scaled_linear_betas()), 0.18215, 4)


def sampled(denoiser: Denoiser, model: ModelHandle) -> Tensor:
    settings = Settings("euler", (14.0, 4.0, 0.0), 7, ClassifierFree(5.0))
    latent = Latent(torch.zeros(1, 4, 16, 16))
    task = SamplingTask(denoiser, latent, SIDES, patched(settings, model.patches))
    while task.advance():
        pass
    return task.result().samples


def test_there_are_such_nodes():
    assert len(NODES) == 16


@pytest.mark.parametrize("spec", NODES, ids=lambda spec: spec.id)
def test_patched_model_samples_another_picture_and_the_base_its_own(denoiser: Denoiser, spec: Any):
    values = {given.name: given.widget.default for given in spec.inputs if given.widget}
    made = spec.function(model=MODEL, **values | CHOSEN.get(spec.id, {}))
    model = made[0] if isinstance(made, tuple) else made

    changed = sampled(denoiser, model)

    plain = sampled(denoiser, MODEL)
    assert changed.isfinite().all()
    assert not torch.allclose(changed, plain, atol=1e-4)
    assert MODEL.patches == ()
