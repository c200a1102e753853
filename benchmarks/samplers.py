"""Milliseconds a step of sampling itself: a denoiser that costs nothing, 4x64x64, 1,000 steps.

Beside each task stands a loop that does the same arithmetic with the same noise and nothing around
it: four methods written out as people write them, the others by the sampler's own generator, driven
bare. Time is that of the thread, so that neighbours on the machine count less.

    python -m benchmarks samplers
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.denoising.noise import brownian_noise, stepwise_noise
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
#: Whose noise takes milliseconds a step: fewer steps and rounds tell as much.
SLOW = ("dpmpp_2m_sde", "dpmpp_sde")
Guided = Callable[[Tensor, Tensor], Tensor]


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


def plain_euler(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with Euler's method."""
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        x = x + (x - denoised) / sigma * (next_sigma - sigma)
    return x


def plain_euler_ancestral(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with Euler's method and fresh noise."""
    noise = stepwise_noise(x, 1)
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        up = (next_sigma**2 * (sigma**2 - next_sigma**2) / sigma**2) ** 0.5
        down = (next_sigma**2 - up**2) ** 0.5
        x = x + (x - denoised) / sigma * (down - sigma) + noise() * up
    return x


def plain_dpmpp_2m(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with DPM-Solver++(2M)."""
    last, h_last = None, torch.zeros(())
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        h = sigma.log() - next_sigma.log()
        if last is None or next_sigma == 0:
            ahead = denoised
        else:
            r = h_last / h
            ahead = (1 + 1 / (2 * r)) * denoised - (1 / (2 * r)) * last
        x = next_sigma / sigma * x - (-h).expm1() * ahead
        last, h_last = denoised, h
    return x


def plain_dpmpp_2m_sde(denoise: Guided, x: Tensor, levels: Tensor) -> Tensor:
    """Sample with SDE-DPM-Solver++(2M)."""
    noise = brownian_noise(x, levels.tolist(), 1)
    last, h_last = None, torch.zeros(())
    for sigma, next_sigma in pairwise(levels):
        denoised = denoise(x, sigma)
        if next_sigma == 0:
            return denoised
        h = sigma.log() - next_sigma.log()
        x = next_sigma / sigma * (-h).exp() * x - (-2 * h).expm1() * denoised
        if last is not None:
            x = x - 0.5 * (-2 * h).expm1() * (h / h_last) * (denoised - last)
        x = x + noise(sigma, next_sigma) * next_sigma * (-(-2 * h).expm1()).sqrt()
        last, h_last = denoised, h
    return x


WRITTEN_OUT = {
    "euler": plain_euler,
    "euler_ancestral": plain_euler_ancestral,
    "dpmpp_2m": plain_dpmpp_2m,
    "dpmpp_2m_sde": plain_dpmpp_2m_sde,
}
BARE = ("heun", "dpm_2_ancestral", "lms", "deis", "res_multistep", "er_sde", "sa_solver", "uni_pc")


def plain(sampler: str, sigmas: tuple[float, ...]) -> Tensor:
    """Sample with nothing around the method."""
    x = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1)) * sigmas[0]
    if sampler in WRITTEN_OUT:
        return WRITTEN_OUT[sampler](guided(), x, torch.tensor(sigmas))
    denoise, levels = guided(), SAMPLERS[sampler].levels(sigmas)
    sampling = SAMPLERS[sampler].run(SamplerStart(x, levels, 1, Free.parameterisation))
    request = next(sampling)
    while True:
        try:
            answer = Answer(denoise(request.x, torch.tensor(request.sigma)))
            request = sampling.send(answer)
        except StopIteration as end:
            return end.value


def sampled(sampler: str, sigmas: tuple[float, ...], record: RecordAt | None = None) -> Latent:
    """Sample with a task."""
    settings = Settings(sampler, sigmas, 1, ClassifierFree(CFG))
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


def rows() -> Iterator[str]:
    for sampler in (*WRITTEN_OUT, *BARE):
        steps, rounds = (100, 3) if sampler in SLOW else (STEPS, ROUNDS)
        sigmas = make_sigmas(Free.parameterisation, "karras", steps)
        bare, task = compared(
            lambda s=sampler, at=sigmas: plain(s, at),
            lambda s=sampler, at=sigmas: sampled(s, at),
            steps=steps,
            rounds=rounds,
        )
        how = "written out" if sampler in WRITTEN_OUT else "bare"
        yield f"{sampler:17} {task:7.3f} ms a step, {how:11} {bare:7.3f}, ratio {task / bare:.2f}"


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
    for line in (*rows(), *recorded()):
        print(line, flush=True)
