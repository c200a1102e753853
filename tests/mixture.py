"""A denoiser known in closed form, and what samplers made of it: tests/reference/README.md."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Denoising, Given
from engine.diffusion.denoising.sampling import SamplingTask, Settings, patched
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.diffusion.levels.parameterisation import (
    Parameterisation,
    discrete,
    flow,
    scaled_linear_betas,
)
from engine.types import Cond, Conditioning, Latent, Patch

REFERENCE = Path(__file__).parent / "reference"
SPREAD = 0.6
CPU = torch.device("cpu")
Case = Mapping[str, Any]
MODELS: Mapping[str, Parameterisation] = {
    "sd1": discrete(scaled_linear_betas()),
    "sd2_v": discrete(scaled_linear_betas(), "v"),
    "sd3_shift3": flow(3.0),
    "flux_shift1.15": flow(math.exp(1.15), count=10_000, multiplier=1.0),
}
#: The context's one number says which mixture is asked.
POSITIVE, NEGATIVE = (
    Conditioning((Cond(torch.full((1, 1, 1), float(number))),)) for number in (0, 1)
)


def reference(name: str) -> Any:
    """Read a JSON file of reference numbers."""
    return json.loads((REFERENCE / f"{name}.json").read_text())


def arrays(name: str) -> dict[str, Tensor]:
    """Read a file of reference arrays."""
    with np.load(REFERENCE / f"{name}.npz") as file:
        return {key: torch.from_numpy(file[key]) for key in file.files}


ARRAYS = arrays("samplers")


@dataclass
class Mixture:
    """Says exactly where noise came from, when latents are a mixture of three Gaussians."""

    parameterisation: Parameterisation
    latent_scale: float = 1.0
    device: torch.device = CPU
    calls: int = 0
    remembers: bool = False
    extra_channels: int = 0

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        self.calls += 1
        sigma = sigma.view(-1, 1, 1, 1)
        alpha = torch.ones_like(sigma) * self.parameterisation.alpha(sigma)
        side = given.context[:, 0, 0].long()
        means = torch.stack([ARRAYS["mean_positive"], ARRAYS["mean_negative"]])[side]
        weights = torch.stack([ARRAYS["weight_positive"], ARRAYS["weight_negative"]])[side]
        variance = (SPREAD * alpha) ** 2 + sigma**2
        away = [x - alpha * means[:, k] for k in range(3)]
        distances = torch.stack([(d**2).sum((1, 2, 3)) for d in away], 1)
        shares = (weights.log() - distances / (2 * variance.view(-1, 1))).softmax(1)
        gain = SPREAD**2 * alpha / variance
        clean = torch.zeros_like(x)
        for k in range(3):
            clean = clean + shares[:, k].view(-1, 1, 1, 1) * (means[:, k] + gain * away[k])
        return clean


def task_of(
    case: Case,
    denoiser: Denoising,
    *,
    noise_mask: Tensor | None = None,
    patches: Sequence[Patch] = (),
    **options: Any,
) -> SamplingTask:
    """Make the task of a reference case."""
    latent = ARRAYS["latent"] if case.get("denoise", 0) < 1 else torch.zeros(2, 4, 8, 8)
    settings = Settings(
        case["sampler"],
        tuple(case["sigmas"]),
        case["seed"],
        ClassifierFree(case["cfg"]),
    )
    sides = {"positive": POSITIVE, "negative": NEGATIVE}
    chosen = patched(settings, patches)
    return SamplingTask(denoiser, Latent(latent, noise_mask), sides, chosen, **options)


def finish(task: SamplingTask) -> Tensor:
    """Run a task to its end."""
    while task.advance():
        pass
    return task.result().samples


def distance(one: Tensor, other: Tensor) -> float:
    """Return the largest difference in units of the spread."""
    return float((one - other).abs().max() / other.std())
