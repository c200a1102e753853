"""Peak memory of the autoencoder of SD 1.5, whole and in tiles, against what is predicted.

Each case runs in a process of its own; the peak is VmHWM less what the process held before. The
prediction decides whether the whole is tried at all, so it should not be below the peak.

    python -m benchmarks vae_memory [--sizes 256 512] [--json FILE]
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

DTYPES = ("float32", "bfloat16")
WAYS = ("decode", "encode", "decode_tiled")
TILE = 256


def measure(way: str, dtype: str, size: int) -> dict[str, Any]:
    """Run one case in this process."""
    import torch
    from diffusers import AutoencoderKL

    from engine.diffusion.autoencoder.vae import Vae
    from engine.diffusion.tiles import latent_tiles

    torch.set_grad_enabled(False)
    blocks: dict[str, Any] = {
        "block_out_channels": (128, 256, 512, 512),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
    }
    module = AutoencoderKL(layers_per_block=2, **blocks).to(getattr(torch, dtype)).eval()
    vae = Vae(module, 0.18215)
    vae.decode(torch.zeros(1, 4, 8, 8))  # what the library needs once
    cells = size // 8
    before, started = memory_kib("VmRSS"), time.perf_counter()
    if way == "decode":
        vae.decode(torch.randn(1, 4, cells, cells))
    elif way == "encode":
        vae.encode(torch.rand(1, size, size, 3))
    else:
        vae.decode_tiled(torch.randn(1, 4, cells, cells), TILE, 64)
        cells = min(cells, latent_tiles(TILE, 64, 8).height)
    seconds, peak = time.perf_counter() - started, (memory_kib("VmHWM") - before) * 1024
    predicted = vae.activation_bytes(cells**2)
    return {
        "way": way,
        "dtype": dtype,
        "size": size,
        "peak_mb": round(peak / 1e6),
        "predicted_mb": round(predicted / 1e6),
        "ratio": round(predicted / peak, 2),
        "seconds": round(seconds, 1),
    }


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--measure", nargs=3, metavar=("WAY", "DTYPE", "SIZE"))
    options = parser.parse_args(arguments)
    if options.measure:
        way, dtype, size = options.measure
        print(json.dumps(measure(way, dtype, int(size))))
        return
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        for dtype in DTYPES:
            for way in WAYS:
                command = [sys.executable, "-m", "benchmarks", "vae_memory", "--measure"]
                done = subprocess.run(
                    [*command, way, dtype, str(size)], check=True, capture_output=True, text=True
                )
                row = json.loads(done.stdout.splitlines()[-1])
                rows.append(row)
                print(
                    f"{size:5} {dtype:9} {way:13} peak {row['peak_mb']:5} MB, predicted "
                    f"{row['predicted_mb']:5} MB, {row['ratio']:.2f} times, {row['seconds']:.1f} s",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
