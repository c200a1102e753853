"""What every training does: what it is asked, its rate, its steps, its file."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

SAID_EVERY = 20


def arguments(about: str | None, *paths: str, minutes: float | None = None) -> argparse.Namespace:
    """Read the paths of the command line, and how long to train where that is asked."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=about, formatter_class=form)
    for path in paths:
        parser.add_argument(path, type=Path)
    if minutes is not None:
        parser.add_argument("--minutes", type=float, default=minutes)
    return parser.parse_args()


def rates(seconds: float, warm_up: int) -> Iterator[float]:
    """Yield shares of the learning rate, up at first and down to the end of the time."""
    began, step = time.monotonic(), 0
    while (done := (time.monotonic() - began) / seconds) < 1:
        step += 1
        yield min(1.0, step / warm_up) * (0.49 * (1 + math.cos(math.pi * done)) + 0.02)


class Learner:
    """Steps of AdamW, and the moving average of the weights, which forgets the first ones fast.

    Args:
        weights: what is learned, by the names that it is written under.
        rate_of: the full learning rate of a name.
        memory: how much of the average is kept at a step.
        decay: of the weights.
        longest: no gradient is longer.
    """

    def __init__(
        self,
        weights: Mapping[str, nn.Parameter],
        rate_of: Callable[[str], float],
        memory: float,
        decay: float,
        longest: float = 1.0,
    ) -> None:
        self._weights, self._memory, self._longest = dict(weights), memory, longest
        self._rates = [rate_of(name) for name in weights]
        groups = [{"params": [weight]} for weight in weights.values()]
        self._optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=decay)
        self._average = {name: weight.detach().clone() for name, weight in weights.items()}
        self.steps = 0

    def learn(self, loss: Tensor, share: float) -> None:
        """Go one step against a loss, with a share of the full rates."""
        for group, full in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = full * share
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._weights.values(), self._longest)
        self._optimizer.step()
        self.steps += 1
        kept = min(self._memory, (1 + self.steps) / (10 + self.steps))
        for name, weight in self._weights.items():
            self._average[name].lerp_(weight.detach(), 1 - kept)
        if self.steps % SAID_EVERY == 0:
            print(f"step {self.steps}, loss {loss.item():.4f}", flush=True)

    def write(self, path: Path, constants: Mapping[str, float] | None = None) -> None:
        """Write the averages, and numbers beside them, in float16."""
        tensors = dict(self._average)
        tensors |= {name: torch.tensor(value) for name, value in (constants or {}).items()}
        save_file({name: tensor.half().contiguous() for name, tensor in tensors.items()}, path)
