"""Milliseconds a step of sampling itself: a denoiser that costs nothing, 4x64x64, 1,000 steps.

Beside the task, with and without a recording, stands the plain loop that does the same arithmetic.

    python -m benchmarks samplers
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from engine.diffusion.evaluation import Given
from engine.diffusion.guidance import ClassifierFree
from engine.diffusion.parameterisation import Parameterisation, discrete, scaled_linear_betas
from engine.diffusion.sampling import RecordAt, SamplingTask, Settings
from engine.diffusion.schedules import make_sigmas
from engine.types import Cond, Conditioning, Latent

STEPS = 1_000
ROUNDS = 3
CFG = 7.0
SIDES = {
    "positive": Conditioning((Cond(torch.zeros(1, 77, 768)),)),
    "negative": Conditioning((Cond(torch.zeros(1, 77, 768)),)),
}


class Free:
    """Answers half of what it is given."""

    parameterisation: Parameterisation = discrete(scaled_linear_betas())
    latent_scale = 0.18215
    device = torch.device("cpu")
    remembers = False
    extra_channels = 0

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        return x * 0.5


def plain_euler(denoiser: Free, sigmas: tuple[float, ...]) -> Tensor:
    """Sample with Euler's method and nothing around it."""
    x = torch.randn(1, 4, 64, 64) * sigmas[0]
    context = torch.cat([side.entries[0].encoding for side in SIDES.values()])
    levels = torch.tensor(sigmas)
    for sigma, next_sigma in pairwise(levels):
        positive, negative = denoiser(torch.cat([x, x]), sigma.expand(2), Given(context)).chunk(2)
        denoised = negative + CFG * (positive - negative)
        x = x + (x - denoised) / sigma * (next_sigma - sigma)
    return x


def sampled(sampler: str, sigmas: tuple[float, ...], record: RecordAt | None = None) -> Latent:
    """Sample with a task."""
    settings = Settings(sampler, sigmas, 1, ClassifierFree(CFG))
    task = SamplingTask(Free(), Latent(torch.zeros(1, 4, 64, 64)), SIDES, settings, record=record)
    while task.advance():
        pass
    return task.result()


def milliseconds(work: Callable[[], object]) -> float:
    """Time a run a few times; return the least of a step's shares."""
    times: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times) * 1_000 / STEPS


def main(arguments: list[str]) -> None:
    torch.set_num_threads(1)  # tensors this small are slower with more
    sigmas = make_sigmas(Free.parameterisation, "karras", STEPS)
    plain = milliseconds(lambda: plain_euler(Free(), sigmas))
    print(f"plain loop, euler             {plain:7.3f} ms a step")
    for sampler in ("euler", "euler_ancestral", "dpmpp_2m", "uni_pc", "dpmpp_2m_sde"):
        took = milliseconds(lambda sampler=sampler: sampled(sampler, sigmas))
        print(f"{sampler:29} {took:7.3f} ms a step, {took / plain:.1f} times the plain loop")
    with tempfile.TemporaryDirectory() as folder:
        record = RecordAt(Path(folder) / "recording", "key", "benchmark", "float32")
        took = milliseconds(lambda: record.path.unlink(True) or sampled("euler", sigmas, record))
        print(f"{'euler, recorded':29} {took:7.3f} ms a step")
        took = milliseconds(lambda: sampled("euler", sigmas, record))
        print(f"{'euler, replayed':29} {took:7.3f} ms a step")
