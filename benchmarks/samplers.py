"""Milliseconds a step of sampling itself: a denoiser that costs nothing, 4x64x64, 1,000 steps.

Beside each task stands a loop that does the same with the same noise and nothing around it: some
methods written out as people write them, the others by the sampler's own generator, driven bare.
Both have to come to the same samples. Time is that of the thread, and the least of several rounds
in turn, so that neighbours on the machine count less.

    python -m benchmarks samplers               every sampler
    python -m benchmarks samplers euler heun    these
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.plain_samplers import SEED, WRITTEN_OUT, Guided
from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.denoising.sampling import RecordAt, SamplingTask, Settings
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.diffusion.levels.parameterisation import Parameterisation, discrete, scaled_linear_betas
from engine.diffusion.levels.schedules import make_sigmas
from engine.diffusion.samplers import SAMPLERS, Answer, SamplerStart
from engine.types import Cond, Conditioning, Latent

STEPS = 1_000
ROUNDS = 7
CFG = 7.0
SHAPE = (1, 4, 64, 64)
SIDES = {
    "positive": Conditioning((Cond(torch.zeros(1, 77, 768)),)),
    "negative": Conditioning((Cond(torch.zeros(1, 77, 768)),)),
}
#: What is in the name of those whose noise takes milliseconds a step: fewer tell as much.
SLOW = ("dpmpp_sde", "dpmpp_2m_sde", "dpmpp_3m_sde")


class Free:
    """Answers half of what it is given."""

    parameterisation: Parameterisation = discrete(scaled_linear_betas())
    latent_scale = 0.18215
    device = torch.device("cpu")
    remembers = False
    extra_channels = 0

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        return x * 0.5


def guided() -> Guided:
    """Return classifier-free guidance in one forward pass."""
    denoiser = Free()
    given = Given(torch.cat([side.entries[0].encoding for side in SIDES.values()]))

    def denoise(x: Tensor, sigma: Tensor) -> Tensor:
        positive, negative = denoiser(torch.cat([x, x]), sigma.expand(2), given).chunk(2)
        return negative + CFG * (positive - negative)

    return denoise


def plain(sampler: str, sigmas: tuple[float, ...]) -> Tensor:
    """Sample with nothing around the method."""
    noise = torch.randn(SHAPE, generator=torch.Generator().manual_seed(SEED))
    levels, model = SAMPLERS[sampler].levels(sigmas), Free.parameterisation
    x = model.noised(torch.zeros(SHAPE), noise, levels[0], from_max=True)
    denoise = guided()
    if sampler in WRITTEN_OUT:
        return WRITTEN_OUT[sampler](denoise, x, torch.tensor(levels))
    sampling = SAMPLERS[sampler].run(SamplerStart(x, levels, SEED, model))
    request = next(sampling)
    while True:
        try:
            denoised = denoise(request.x, torch.tensor(request.sigma))
            request = sampling.send(Answer(denoised, denoised))
        except StopIteration as end:
            return end.value


def sampled(sampler: str, sigmas: tuple[float, ...], record: RecordAt | None = None) -> Latent:
    """Sample with a task."""
    settings = Settings(sampler, sigmas, SEED, ClassifierFree(CFG))
    task = SamplingTask(Free(), Latent(torch.zeros(SHAPE)), SIDES, settings, record=record)
    while task.advance():
        pass
    return task.result()


def compared(*works: Callable[[], object], steps: int, rounds: int) -> list[float]:
    """Time works in turn, a few times over; return the least milliseconds a step of each."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            started = time.thread_time()
            work()
            taken.append(time.thread_time() - started)
    return [min(taken) * 1_000 / steps for taken in times]


def rows(samplers: Iterable[str]) -> Iterator[str]:
    for sampler in samplers:
        steps, rounds = (100, 3) if sampler.startswith(SLOW) else (STEPS, ROUNDS)
        sigmas = make_sigmas(Free.parameterisation, "karras", steps, sampler_name=sampler)
        assert torch.allclose(
            plain(sampler, sigmas), sampled(sampler, sigmas).samples * Free.latent_scale, atol=1e-3
        ), f"{sampler}: the plain loop comes to other samples"
        bare, task = compared(
            lambda s=sampler, at=sigmas: plain(s, at),
            lambda s=sampler, at=sigmas: sampled(s, at),
            steps=steps,
            rounds=rounds,
        )
        how = "written out" if sampler in WRITTEN_OUT else "bare"
        yield f"{sampler:31} {task:6.3f} ms a step, {how:11} {bare:6.3f}, ratio {task / bare:.2f}"


def recorded() -> Iterator[str]:
    sigmas = make_sigmas(Free.parameterisation, "karras", STEPS)
    with tempfile.TemporaryDirectory() as folder:
        record = RecordAt(Path(folder) / "recording", "key", "benchmark", "float32")

        def anew() -> None:
            record.path.unlink(missing_ok=True)
            sampled("euler", sigmas, record)

        without, first, again = compared(
            lambda: sampled("euler", sigmas),
            anew,
            lambda: sampled("euler", sigmas, record),
            steps=STEPS,
            rounds=ROUNDS,
        )
        size = record.path.stat().st_size / STEPS / 1_024
    yield f"recording euler adds {first - without:.3f} ms a step and {size:.0f} KiB"
    yield f"a step of euler from a recording takes {again:.3f} ms"


def main(arguments: list[str]) -> None:
    torch.set_num_threads(1)  # tensors this small are slower with more
    for line in chain(rows(arguments or SAMPLERS), () if arguments else recorded()):
        print(line, flush=True)
