"""Models known in closed form, in place of files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising import noising, runs
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.types import Cond, Conditioning, ModelHandle, Weights

if TYPE_CHECKING:
    from engine.diffusion.denoising.evaluation import Denoising, Given

MODEL = ModelHandle(Weights("checkpoints", "a.safetensors", "0", "model", "sd1"))


class TextIsPicture:
    """Sees in every noise the picture whose values are those of the text."""

    parameterisation = discrete(scaled_linear_betas(0.00085, 0.012, 1000), "eps")
    latent_scale = 0.5
    latent_channels = 4
    device = torch.device("cpu")
    remembers = False
    extra_channels = 0

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        return given.context.mean(dim=(1, 2)).view(-1, 1, 1, 1).expand_as(x)


def text(value: float) -> Conditioning:
    """Return one encoding filled with a value."""
    return Conditioning((Cond(torch.full((1, 77, 8), value)),))


def stand_in(monkeypatch: pytest.MonkeyPatch, model: Denoising, *modules: Any) -> SimpleNamespace:
    """Let every handle stand for one model, in sampling and in modules that ask for it."""
    loader = SimpleNamespace(
        load_model=lambda handle, runtime: model,
        load_preview_map=lambda handle, runtime: lambda samples: samples.movedim(1, -1)[..., :3],
        parameterisation_of=lambda handle, runtime: model.parameterisation,
        latent_scale_of=lambda handle, runtime: model.latent_scale,
    )
    for module in (runs, noising, *modules):
        monkeypatch.setattr(module, "weights", loader)
    return loader
