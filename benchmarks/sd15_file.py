"""A full-size Stable Diffusion 1.5 checkpoint of random fp16 weights, for the benchmarks."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

SHAPES = Path(__file__).parents[1] / "tests" / "reference" / "sd15_tensors.tsv"


def write_sd15(path: Path, dtype: torch.dtype = torch.float16) -> Path:
    """Write 2.1 GB as .safetensors or .ckpt, scaled so that activations stay finite."""
    torch.manual_seed(0)
    lines = SHAPES.read_text().splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    state = {name: random_weight(name, tuple(map(int, s.split("x")))).to(dtype) for name, s in rows}
    if path.suffix == ".ckpt":
        torch.save({"state_dict": state}, path)
    else:
        save_file(state, path)
    return path


def random_weight(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    if len(shape) == 1:
        return torch.full(shape, 1.0 if name.endswith("weight") else 0.0).half()
    fan_in = torch.Size(shape[1:]).numel()
    return (torch.randn(shape) / fan_in**0.5).half()
