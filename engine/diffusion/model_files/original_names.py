"""Names of tensors: from those of the libraries to the original Stable Diffusion layout.

The way back of `convert`. Works on names of tensors and of modules alike; a name that is not known
stays as it is. Knows no torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from engine.diffusion.model_files.layouts import (
    UNET,
    UNET_RESNET,
    VAE,
    VAE_ATTENTION,
    VAE_RESNET,
    Table,
    replaced,
)

Names = Mapping[str, str]

_RESNET = re.compile(r"(.*\bresnets\.\d+)\.(.+)")
_UNET_LAYER = re.compile(r"(down|up)_blocks\.(\d+)\.(resnets|attentions)\.(\d+)(.*)")
_UNET_SAMPLER = re.compile(r"(down|up)_blocks\.(\d+)\.(?:down|up)samplers\.0\.conv(.*)")
_VAE_SIDE = re.compile(r"(encoder\.|decoder\.)(.+)")
_VAE_LAYER = re.compile(r"(down|up)_blocks\.(\d+)\.(resnets\.(\d+)|\w+samplers\.0)(.*)")
_VAE_MID_ATTENTION = re.compile(r"(mid\.attn_1)\.(.+)")


def original_unet_names(names: Collection[str]) -> Names:
    """Name what lies below "model.diffusion_model."."""
    layers = 1 + max(_numbers(names, r"down_blocks\.0\.resnets\.(\d+)\."), default=0)
    with_attention = set(_numbers(names, r"up_blocks\.(\d+)\.attentions\."))

    def level(found: re.Match[str]) -> str:
        return _unet_block(found, layers + 1)

    def sampler(found: re.Match[str]) -> str:
        number, rest = int(found[2]), found[3]
        if found[1] == "down":
            return f"input_blocks.{(number + 1) * (layers + 1)}.0.op{rest}"
        place = 2 if number in with_attention else 1
        return f"output_blocks.{number * (layers + 1) + layers}.{place}.conv{rest}"

    return {name: _unet_name(name, level, sampler) for name in names}


def original_vae_names(names: Collection[str]) -> Names:
    """Name what lies below "first_stage_model."."""
    levels = 1 + max(_numbers(names, r"encoder\.down_blocks\.(\d+)\."), default=0)
    return {name: _vae_name(name, levels) for name in names}


def original_text_encoder_names(names: Collection[str]) -> Names:
    """Name what lies below "cond_stage_model.transformer."."""
    return {name: f"text_model.{name}" for name in names}


Block = Callable[[re.Match[str]], str]


def _unet_name(name: str, level: Block, sampler: Block) -> str:
    renamed = _in_resnet(name, UNET_RESNET)
    if found := _UNET_LAYER.fullmatch(renamed):
        return level(found)
    if found := _UNET_SAMPLER.fullmatch(renamed):
        return sampler(found)
    return replaced(renamed, UNET)


def _unet_block(found: re.Match[str], period: int) -> str:
    side, number, layer = found[1], int(found[2]), int(found[4])
    index = number * period + layer + (side == "down")
    place = "0" if found[3] == "resnets" else "1"
    return f"{'input' if side == 'down' else 'output'}_blocks.{index}.{place}{found[5]}"


def _vae_name(name: str, levels: int) -> str:
    side = _VAE_SIDE.fullmatch(name)
    if side is None:
        return name
    renamed = replaced(_in_resnet(side[2], VAE_RESNET), VAE)
    if found := _VAE_LAYER.fullmatch(renamed):
        renamed = _vae_block(found, levels)
    elif found := _VAE_MID_ATTENTION.fullmatch(renamed):
        renamed = f"{found[1]}.{replaced(found[2], VAE_ATTENTION)}"
    return side[1] + renamed


def _vae_block(found: re.Match[str], levels: int) -> str:
    side, rest = found[1], found[5]
    # The original decoder counts its levels from the finest, diffusers from the coarsest.
    number = int(found[2]) if side == "down" else levels - 1 - int(found[2])
    inner = f"block.{found[4]}" if found[4] is not None else f"{side}sample"
    return f"{side}.{number}.{inner}{rest}"


def _in_resnet(name: str, table: Table) -> str:
    found = _RESNET.fullmatch(name)
    return f"{found[1]}.{replaced(found[2], table)}" if found else name


def _numbers(names: Iterable[str], pattern: str) -> Iterable[int]:
    compiled = re.compile(pattern)
    return (int(found[1]) for name in names if (found := compiled.match(name)))
