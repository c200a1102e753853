"""Group normalisation with the mean and spread of a whole picture, while only a part is seen."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

    #: layer -> mean and variance of each group, (1, groups)
    Statistics = Mapping[nn.GroupNorm, tuple[Tensor, Tensor]]


def group_norms(modules: Iterable[nn.Module]) -> list[nn.GroupNorm]:
    """Return the layers that normalise over all they see."""
    return [each for m in modules for each in m.modules() if isinstance(each, nn.GroupNorm)]


@contextmanager
def collected(layers: Iterable[nn.GroupNorm]) -> Generator[Statistics]:
    """Note what the layers normalise by while they are called, each once."""
    found: dict[nn.GroupNorm, tuple[Tensor, Tensor]] = {}

    def noting(layer: nn.GroupNorm) -> Callable[[Tensor], Tensor]:
        plain = layer.forward

        def forward(planes: Tensor) -> Tensor:
            groups = planes.float().reshape(1, layer.num_groups, -1)
            found[layer] = (groups.mean(2), groups.var(2, unbiased=False))
            return plain(planes)

        return forward

    with _replaced(layers, noting):
        yield found


@contextmanager
def fixed(statistics: Statistics) -> Generator[None]:
    """Let layers normalise by given statistics, whatever they see."""

    def given(layer: nn.GroupNorm) -> Callable[[Tensor], Tensor]:
        mean, variance = statistics[layer]

        def forward(planes: Tensor) -> Tensor:
            channels = layer.num_channels // layer.num_groups
            spread = (variance + layer.eps).rsqrt().repeat_interleave(channels, 1)  # (1, C)
            factor = spread * layer.weight.float()
            offset = layer.bias.float() - mean.repeat_interleave(channels, 1) * factor
            columns = (offset[..., None, None], planes.float(), factor[..., None, None])
            return torch.addcmul(*columns).to(planes.dtype)

        return forward

    with _replaced(statistics, given):
        yield


@contextmanager
def _replaced(
    layers: Iterable[nn.GroupNorm],
    make: Callable[[nn.GroupNorm], Callable[[Tensor], Tensor]],
) -> Generator[None]:
    changed = list(layers)
    for layer in changed:
        layer.__dict__["forward"] = make(layer)  # before the one of the class
    try:
        yield
    finally:
        for layer in changed:
            del layer.__dict__["forward"]
