"""Names of tensors: from the original Stable Diffusion layout to those of the libraries.

Every function maps stored names to the names inside the module; names it does not know stay as
they are, so that a later check can report them. Knows no torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.diffusion.model_files.layouts import (
    UNET,
    UNET_RESNET,
    VAE,
    VAE_ATTENTION,
    VAE_RESNET,
    replaced,
    turned_round,
)

Names = Mapping[str, str]

_UNET = turned_round(UNET)
_UNET_RESNET = turned_round(UNET_RESNET)
_VAE = turned_round(VAE)
_VAE_RESNET = turned_round(VAE_RESNET)
#: Also as diffusers named it before version 0.17.
_VAE_ATTENTION = turned_round(VAE_ATTENTION) | {
    "query": "to_q",
    "key": "to_k",
    "value": "to_v",
    "proj_attn": "to_out.0",
}
_UNET_BLOCK = re.compile(r"(input|output)_blocks\.(\d+)\.(\d)\.(.+)")
_UNET_DOWN = re.compile(r"input_blocks\.(\d+)\.0\.op\.weight")
_VAE_BLOCK = re.compile(r"(encoder\.down|decoder\.up)\.(\d+)\.(block\.(\d+)|\w+)\.(.+)")
_VAE_MID_ATTENTION = re.compile(r"((?:en|de)coder\.mid_block\.attentions\.0\.)(.+)")
_VAE_SIDE = re.compile(r"(encoder\.|decoder\.)(.+)")


def unet_names(stored: Iterable[str]) -> Names:
    """Name the tensors of a U-Net, given without "model.diffusion_model."."""
    names = list(stored)
    if not any(name.startswith("input_blocks.") for name in names):
        return {name: name for name in names}
    period = _blocks_a_level(names)
    return {name: _unet_name(name, period) for name in names}


def vae_names(stored: Iterable[str]) -> Names:
    """Name the tensors of an autoencoder, given without "first_stage_model."."""
    names = list(stored)
    levels = 1 + max((int(m[2]) for name in names if (m := _VAE_BLOCK.match(name))), default=0)
    return {name: _vae_name(name, levels) for name in names}


def text_encoder_names(stored: Iterable[str]) -> Names:
    """Name the tensors of a CLIP text encoder; transformers 5 writes no "text_model."."""
    return {name: name.removeprefix("text_model.") for name in stored}


def _blocks_a_level(names: Iterable[str]) -> int:
    """Return how many input blocks a level has: its layers and the downsampler after them."""
    downsamplers = [int(m[1]) for name in names if (m := _UNET_DOWN.fullmatch(name))]
    if downsamplers:
        return min(downsamplers)
    # One level has no downsampler: blocks 1 to n are its layers.
    return 1 + max((int(m[2]) for name in names if (m := _UNET_BLOCK.match(name))), default=0)


def _unet_name(name: str, period: int) -> str:
    renamed = replaced(name, _UNET)
    if (block := _UNET_BLOCK.fullmatch(renamed)) is not None:
        side, index, place, rest = block[1], int(block[2]), int(block[3]), block[4]
        renamed = _unet_block(side, divmod(index - (side == "input"), period), place, rest)
    head, dot, rest = renamed.partition(".resnets.")
    if dot:
        number, _, rest = rest.partition(".")
        return f"{head}.resnets.{number}.{replaced(rest, _UNET_RESNET)}"
    return renamed


def _unet_block(side: str, where: tuple[int, int], place: int, rest: str) -> str:
    level, layer = where
    if side == "input":
        if rest.startswith("op."):
            return f"down_blocks.{level}.downsamplers.0.conv.{rest.removeprefix('op.')}"
        return f"down_blocks.{level}.{'attentions' if place else 'resnets'}.{layer}.{rest}"
    if place and rest.startswith("conv."):
        return f"up_blocks.{level}.upsamplers.0.{rest}"
    return f"up_blocks.{level}.{'attentions' if place else 'resnets'}.{layer}.{rest}"


def _vae_name(name: str, levels: int) -> str:
    if (block := _VAE_BLOCK.fullmatch(name)) is not None:
        return _vae_block(block, levels)
    renamed = name
    if (side := _VAE_SIDE.fullmatch(name)) is not None:
        renamed = side[1] + replaced(side[2], _VAE)
    if (attention := _VAE_MID_ATTENTION.fullmatch(renamed)) is not None:
        return attention[1] + replaced(attention[2], _VAE_ATTENTION)
    return renamed


def _vae_block(block: re.Match[str], levels: int) -> str:
    level, layer, rest = int(block[2]), block[4], block[5]
    down = block[1] == "encoder.down"
    # The original decoder counts its levels from the finest, diffusers from the coarsest.
    head = f"encoder.down_blocks.{level}" if down else f"decoder.up_blocks.{levels - 1 - level}"
    if layer is not None:
        return f"{head}.resnets.{layer}.{replaced(rest, _VAE_RESNET)}"
    return f"{head}.{'downsamplers' if down else 'upsamplers'}.0.{rest}"
