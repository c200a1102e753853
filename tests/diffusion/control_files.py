"""Small ControlNets and adapters, and their files in every layout."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import torch
from diffusers import ControlNetModel, T2IAdapter, UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor

from tests.tiny_models import State, original_unet_name

CONTEXT = 16
Net = TypeVar("Net", bound=torch.nn.Module)
WIDTHS: tuple[int, ...] = (32, 32, 64, 64)


def small_unet() -> UNet2DConditionModel:
    """Build a U-Net of SD 1.x's four levels."""
    torch.manual_seed(1)
    unet = UNet2DConditionModel(
        block_out_channels=WIDTHS,
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=CONTEXT,
        attention_head_dim=8,
    )
    return unet.eval().requires_grad_(False)


def small_controlnet() -> ControlNetModel:
    """Build a ControlNet for it; nothing in it is zero."""
    torch.manual_seed(2)
    net = ControlNetModel(
        block_out_channels=WIDTHS,
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        cross_attention_dim=CONTEXT,
        attention_head_dim=8,
        conditioning_embedding_out_channels=(4, 8, 8, 8),
    )
    return _filled(net)


def small_adapter(kind: str = "full_adapter", channels: int = 3) -> T2IAdapter:
    """Build an adapter for it."""
    torch.manual_seed(3)
    widths = list(WIDTHS if kind == "full_adapter" else WIDTHS[:3])
    return _filled(T2IAdapter(channels, widths, 2, 8, kind))


def _filled(net: Net) -> Net:
    for parameter in net.parameters():
        parameter.data = torch.randn(parameter.shape) * 0.05
    return net.eval().requires_grad_(False)


def write_controlnet(net: ControlNetModel, path: Path, layout: str, **more: Tensor) -> Path:
    """Write a ControlNet as diffusers has it, or in the original layout."""
    state = net.state_dict()
    if layout == "original":
        state = {f"control_model.{_original(name)}": t for name, t in state.items()}
    return _saved(state | more, path)


def _original(name: str) -> str:
    if found := re.fullmatch(r"controlnet_down_blocks\.(\d+)\.(\w+)", name):
        return f"zero_convs.{found[1]}.0.{found[2]}"
    if found := re.fullmatch(
        r"controlnet_cond_embedding\.(conv_in|conv_out|blocks\.\d)\.(\w+)", name
    ):
        place = {"conv_in": 0, "conv_out": 14}.get(found[1])
        number = 2 * int(found[1].removeprefix("blocks.")) + 2 if place is None else place
        return f"input_hint_block.{number}.{found[2]}"
    if found := re.fullmatch(r"down_blocks\.(\d)\.downsamplers\.0\.conv\.(\w+)", name):
        return f"input_blocks.{2 * int(found[1]) + 2}.0.op.{found[2]}"
    if name.startswith("controlnet_mid_block."):
        return name.replace("controlnet_mid_block.", "middle_block_out.0.")
    return original_unet_name(name)


def write_adapter(net: T2IAdapter, path: Path, layout: str) -> Path:
    """Write an adapter as diffusers has it, or in the original layout."""
    state = net.state_dict()
    if layout == "original":
        is_light = any("out_conv" in name for name in state)
        state = {_original_adapter(n, is_light=is_light): t for n, t in state.items()}
    return _saved(state, path)


def _original_adapter(name: str, *, is_light: bool) -> str:
    inside = name.removeprefix("adapter.")
    if is_light:
        return inside.replace(".resnets.", ".body.")
    if found := re.fullmatch(r"body\.(\d+)\.resnets\.(\d+)\.(.+)", inside):
        return f"body.{2 * int(found[1]) + int(found[2])}.{found[3]}"
    if found := re.fullmatch(r"body\.(\d+)\.in_conv\.(.+)", inside):
        return f"body.{2 * int(found[1])}.in_conv.{found[2]}"
    return inside


def _saved(state: State, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, path)
    return path
