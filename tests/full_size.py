"""Files of full-size networks of SD 1.5 in published layouts; values are drawn, never zero."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

REFERENCE = Path(__file__).parent / "reference"
NO_WEIGHTS = (
    *("betas", "alphas", "sqrt_", "log_", "posterior_"),
    *("model_ema.", "position_ids", "logit_scale"),
)
UNET, VAE = "model.diffusion_model.", "first_stage_model."
#: What diffusers' classes for SD 1.5 have beside their defaults, or its loaders ask for.
UNET_CONFIG: Mapping[str, Any] = {
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
    "layers_per_block": 2,
}
VAE_CONFIG: Mapping[str, Any] = {
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "layers_per_block": 2,
}
#: Channels of a ControlNet's twelve zero convolutions, and of the layers that embed its picture.
KEPT = (*(320,) * 4, *(640,) * 3, *(1280,) * 5)
HINT = (3, 16, 16, 32, 32, 96, 96, 256, 320)
Shapes = dict[str, tuple[int, ...]]


def drawn(name: str, shape: tuple[int, ...]) -> Tensor:
    """Draw a tensor by the rule of the reference."""
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))
    if len(shape) == 1:
        tensor = 1 + 0.1 * noise if name.endswith("weight") else 0.1 * noise
    elif "embedding" in name:
        tensor = 0.1 * noise
    else:
        tensor = noise / prod(shape[1:]) ** 0.5
    return tensor.half()


def write(path: Path, shapes: Shapes) -> Path:
    """Write a file of such tensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: drawn(name, shape) for name, shape in shapes.items()}, path)
    return path


def sd15_shapes(*starts: str) -> Shapes:
    """Return what has weights in a checkpoint, of the parts that begin so; all if none is named."""
    lines = (REFERENCE / "sd15_tensors.tsv").read_text().splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    shapes = {name: tuple(map(int, shape.split("x"))) for name, shape in rows}
    return {
        name: shape
        for name, shape in shapes.items()
        if name.startswith(starts or "") and not any(word in name for word in NO_WEIGHTS)
    }


def controlnet_shapes() -> Shapes:
    """Return what a ControlNet has in lllyasviel's layout."""
    encoder = [f"{UNET}{part}" for part in ("time_embed.", "input_blocks.", "middle_block.")]
    shapes = {name.replace(UNET, "control_model."): s for name, s in sd15_shapes(*encoder).items()}

    def conv(name: str, given: int, made: int, side: int) -> None:
        shapes[f"control_model.{name}.weight"] = (made, given, side, side)
        shapes[f"control_model.{name}.bias"] = (made,)

    for number, width in enumerate(KEPT):
        conv(f"zero_convs.{number}.0", width, width, 1)
    conv("middle_block_out.0", KEPT[-1], KEPT[-1], 1)
    for number, (given, made) in enumerate(pairwise(HINT)):
        conv(f"input_hint_block.{2 * number}", given, made, 3)
    return shapes


def swap(path: Path, one: str, other: str) -> None:
    """Let two tensors of a file change places, by their names in its header."""
    with path.open("r+b") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        header[one], header[other] = header[other], header[one]
        text = json.dumps(header, separators=(",", ":")).encode()
        file.seek(8)
        file.write(text.ljust(length))


def config_folder(folder: Path, kind: str, **config: Any) -> Path:
    """Write the settings of one of diffusers' classes, as its loaders read them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"_class_name": kind, **config}))
    return folder
