"""Where a U-Net's decoder joins what came from below with what its encoder kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from torch import nn


class Join(NamedTuple):
    """One layer of the decoder.

    Attributes:
        layer: takes both, joined along the channels.
        channels: how many of them came from below; the others were kept.
    """

    layer: nn.Module
    channels: int


def joins(network: nn.Module) -> Iterator[Join]:
    """Go through the decoder's layers in order."""
    whole: Any = network
    below: int = whole.mid_block.resnets[-1].out_channels
    for block in whole.up_blocks:
        for layer in block.resnets:
            yield Join(layer, below)
            below = layer.out_channels
