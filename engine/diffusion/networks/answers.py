"""Answers of networks that are not numbers: told where they come up, before they are pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.errors import NodeError

if TYPE_CHECKING:
    from torch import Tensor

WHY = (
    "A number format may be too small for it (--precision fp32 is large enough), or its file is "
    "damaged"
)


def are_numbers(values: Tensor) -> bool:
    """Say whether all values are finite."""
    # The sum is quicker, but may be infinite where no value is.
    return math.isfinite(values.sum().item()) or bool(values.isfinite().all())


def checked(
    answer: Tensor, network: str, given: Tensor | None = None, *, or_of: str = ""
) -> Tensor:
    """Return what a network made of what it was given, sure that it is numbers.

    Args:
        network: its name at the beginning of a sentence.
        given: what may be at fault as well.
        or_of: whose files may be damaged as well, such as "a LoRA".

    Raises:
        NodeError: it is not, or what the network was given is not.
    """
    if are_numbers(answer):
        return answer
    if given is not None and not are_numbers(given):
        raise NodeError(
            f"{network} was given values that are not numbers. Look at the node they come from."
        )
    others = f", or that of {or_of}" if or_of else ""
    raise NodeError(f"{network} gave values that are not numbers. {WHY}{others}.")
