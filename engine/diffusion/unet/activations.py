"""How much memory a U-Net takes while it computes, beside its weights. Knows no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Copies of the largest activation that are alive at once: it, what it is made of and becomes, and
#: what is laid out anew for it. Measured by `benchmarks/unet_memory.py`.
COPIES = 5
#: The feed-forward layer of a transformer is so many times as wide as what it is given, twice: one
#: half gates the other (Shazeer 2020, "GLU Variants Improve Transformer").
FEED_FORWARD = 2 * 4
#: Numbers of a kernel of the convolutions.
KERNEL = 3 * 3


@dataclass(frozen=True)
class Activations:
    """Numbers that are alive at once while a network computes.

    Attributes:
        fixed: however large the samples are: the weights of the largest layer, laid out anew.
        per_cell: for each cell of each sample.
    """

    fixed: int
    per_cell: int

    @classmethod
    def of(cls, config: Mapping[str, Any], *, is_steered: bool = False) -> Activations:
        """Predict them from a U-Net's settings.

        Args:
            is_steered: whether it is given more to add to what it keeps, by ControlNets.
        """
        widths, kept = config["block_out_channels"], _kept(config) * (2 if is_steered else 1)
        return cls(2 * widths[-1] ** 2 * KERNEL, round(kept + COPIES * _dearest(config)))

    def numbers(self, cells: float) -> float:
        """Return how many for so many cells of all samples together."""
        return self.fixed + self.per_cell * cells

    def cells_within(self, numbers: float) -> float:
        """Return for how many cells of all samples together so many are enough."""
        return (numbers - self.fixed) / self.per_cell


def _kept(config: Mapping[str, Any]) -> float:
    """Return what the way down keeps for the way up; a level has a quarter of the cells above."""
    widths, layers = config["block_out_channels"], config["layers_per_block"]
    inside = sum(layers * width / 4**level for level, width in enumerate(widths))
    return widths[0] + inside + sum(w / 4 ** (level + 1) for level, w in enumerate(widths[:-1]))


def _dearest(config: Mapping[str, Any]) -> float:
    widths = config["block_out_channels"]
    below = [*widths[1:], widths[-1]]
    levels = zip(widths, below, config["down_block_types"], strict=True)
    return max(
        max(width + under, FEED_FORWARD * width if "CrossAttn" in block else 0) / 4**level
        for level, (width, under, block) in enumerate(levels)
    )
