"""Seconds a sampling step takes on a full-size SD 1.5: ours against a plain diffusers loop.

256x256, Euler, cfg 7, two CPU threads, in fp32 and bf16. Both loops use the same loaded network and
take turns step by step in one process; the figures are medians. The issue asks for at most 1.05
times the plain loop.

    python -m benchmarks sd15_step [--steps 8] [--rounds 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from benchmarks.sd15_file import write_sd15
from engine.diffusion.denoising.sampling import SamplingTask
from engine.diffusion.denoising.settings import Settings
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.diffusion.levels.schedules import make_sigmas
from engine.diffusion.networks.weights import load_model, read_checkpoint
from engine.paths import Folders
from engine.runtime import Runtime
from engine.types import Cond, Conditioning, Latent

if TYPE_CHECKING:
    from engine.diffusion.denoising.denoiser import Denoiser

NAME = "sd15.safetensors"
CFG = 7.0
THREADS = 2
CELLS = 32  # of 8 pixels


def ours(denoiser: Denoiser, texts: torch.Tensor, steps: int) -> Iterator[None]:
    sigmas = make_sigmas(denoiser.parameterisation, "normal", steps)
    sides = tuple(Conditioning((Cond(text[None]),)) for text in texts)
    latent = Latent(torch.zeros(1, 4, CELLS, CELLS))
    settings = Settings("euler", tuple(sigmas), 1, ClassifierFree(CFG))
    task = SamplingTask(denoiser, latent, {"positive": sides[0], "negative": sides[1]}, settings)
    while task.advance():
        yield


def plain(denoiser: Denoiser, texts: torch.Tensor, steps: int) -> Iterator[None]:
    from diffusers import EulerDiscreteScheduler

    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"
    )
    scheduler.set_timesteps(steps)
    unet = denoiser.unet
    texts = texts.to(unet.dtype)
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(1, 4, CELLS, CELLS, generator=generator).to(unet.dtype)
    latents = latents * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        both = scheduler.scale_model_input(torch.cat([latents] * 2), timestep)
        output = unet(both, timestep, encoder_hidden_states=texts, return_dict=False)[0]
        positive, negative = output.chunk(2)
        guided = negative + CFG * (positive - negative)
        latents = scheduler.step(guided, timestep, latents, return_dict=False)[0]
        yield


LOOPS: dict[str, Callable[[Denoiser, torch.Tensor, int], Iterator[None]]] = {
    "ours": ours,
    "plain": plain,
}


def measure(base: Path, precision: str, steps: int, rounds: int) -> dict[str, Any]:
    runtime = Runtime.detect(Folders.at(base), precision=precision, device="cpu")
    denoiser = load_model(read_checkpoint("checkpoints", NAME, runtime)[0], runtime)
    texts = torch.randn(2, 77, 768, generator=torch.Generator().manual_seed(2))
    seconds: dict[str, list[float]] = {name: [] for name in LOOPS}
    for _ in range(rounds):
        runs = {name: loop(denoiser, texts, steps) for name, loop in LOOPS.items()}
        for step in range(steps):
            for name in sorted(LOOPS, reverse=step % 2 == 1):
                started = time.perf_counter()
                next(runs[name], None)
                seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    return {
        "precision": precision,
        **{f"{name}_s": round(value, 3) for name, value in medians.items()},
        "ratio": round(medians["ours"] / medians["plain"], 3),
        "runs": {name: [round(t, 3) for t in times] for name, times in seconds.items()},
    }


@torch.no_grad()
def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args(arguments)
    torch.set_num_threads(THREADS)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "models" / "checkpoints" / NAME
        path.parent.mkdir(parents=True)
        write_sd15(path)
        for precision in ("bf16", "fp32"):
            row = measure(Path(folder), precision, options.steps, options.rounds)
            rows.append(row)
            print(
                f"{precision}: ours {row['ours_s']:.3f} s a step, plain diffusers "
                f"{row['plain_s']:.3f} s, ratio {row['ratio']:.3f}",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
