"""Token merging: Bolya & Hoffman 2023, "Token Merging for Fast Stable Diffusion".

Tokens are parted into targets, one at random of every 2x2 cells, and sources. The sources that are
most like a target are averaged into it (Bolya et al. 2023, "Token Merging", section 3), and get its
answer afterwards. As in ComfyUI, only queries are merged: places look at all others.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from torch import nn

    from engine.diffusion.unet.network_patches import Pass

#: Sides of the cells that have one target each.
CELL = 2


@dataclass(frozen=True, slots=True, eq=False)
class Merging:
    """Which of a picture's tokens become one.

    Attributes:
        targets: (D,) places into which others are merged.
        kept: (B, K) places that stay as they are.
        gone: (B, R) places that are merged; D + K + R are all.
        into: (B, R) into which of the targets.
    """

    targets: Tensor
    kept: Tensor
    gone: Tensor
    into: Tensor

    def merged(self, tokens: Tensor) -> Tensor:
        """Make (B, N, C) into (B, D + K, C): targets, each the mean of all that it stands for."""
        means = tokens[:, self.targets].scatter_reduce(
            1, _wide(self.into, tokens), _taken(tokens, self.gone), "mean"
        )
        return torch.cat([means, _taken(tokens, self.kept)], 1)

    def unmerged(self, tokens: Tensor) -> Tensor:
        """Make (B, D + K, C) into (B, N, C); what was merged gets what its target has."""
        means, kept = tokens.split([len(self.targets), self.kept.shape[1]], 1)
        length = tokens.shape[1] + self.gone.shape[1]
        whole = tokens.new_empty(len(tokens), length, tokens.shape[2])
        whole[:, self.targets] = means
        whole.scatter_(1, _wide(self.kept, whole), kept)
        return whole.scatter_(1, _wide(self.gone, whole), _taken(means, self.into))


def merging_of(tokens: Tensor, targets: Tensor, count: int) -> Merging:
    """Choose `count` tokens of (B, N, C) that are most like a target, or as many as there are."""
    is_source = torch.ones(tokens.shape[1], dtype=torch.bool, device=tokens.device)
    is_source[targets] = False
    sources = is_source.nonzero().squeeze(1)
    directions = functional.normalize(tokens, dim=-1)
    likeness = directions[:, sources] @ directions[:, targets].mT  # (B, S, D)
    best, into = likeness.max(-1)
    order = best.argsort(dim=-1, descending=True, stable=True)
    gone, kept = order[:, :count], order[:, count:]
    return Merging(targets, sources[kept], sources[gone], into.gather(1, gone))


@contextmanager
def merge_tokens(network: nn.Module, forward: Pass, *, ratio: float) -> Generator[None, None, None]:
    """Let places that are alike ask once, where the network has as many as the latent has cells.

    Args:
        network: the U-Net.
        forward: its pass.
        ratio: share of the places that is merged, in 0..1; at most 3/4 can be. 0 changes nothing.
    """
    height, width = forward.x.shape[-2:]
    count = int(height * width * ratio)
    # Drawn from the level alone: the same picture again, and other targets at every step.
    drawn = random.Random(float(forward.sigma[0]))
    with ExitStack() as hooks:
        for name, module in network.named_modules() if count and min(height, width) >= CELL else ():
            if name.endswith(".attn1"):
                _Hook((height, width), count, drawn).hook(module, hooks)
        yield


class _Hook:
    """Merges what one self-attention asks."""

    def __init__(self, size: tuple[int, int], count: int, drawn: random.Random) -> None:
        self._size = size
        self._count = count
        self._drawn = drawn
        self._inside: list[Merging] = []

    def hook(self, attention: nn.Module, hooks: ExitStack) -> None:
        before = attention.register_forward_pre_hook(self._merge, with_kwargs=True)
        hooks.callback(before.remove)
        hooks.callback(attention.register_forward_hook(self._unmerge).remove)

    def _merge(
        self, _: Any, given: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        height, width = self._size
        tokens: Tensor = given[0]
        if tokens.shape[1] != height * width:
            return None
        targets = _targets(height, width, self._drawn).to(tokens.device)
        merging = merging_of(tokens, targets, self._count)
        self._inside.append(merging)
        around = named.get("encoder_hidden_states")
        named = named | {"encoder_hidden_states": tokens if around is None else around}
        return (merging.merged(tokens), *given[1:]), named

    def _unmerge(self, _: Any, __: Any, answer: Tensor) -> Tensor:
        return self._inside.pop().unmerged(answer) if self._inside else answer


def _targets(height: int, width: int, drawn: random.Random) -> Tensor:
    """Draw a place of every whole cell; (D,) indices of a grid of height x width places."""
    return torch.tensor(
        [
            (row + drawn.randrange(CELL)) * width + column + drawn.randrange(CELL)
            for row in range(0, height - CELL + 1, CELL)
            for column in range(0, width - CELL + 1, CELL)
        ]
    )


def _wide(places: Tensor, tokens: Tensor) -> Tensor:
    return places.unsqueeze(-1).expand(-1, -1, tokens.shape[-1])


def _taken(tokens: Tensor, places: Tensor) -> Tensor:
    return tokens.gather(1, _wide(places, tokens))
