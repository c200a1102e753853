"""Peak memory of the U-Net of SD 1.5 beside its weights, against what is predicted.

Each case runs in a process of its own; the peak is VmHWM less what the process held before, weights
included. The prediction decides how much of the weights stays in the memory and whether batches are
split, so it should not be below the peak.

    python -m benchmarks unet_memory [--cases 1x32x32 2x64x64] [--precisions fp32] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.load_checkpoint import memory_kib

DTYPES = {"fp32": "float32", "bf16": "bfloat16"}
WIDTH, TOKENS = 768, 77


def measure(dtype: str, samples: int, height: int, width: int) -> dict[str, Any]:
    """Run one case in this process."""
    import torch
    from diffusers import UNet2DConditionModel

    from engine.diffusion.unet.activations import Activations

    torch.set_grad_enabled(False)
    torch.set_num_threads(2)
    number = getattr(torch, DTYPES[dtype])
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=WIDTH).to(number).eval()
    unet.to_empty(device="cpu")
    for parameter in unet.parameters():
        parameter.fill_(1e-3)

    def answer(count: int, *size: int) -> None:
        x, context = torch.randn(count, 4, *size), torch.randn(count, TOKENS, WIDTH)
        unet(x.to(number), torch.full((count,), 500), encoder_hidden_states=context.to(number))

    answer(1, 8, 8)  # what the library needs once
    before, started = memory_kib("VmRSS"), time.perf_counter()
    highest = memory_kib("VmHWM")
    answer(samples, height, width)
    seconds, peak = time.perf_counter() - started, (memory_kib("VmHWM") - before) * 1024
    assert memory_kib("VmHWM") > highest, "the case is too small to be seen"
    cells = samples * height * width
    predicted = Activations.of(unet.config).numbers(cells) * number.itemsize
    return {
        "dtype": dtype,
        "samples": samples,
        "cells": f"{height}x{width}",
        "peak_mb": round(peak / 1e6),
        "predicted_mb": round(predicted / 1e6),
        "ratio": round(predicted / peak, 2),
        "seconds": round(seconds, 1),
    }


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", default=["1x32x32", "2x32x48", "2x64x64"])
    parser.add_argument("--precisions", nargs="+", default=list(DTYPES), choices=DTYPES)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--measure", nargs=2, metavar=("PRECISION", "CASE"))
    options = parser.parse_args(arguments)
    if options.measure:
        dtype, case = options.measure
        print(json.dumps(measure(dtype, *map(int, case.split("x")))))
        return
    rows: list[dict[str, Any]] = []
    for dtype in options.precisions:
        for case in options.cases:
            command = [sys.executable, "-m", "benchmarks", "unet_memory", "--measure", dtype, case]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            row = json.loads(done.stdout.splitlines()[-1])
            rows.append(row)
            print(
                f"{case:8} {dtype}: peak {row['peak_mb']:5} MB, predicted "
                f"{row['predicted_mb']:5} MB, {row['ratio']:.2f} times, {row['seconds']:.1f} s",
                flush=True,
            )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
