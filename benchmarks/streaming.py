"""A full-size SD 1.5 U-Net with half of its weights read from the file at every step.

Seconds a step against the network that is all in memory, 256x256, two pictures a pass, the file in
the page cache; both take turns in one process and the figures are medians. Peaks are VmHWM in
processes of their own, less what was held before: of the streamed run against 1.1 times its budget
and what the resident run needs beside its weights. Answers are compared bit for bit.

    python -m benchmarks streaming [--steps 4] [--cells 32] [--precisions bf16 fp32] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.load_checkpoint import memory_kib
from benchmarks.sd15_file import write_sd15
from engine.diffusion.families import SD1, Network
from engine.diffusion.model_files.checkpoint import read_contents
from engine.diffusion.networks.build import build, expected_bytes, module_bytes
from engine.diffusion.streaming import build_streamed, stream_of

THREADS = 2
DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}
SHARE = 0.5


def network_of(path: Path) -> Network:
    return SD1.network(read_contents(path), "model")


def built(path: Path, dtype: torch.dtype, *, streamed: bool) -> nn.Module:
    network = network_of(path)
    if not streamed:
        return build(network, dtype, "cpu", path.name)
    budget = int(expected_bytes(network, dtype) * SHARE)
    return build_streamed(network, dtype, "cpu", path.name, budget_bytes=budget)


def answer(module: nn.Module, dtype: torch.dtype, cells: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, 4, cells, cells, generator=generator).to(dtype)
    context = torch.randn(2, 77, 768, generator=generator).to(dtype)
    times = torch.tensor([500, 500])
    return module(x, times, encoder_hidden_states=context, return_dict=False)[0]


def measure_times(path: Path, precision: str, steps: int, cells: int) -> dict[str, Any]:
    dtype = DTYPES[precision]
    modules = {
        "resident": built(path, dtype, streamed=False),
        "streamed": built(path, dtype, streamed=True),
    }
    answers = {name: answer(module, dtype, cells) for name, module in modules.items()}
    answer(modules["streamed"], dtype, cells)  # now the order of its layers is known
    seconds: dict[str, list[float]] = {name: [] for name in modules}
    for step in range(steps):
        for name in sorted(modules, reverse=step % 2 == 1):
            started = time.perf_counter()
            answer(modules[name], dtype, cells)
            seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    stream = stream_of(modules["streamed"])
    assert stream is not None
    return {
        "precision": precision,
        "same": torch.equal(answers["resident"], answers["streamed"]),
        "weights_mb": round(module_bytes(modules["resident"]) / 1e6),
        "held_mb": round(module_bytes(modules["streamed"]) / 1e6),
        "read_mb": round(stream.streamed_bytes / 1e6),
        **{f"{name}_s": round(value, 3) for name, value in medians.items()},
        "ratio": round(medians["streamed"] / medians["resident"], 3),
        "runs": {name: [round(t, 3) for t in times] for name, times in seconds.items()},
    }


def measure_peak(path: Path, precision: str, cells: int, *, streamed: bool) -> dict[str, Any]:
    """Compute two steps in this process; it holds nothing but the network."""
    dtype = DTYPES[precision]
    tiny = nn.Sequential(nn.Conv2d(4, 4, 3), nn.GroupNorm(2, 4)).to(dtype)
    tiny(torch.zeros(1, 4, 8, 8, dtype=dtype))
    from diffusers import UNet2DConditionModel  # what importing it takes is not counted

    assert UNet2DConditionModel
    before = memory_kib("VmRSS")
    module = built(path, dtype, streamed=streamed)
    for _ in range(3):
        answer(module, dtype, cells)
    return {"peak_mb": round((memory_kib("VmHWM") - before) * 1024 / 1e6)}


def peak(path: Path, precision: str, cells: int, *, streamed: bool) -> int:
    command = [sys.executable, "-m", "benchmarks", "streaming", "--cells", str(cells)]
    way = "streamed" if streamed else "resident"
    done = subprocess.run(
        [*command, "--measure", str(path), precision, way],
        check=True, capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])["peak_mb"]


@torch.no_grad()
def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--cells", type=int, default=32, help="of 8 pixels, a side")
    parser.add_argument("--precisions", nargs="+", default=list(DTYPES), choices=DTYPES)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--measure", nargs=3, metavar=("FILE", "PRECISION", "WAY"))
    options = parser.parse_args(arguments)
    torch.set_num_threads(THREADS)
    if options.measure:
        path, precision, way = options.measure
        print(json.dumps(measure_peak(
            Path(path), precision, options.cells, streamed=way == "streamed"
        )))  # fmt: skip
        return
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for precision in options.precisions:
            path = write_sd15(Path(folder) / f"{precision}.safetensors", DTYPES[precision])
            row = measure_times(path, precision, options.steps, options.cells)
            resident = peak(path, precision, options.cells, streamed=False)
            streamed = peak(path, precision, options.cells, streamed=True)
            activations = resident - row["weights_mb"]
            budget = row["weights_mb"] * SHARE
            row |= {
                "resident_peak_mb": resident,
                "streamed_peak_mb": streamed,
                "bound_mb": round(1.1 * budget + activations),
            }
            rows.append(row)
            path.unlink()
            print(
                f"{precision}: {row['weights_mb']} MB of weights, {row['held_mb']} MB held, "
                f"{row['read_mb']} MB read a step; {row['resident_s']:.2f} s a step resident, "
                f"{row['streamed_s']:.2f} s streamed, {row['ratio']:.3f} times; "
                f"peak {row['streamed_peak_mb']} MB, bound {row['bound_mb']} MB "
                f"(resident {row['resident_peak_mb']} MB); same bits: {row['same']}",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
