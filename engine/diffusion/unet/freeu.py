"""FreeU: Si et al. 2023, "FreeU: Free Lunch in Diffusion U-Net"."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.diffusion.fourier import banded
from engine.diffusion.unet.joins import joins

if TYPE_CHECKING:
    from torch import nn

    from engine.diffusion.unet.network_patches import Pass

#: Gives the factor of the first half of what came from below, (B, C, h, w).
Backbone = Callable[[Tensor, float], "Tensor | float"]


@contextmanager
def freeu(
    network: nn.Module, _forward: Pass, b1: float, b2: float, s1: float, s2: float
) -> Generator[None, None, None]:
    """Strengthen half of what comes from below by `b`, slow waves of what was kept by `s`.

    The first numbers are for layers four times as wide as the network's first, the second for
    those twice as wide. All 1 changes nothing.
    """
    with _hooked(network, lambda _, factor: factor, (b1, s1), (b2, s2)):
        yield


@contextmanager
def freeu_v2(
    network: nn.Module, _forward: Pass, b1: float, b2: float, s1: float, s2: float
) -> Generator[None, None, None]:
    """Do as `freeu`, and strengthen each place by how much there is at it (the paper's eq. 6)."""

    def backbone(below: Tensor, factor: float) -> Tensor:
        mean = below.mean(1, keepdim=True)
        least, most = mean.amin((2, 3), keepdim=True), mean.amax((2, 3), keepdim=True)
        spread = (most - least).clamp_min(torch.finfo(mean.dtype).tiny)  # none where all is alike
        return (factor - 1) * (mean - least) / spread + 1

    with _hooked(network, backbone, (b1, s1), (b2, s2)):
        yield


@contextmanager
def _hooked(
    network: nn.Module,
    backbone: Backbone,
    wide: tuple[float, float],
    narrow: tuple[float, float],
) -> Generator[None, None, None]:
    whole: Any = network
    width: int = whole.conv_in.out_channels
    factors = {width * 4: wide, width * 2: narrow}
    with ExitStack() as hooks:
        for layer, channels in joins(network):
            if (found := factors.get(channels, (1, 1))) != (1, 1):
                change = _change(backbone, channels, *found)
                hooks.callback(layer.register_forward_pre_hook(change).remove)
        yield


def _change(
    backbone: Backbone, channels: int, b: float, s: float
) -> Callable[[Any, tuple[Any, ...]], tuple[Any, ...]]:
    def change(_layer: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
        below, kept = given[0][:, :channels], given[0][:, channels:]
        first, second = below.chunk(2, 1)
        joined = torch.cat([first * backbone(below, b), second, banded(kept, 1, s, 1.0)], 1)
        return (joined.to(given[0].dtype), *given[1:])

    return change
