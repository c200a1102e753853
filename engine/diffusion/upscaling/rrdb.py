"""ESRGAN's generator (Wang et al. 2018, arXiv:1809.00219) as it and Real-ESRGAN use it.

Residual-in-residual dense blocks at the size of the input, then a doubling for each power of two.
Real-ESRGAN (Wang et al. 2021, arXiv:2107.10833) folds pixels into channels first where it enlarges
less than four times.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

#: How much of a block's answer is added to what it was given.
RESIDUAL = 0.2
SLOPE = 0.2
CONVOLUTIONS = 5


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees what all before it gave."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        for index in range(CONVOLUTIONS):
            width = growth if index < CONVOLUTIONS - 1 else features
            conv = nn.Conv2d(features + index * growth, width, 3, padding=1)
            self.add_module(f"conv{index + 1}", conv)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, h, w) for the same."""
        *growing, last = self.children()
        seen = [x]
        for conv in growing:
            seen.append(_rectified(conv(torch.cat(seen, 1))))
        return last(torch.cat(seen, 1)) * RESIDUAL + x


class ResidualBlock(nn.Module):
    """Three dense blocks in a row."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(features, growth)
        self.rdb2 = DenseBlock(features, growth)
        self.rdb3 = DenseBlock(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, h, w) for the same."""
        return self.rdb3(self.rdb2(self.rdb1(x))) * RESIDUAL + x


class RRDBNet(nn.Module):
    """Enlarges pictures by `scale`.

    Args:
        channels: of a picture.
        features: channels inside.
        growth: channels that a convolution of a dense block adds.
        blocks: residual blocks.
        doublings: how often the size is doubled after them.
        fold: sides of the squares of pixels that become channels first; 1 folds nothing.
    """

    def __init__(
        self, *, channels: int, features: int, growth: int, blocks: int, doublings: int, fold: int
    ) -> None:
        super().__init__()
        self.channels, self.features, self.growth, self.fold = channels, features, growth, fold
        self.doublings = doublings
        self.conv_first = nn.Conv2d(channels * fold**2, features, 3, padding=1)
        self.body = nn.Sequential(*(ResidualBlock(features, growth) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(features, features, 3, padding=1)
        for index in range(doublings):
            self.add_module(f"conv_up{index + 1}", nn.Conv2d(features, features, 3, padding=1))
        self.conv_hr = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, channels, 3, padding=1)

    @property
    def scale(self) -> int:
        """How many times larger the sides of the result are."""
        return 2**self.doublings // self.fold

    @property
    def cost(self) -> int:
        """Numbers of the largest activation to a pixel of the input."""
        seen = self.features + (CONVOLUTIONS - 1) * self.growth  # by the last of a dense block
        return max(self.features * self.scale**2, -(-seen // self.fold**2))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, h * scale, w * scale) for (N, C, h, w) in 0..1."""
        height, width = x.shape[-2:]
        features = self.conv_first(self._folded(x))
        features = features + self.conv_body(self.body(features))
        for index in range(self.doublings):
            larger = functional.interpolate(features, scale_factor=2, mode="nearest")
            features = _rectified(self.get_submodule(f"conv_up{index + 1}")(larger))
        enlarged = self.conv_last(_rectified(self.conv_hr(features)))
        return enlarged[..., : height * self.scale, : width * self.scale]

    def _folded(self, x: Tensor) -> Tensor:
        if self.fold == 1:
            return x
        height, width = x.shape[-2:]
        margins = (0, -width % self.fold, 0, -height % self.fold)
        mode = "reflect" if margins[1] < width and margins[3] < height else "replicate"
        return functional.pixel_unshuffle(functional.pad(x, margins, mode=mode), self.fold)


def _rectified(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, SLOPE)
