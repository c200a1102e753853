"""An autoencoder cut into stages, each with what it costs, so that the dear ones can be tiled."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diffusers import AutoencoderKL
    from torch import Tensor, nn


@dataclass(frozen=True)
class Stage:
    """A piece of a network that looks only at what is near, apart from its normalisation.

    Attributes:
        compute: from (1, C, h, w) to (1, D, h * scale, w * scale).
        scale: cells of its output to a cell of its input.
        cells: cells of its input to a cell of the latent, along a side.
        cost: numbers of its largest activation, to a cell of the latent.
    """

    compute: Callable[[Tensor], Tensor]
    modules: tuple[nn.Module, ...]
    scale: Fraction
    cells: int
    cost: int


def in_turn(stages: Sequence[Stage]) -> Callable[[Tensor], Tensor]:
    """Return one function for several stages."""

    def compute(planes: Tensor) -> Tensor:
        for stage in stages:
            planes = stage.compute(planes)
        return planes

    return compute


def scale_of(stages: Sequence[Stage]) -> Fraction:
    """Return the scale of several stages in turn."""
    total = Fraction(1)
    for stage in stages:
        total *= stage.scale
    return total


def decoder_stages(module: AutoencoderKL) -> list[Stage]:
    """Cut the way from a latent to pixels: what sees all of it first, then a stage a level."""
    decoder: Any = module.decoder
    channels = _channels(module)[::-1]
    begin = _chain(module.post_quant_conv, decoder.conv_in, decoder.mid_block)
    stages = [Stage(*begin, Fraction(1), 1, channels[0])]
    cells, before = 1, channels[0]
    for block, width in zip(decoder.up_blocks, channels, strict=True):
        wider = 2 if block.upsamplers else 1
        cost = max(max(before, width) * cells**2, width * (cells * wider) ** 2)
        stages.append(Stage(*_chain(block), Fraction(wider), cells, cost))
        cells, before = cells * wider, width
    end = _chain(decoder.conv_norm_out, decoder.conv_act, decoder.conv_out)
    return [*stages, Stage(*end, Fraction(1), cells, before * cells**2)]


def encoder_stages(module: AutoencoderKL) -> list[Stage]:
    """Cut the way from pixels to a latent's mean and spread; what sees all of it comes last."""
    encoder: Any = module.encoder
    channels = _channels(module)
    cells = 2 ** (len(channels) - 1)
    stages = [Stage(*_chain(encoder.conv_in), Fraction(1), cells, channels[0] * cells**2)]
    before = channels[0]
    for block, width in zip(encoder.down_blocks, channels, strict=True):
        narrower = 2 if block.downsamplers else 1
        stages.append(
            Stage(*_chain(block), Fraction(1, narrower), cells, max(before, width) * cells**2)
        )
        cells, before = cells // narrower, width
    end = _chain(
        encoder.mid_block,
        encoder.conv_norm_out,
        encoder.conv_act,
        encoder.conv_out,
        module.quant_conv,
    )
    return [*stages, Stage(*end, Fraction(1), cells, before * cells**2)]


def _channels(module: AutoencoderKL) -> list[int]:
    return cast("list[int]", module.config["block_out_channels"])


def _chain(
    *modules: nn.Module | None,
) -> tuple[Callable[[Tensor], Tensor], tuple[nn.Module, ...]]:
    there = tuple(module for module in modules if module is not None)

    def compute(planes: Tensor) -> Tensor:
        for module in there:
            planes = module(planes)
        return planes

    return compute, there
