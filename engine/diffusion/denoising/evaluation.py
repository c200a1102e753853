"""What a network is asked and who asks it.

`Evaluation` says what; an `Evaluator` answers a list of them with as few forward passes as it can.
A batcher may collect the evaluations of several tasks and have them answered at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

if TYPE_CHECKING:
    from engine.diffusion.control.applied import Applied
    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.types import Patch

#: Repeating a context more often than this costs more than a second forward pass saves.
MAX_REPEATS = 4


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Given:
    """What a network is given beside samples and their levels.

    Attributes:
        context: (N, T, D) text encodings.
        controls: what steers the network from pictures.
        channels: (N, C', h, w) that a network for inpainting takes beside x.
        changes: patches of the network for this pass; others in it are passed over.
        batches: how many samples each question has, N in all; empty where there is one question.
    """

    context: Tensor
    changes: tuple[Patch, ...] = ()
    channels: Tensor | None = None
    controls: tuple[Applied, ...] = ()
    batches: tuple[int, ...] = ()


class Denoising(Protocol):
    """A network behind its parameterisation; one call is one forward pass."""

    @property
    def parameterisation(self) -> Parameterisation:
        """Relates noise levels and outputs."""
        ...

    @property
    def latent_scale(self) -> float:
        """Multiplies a latent of the autoencoder before it is noised."""
        ...

    @property
    def extra_channels(self) -> int:
        """How many channels the network takes beside the latent's."""
        ...

    @property
    def device(self) -> torch.device:
        """Where samples have to be."""
        ...

    @property
    def remembers(self) -> bool:
        """Whether an answer depends on earlier calls; then a run cannot go on from a recording."""
        ...

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        """Return x (N, C, h, w) without noise of the levels sigma (N,), float32."""
        ...


@dataclass(slots=True, eq=False)
class Evaluation:
    """Ask for x (B, C, h, w) at `sigma` without noise."""

    x: Tensor
    sigma: float
    given: Given


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Evaluations that share a forward pass: their places, batch sizes and what they are given."""

    places: tuple[int, ...]
    sizes: tuple[int, ...]
    given: Given


class Evaluator:
    """Answers evaluations; those that fit together share a forward pass.

    A run asks the same at every step, so how the last ones were put together is kept.
    """

    def __init__(self, denoiser: Denoising) -> None:
        self._denoiser = denoiser
        self._asked: list[tuple[Given, torch.Size]] = []
        self._groups: list[_Group] = []

    def __call__(self, evaluations: Sequence[Evaluation]) -> Sequence[Tensor]:
        """Return one answer an evaluation, in their order."""
        asked = [(each.given, each.x.shape) for each in evaluations]
        if asked != self._asked:
            self._groups = [_group(evaluations, places) for places in _places(evaluations)]
            self._asked = asked
        if len(self._groups) == 1:
            return self._answers(evaluations, self._groups[0])
        answers: dict[int, Tensor] = {}
        for group in self._groups:
            members = [evaluations[place] for place in group.places]
            answers.update(zip(group.places, self._answers(members, group), strict=True))
        return [answers[place] for place in range(len(evaluations))]

    def _answers(self, members: Sequence[Evaluation], group: _Group) -> Sequence[Tensor]:
        x = torch.cat([member.x for member in members])
        levels = _levels(members, group.sizes).to(x.device)
        return self._denoiser(x, levels, group.given).split_with_sizes(group.sizes)


def _together(members: Sequence[Given]) -> Given:
    contexts = _same_length([member.context for member in members])
    beside = [member.channels for member in members if member.channels is not None]
    return Given(
        torch.cat(contexts),
        members[0].changes,
        torch.cat(beside) if beside else None,
        members[0].controls,
        tuple(len(context) for context in contexts),
    )


def _levels(members: Sequence[Evaluation], sizes: Sequence[int]) -> Tensor:
    sigmas = [member.sigma for member in members]
    if sigmas.count(sigmas[0]) == len(sigmas):
        return torch.full((sum(sizes),), sigmas[0])
    each = [sigma for sigma, size in zip(sigmas, sizes, strict=True) for _ in range(size)]
    return torch.tensor(each, dtype=torch.float32)


def _group(evaluations: Sequence[Evaluation], places: Sequence[int]) -> _Group:
    members = [evaluations[place] for place in places]
    given = _together([member.given for member in members])
    return _Group(tuple(places), tuple(member.x.shape[0] for member in members), given)


def _places(evaluations: Sequence[Evaluation]) -> list[list[int]]:
    groups: list[list[int]] = []
    for index, evaluation in enumerate(evaluations):
        for group in groups:
            if _fit([*(evaluations[member] for member in group), evaluation]):
                group.append(index)
                break
        else:
            groups.append([index])
    return groups


def _fit(members: Sequence[Evaluation]) -> bool:
    contexts = [member.given.context for member in members]
    lengths = [context.shape[1] for context in contexts]
    return (
        len({member.x.shape[1:] for member in members}) == 1
        and len({(context.shape[2], context.dtype) for context in contexts}) == 1
        and all(member.given.changes == members[0].given.changes for member in members)
        and all(member.given.controls == members[0].given.controls for member in members)
        and math.lcm(*lengths) <= MAX_REPEATS * min(lengths)
    )


def _same_length(contexts: Sequence[Tensor]) -> list[Tensor]:
    """Repeat contexts to a common length: attention to repeated tokens gives the same answer."""
    length = math.lcm(*(context.shape[1] for context in contexts))
    return [
        context if context.shape[1] == length else context.repeat(1, length // context.shape[1], 1)
        for context in contexts
    ]
