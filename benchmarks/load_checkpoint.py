"""Peak memory of loading a full-size SD 1.5 checkpoint, against what its weights take.

Each mode runs in a process of its own. The peak is VmHWM less what the process held when its
libraries were imported; the issue asks for less than 1.25 times the loaded weights.

    python -m benchmarks load_checkpoint [--json FILE]
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MODES = ("auto", "fp32", "fp16", "bf16")
#: what loading imports, to be there before memory is counted
LIBRARIES = (
    "diffusers.models.unets.unet_2d_condition",
    "diffusers.models.autoencoders.autoencoder_kl",
    "transformers.models.clip.modeling_clip",
    "engine.diffusion.model_files.pickle_file",
)
SUFFIXES = ("safetensors", "ckpt")


def memory_kib(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def measure(base: Path, name: str, mode: str) -> dict[str, Any]:
    """Load all parts of a checkpoint in this process."""
    import torch

    from engine.diffusion.networks import weights
    from engine.diffusion.networks.build import module_bytes
    from engine.paths import Folders
    from engine.runtime import Runtime

    for module in LIBRARIES:
        importlib.import_module(module)
    torch.ones(1).half().float()
    runtime = Runtime.detect(Folders.at(base), precision=mode, device="cpu")
    before, started = memory_kib("VmRSS"), time.perf_counter()
    model, clip, vae = weights.read_checkpoint("checkpoints", name, runtime)
    loaded = [
        weights.load_model(model, runtime).unet,
        weights.load_text_encoder(clip, runtime),
        weights.load_vae(vae, runtime).module,
    ]
    seconds, peak = time.perf_counter() - started, memory_kib("VmHWM") - before
    size = sum(map(module_bytes, loaded))
    return {
        "file": name,
        "mode": mode,
        "dtypes": dict(runtime.devices.dtypes),
        "weights_mb": round(size / 1e6),
        "peak_mb": round(peak * 1024 / 1e6),
        "ratio": round(peak * 1024 / size, 3),
        "seconds": round(seconds, 2),
    }


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--measure", nargs=3, metavar=("BASE", "NAME", "MODE"))
    options = parser.parse_args(arguments)
    if options.measure:
        base, name, mode = options.measure
        print(json.dumps(measure(Path(base), name, mode)))
        return
    rows = measure_all()
    print(f"{'file':18} {'mode':5} {'weights':>9} {'peak':>9} {'ratio':>6} {'time':>7}")
    for row in rows:
        print(
            f"{row['file']:18} {row['mode']:5} {row['weights_mb']:6} MB {row['peak_mb']:6} MB "
            f"{row['ratio']:6.3f} {row['seconds']:5.2f} s"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def measure_all() -> list[dict[str, Any]]:
    from benchmarks.sd15_file import write_sd15

    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = Path(folder) / "models" / "checkpoints"
        checkpoints.mkdir(parents=True)
        for suffix in SUFFIXES:
            path = write_sd15(checkpoints / f"sd15.{suffix}")
            command = [sys.executable, "-m", "benchmarks", "load_checkpoint", "--measure", folder]
            for mode in MODES:
                done = subprocess.run(
                    [*command, path.name, mode], check=True, capture_output=True, text=True
                )
                rows.append(json.loads(done.stdout.splitlines()[-1]))
            path.unlink()
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
