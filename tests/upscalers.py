"""Small ESRGAN files in each layout, and the network's formula over their own names."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from engine.paths import Folders

State = dict[str, Tensor]


class Size(NamedTuple):
    """Channels of the network, what a dense layer adds, and how many blocks there are."""

    features: int
    growth: int
    blocks: int


SMALL = Size(8, 4, 2)
#: ESRGAN's and RealESRGAN_x4plus's
FULL = Size(64, 32, 23)


def esrgan_state(doublings: int = 2, fold: int = 1, size: Size = SMALL) -> State:
    """Return random weights under the names of BasicSR and Real-ESRGAN."""
    features, growth, blocks = size
    generator = torch.Generator().manual_seed(3)

    def conv(name: str, given: int, made: int) -> State:
        weight = torch.randn(made, given, 3, 3, generator=generator) / (9 * given) ** 0.5
        return {
            f"{name}.weight": weight,
            f"{name}.bias": torch.randn(made, generator=generator) / 10,
        }

    state = conv("conv_first", 3 * fold**2, features)
    for block, dense, index in itertools.product(range(blocks), (1, 2, 3), range(5)):
        made = growth if index < 4 else features
        name = f"body.{block}.rdb{dense}.conv{index + 1}"
        state |= conv(name, features + index * growth, made)
    ups = [f"conv_up{index + 1}" for index in range(doublings)]
    for name in ("conv_body", *ups, "conv_hr"):
        state |= conv(name, features, features)
    return state | conv("conv_last", features, 3)


def _blocks(state: State) -> int:
    return 1 + max(int(name.split(".")[1]) for name in state if name.startswith("body."))


def first_release(state: State) -> State:
    """Rename to the layout of ESRGAN's first release, whose layers are numbered."""
    doublings = sum(name.startswith("conv_up") for name in state) // 2
    places = {"conv_first": "model.0", "conv_body": f"model.1.sub.{_blocks(state)}"}
    places |= {f"conv_up{index + 1}": f"model.{3 + 3 * index}" for index in range(doublings)}
    last = 2 + 3 * doublings
    places |= {"conv_hr": f"model.{last}", "conv_last": f"model.{last + 2}"}
    renamed: State = {}
    for name, tensor in state.items():
        layer, _, kind = name.rpartition(".")
        if layer.startswith("body."):
            _, block, dense, conv = layer.split(".")
            layer = f"model.1.sub.{block}.{dense.upper()}.{conv}.0"
        renamed[f"{places.get(layer, layer)}.{kind}"] = tensor
    return renamed


def repository(state: State) -> State:
    """Rename to the layout of ESRGAN's own repository."""
    changes = {
        "conv_body": "trunk_conv",
        "body": "RRDB_trunk",
        ".rdb": ".RDB",
        "conv_up": "upconv",
        "conv_hr": "HRconv",
    }
    renamed: State = {}
    for name, tensor in state.items():
        for new, old in changes.items():
            name = name.replace(new, old) if new != "body" else name.replace("body.", f"{old}.")
        renamed[name] = tensor
    return renamed


def enlarged(state: State, x: Tensor) -> Tensor:
    """Compute what the papers say, straight from the tensors of BasicSR's layout."""

    def conv(name: str, planes: Tensor) -> Tensor:
        return functional.conv2d(planes, state[f"{name}.weight"], state[f"{name}.bias"], padding=1)

    def act(planes: Tensor) -> Tensor:
        return torch.where(planes > 0, planes, 0.2 * planes)

    def dense(name: str, planes: Tensor) -> Tensor:
        seen = planes
        for index in range(1, 5):
            seen = torch.cat([seen, act(conv(f"{name}.conv{index}", seen))], 1)
        return planes + 0.2 * conv(f"{name}.conv5", seen)

    fold = round((state["conv_first.weight"].shape[1] / 3) ** 0.5)
    height, width = x.shape[-2:]
    if fold > 1:  # (N, 3, h, w) to (N, 3 * fold², h / fold, w / fold)
        x = functional.pad(x, (0, -width % fold, 0, -height % fold), mode="reflect")
        n, c, h, w = x.shape
        x = x.reshape(n, c, h // fold, fold, w // fold, fold).permute(0, 1, 3, 5, 2, 4)
        x = x.reshape(n, c * fold**2, h // fold, w // fold)
    first = trunk = conv("conv_first", x)
    for block in range(_blocks(state)):
        before = trunk
        for index in (1, 2, 3):
            trunk = dense(f"body.{block}.rdb{index}", trunk)
        trunk = before + 0.2 * trunk
    features = first + conv("conv_body", trunk)
    index = 1
    while f"conv_up{index}.weight" in state:
        larger = features.repeat_interleave(2, 2).repeat_interleave(2, 3)
        features, index = act(conv(f"conv_up{index}", larger)), index + 1
    scale = 2 ** (index - 1) // fold
    made = conv("conv_last", act(conv("conv_hr", features)))
    return made[..., : height * scale, : width * scale]


def upscale_file(folders: Folders, name: str, state: State) -> Path:
    """Write a file into upscale_models/; one that ends in .pth as trainers do."""
    path = folders.models["upscale_models"][0] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".pth":
        torch.save({"params_ema": state}, path)
    else:
        save_file(state, path)
    return path


LAYOUTS: dict[str, Callable[[State], State]] = {
    "first_release": first_release,
    "repository": repository,
    "basicsr": dict,
}
