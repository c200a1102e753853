"""What docs/samplers.md says of each sampler."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from engine.diffusion.samplers import Sampler

#: The picture of a sampler is drawn with each of these numbers of steps.
STEPS = (8, 16, 32)
HEAD = """\
# Samplers

Every sampler, in the order of the list. Written by `make docs` from the registry in
`engine/diffusion/samplers/`. *Order* is the power of the step's length with which the error falls
where steps change slowly and no noise is added; *calls* is how often a step asks the model.
Options are set by the nodes in `nodes/samplers.py`, or in Python. The pictures are by the built-in
model: "a red apple", seed 7, karras, with 8, 16 and 32 steps, drawn by
`python -m tools.sampler_strips`. Their cfg is 4; samplers of CFG++, whose pictures 4 would burn,
have 1.
"""


def pictured(name: str) -> str:
    """Return the sampler whose picture this one's is: on a CPU noise for a GPU is the same."""
    return name.removesuffix("_gpu")


def cfg_of(name: str) -> float:
    """Return the cfg a sampler's picture is drawn with; CFG++ is made for one of about 1."""
    return 1.0 if "cfg_pp" in name else 4.0


def page(samplers: Mapping[str, Sampler], docs: Path) -> str:
    """Return the whole page, with the strips that there are below `docs`."""
    return "\n".join([HEAD, *(line for each in samplers.items() for line in _entry(*each, docs))])


def _entry(name: str, sampler: Sampler, docs: Path) -> Iterator[str]:
    yield f"## {name}\n"
    strip = f"pictures/samplers/{pictured(name)}.webp"
    if (docs / strip).exists():
        yield f"![{name} with 8, 16 and 32 steps]({strip})\n"
    yield f"{inspect.getdoc(sampler.generator()) or ''}\n"
    yield f"{'. '.join(_facts(sampler))}.\n"


def _facts(sampler: Sampler) -> Iterator[str]:
    yield "No order is claimed" if sampler.order is None else f"Order {sampler.order}"
    calls = sampler.calls
    yield "As many calls as it takes" if calls is None else f"{calls} call{'s'[: calls > 1]} a step"
    yield "Adds noise" if sampler.adds_noise else "Adds no noise"
    if sampler.inverts:
        yield "Can go up to noise as well"
    if sampler.drops_second_last:
        yield "KSampler gives it a schedule of one step more, less the second-last level"
    if options := [*_options(sampler)]:
        yield f"Options: {', '.join(options)}"
    if sampler.paper:
        yield f"[Paper]({sampler.paper})"


def _options(sampler: Sampler) -> Iterator[str]:
    """Return options with the values they have under this name."""
    for option in inspect.signature(sampler.generator()).parameters.values():
        if option.kind is option.KEYWORD_ONLY:
            value = sampler.preset.get(option.name, option.default)
            shown = f"{value:.4g}" if isinstance(value, float) else str(value)
            yield f"`{option.name}` {shown}"
