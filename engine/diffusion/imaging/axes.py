"""What the cells of a sheet differ in: two axes of values, crossed. No torch is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from engine.diffusion.levels.schedules import SCHEDULERS
from engine.diffusion.samplers import SAMPLERS
from engine.errors import BadValue
from engine.widgets import SEED_MAX, listed

NOTHING = "nothing"
PROMPT = "prompt"
#: A sheet of more is no sheet.
MOST_CELLS = 1000
MOST_STEPS = 10_000
MOST_CFG = 100.0
_SEPARATORS = re.compile(r"[,\n]")


@dataclass(frozen=True, slots=True)
class Axis:
    """What changes along one side of a sheet.

    Attributes:
        kind: a name in `KINDS`.
        text: its values, with commas or line ends between them. For "prompt" the first one is
            what is looked for in the prompt, and each in turn stands in its place.
    """

    kind: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its values as they are written."""
        return [word.strip() for word in _SEPARATORS.split(self.text) if word.strip()]


@dataclass(frozen=True, slots=True)
class Cells:
    """What each cell is made with, row by row; a list of one value is for all of them.

    Attributes:
        values: by kind, without the prompt.
        prompts: those that differ.
        prompt_places: which of them each cell has.
        x_labels: of the columns.
        y_labels: of the rows.
    """

    values: Mapping[str, list[Any]]
    prompts: list[str]
    prompt_places: list[int]
    x_labels: list[str]
    y_labels: list[str]


def crossed(base: Mapping[str, Any], x: Axis, y: Axis) -> Cells:
    """Cross two axes over the values that all cells have otherwise.

    Args:
        base: seed, steps, cfg, sampler, scheduler and prompt.

    Raises:
        BadValue: an axis has no values, or some that do not fit, both are of one kind, or there
            are too many cells.
    """
    if x.kind == y.kind != NOTHING:
        raise BadValue(f"Both axes change the {x.kind}. Let one of them change something else.")
    columns, rows = (_values(axis, side, base) for axis, side in ((x, "x"), (y, "y")))
    if len(columns) * len(rows) > MOST_CELLS:
        raise BadValue(
            f"The sheet would have {len(columns) * len(rows)} pictures; at most {MOST_CELLS} are "
            "made at once. Leave out some values."
        )
    along: dict[str, list[Any]] = {kind: [value] for kind, value in base.items()}
    places = [0]
    for axis, values, each in (
        (x, columns, [index for _ in rows for index in range(len(columns))]),
        (y, rows, [index for index in range(len(rows)) for _ in columns]),
    ):
        if axis.kind == PROMPT:
            along[PROMPT], places = values, each
        elif axis.kind != NOTHING:
            along[axis.kind] = [values[index] for index in each]
    prompts = along.pop(PROMPT)
    return Cells(MappingProxyType(along), prompts, places, _labels(x), _labels(y))


def _values(axis: Axis, side: str, base: Mapping[str, Any]) -> list[Any]:
    if axis.kind == NOTHING:
        return [None]
    words, socket = axis.words, f"{side}_values"
    if not words:
        raise BadValue(
            f"The {side} axis changes the {axis.kind}, but has no values. Write some, with commas "
            'between them, or let it change "nothing".',
            socket=socket,
        )
    try:
        if axis.kind == PROMPT:
            return _replaced(base[PROMPT], words)
        return [KINDS[axis.kind](word) for word in words]
    except ValueError as problem:
        raise BadValue(
            f"A value of the {side} axis does not fit: {problem}.", socket=socket
        ) from problem


def _replaced(prompt: str, words: Sequence[str]) -> list[str]:
    if words[0] not in prompt:
        raise ValueError(f'"{words[0]}" is not in the prompt "{prompt[:60]}"')
    return [prompt.replace(words[0], word) for word in words]


def _labels(axis: Axis) -> list[str]:
    if axis.kind == NOTHING:
        return [""]
    return [word if axis.kind == PROMPT else f"{axis.kind}: {word}" for word in axis.words]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(word: str) -> int:
        number = int(word) if re.fullmatch(r"\d+", word) else -1
        if not least <= number <= most:
            raise ValueError(f'"{word}" is no whole number from {least} to {most}')
        return number

    return read


def _factor(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = -1.0
    if not 0 <= number <= MOST_CFG:
        raise ValueError(f'"{word}" is no number from 0 to {MOST_CFG:g}')
    return number


def _name(there: Mapping[str, Any]) -> Callable[[str], str]:
    def read(word: str) -> str:
        if word not in there:
            raise ValueError(f'there is no "{word}"; there are {listed(there)}')
        return word

    return read


#: What an axis may change, and how a value of it is read.
KINDS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        NOTHING: str,
        "seed": _whole(0, SEED_MAX),
        "steps": _whole(1, MOST_STEPS),
        "cfg": _factor,
        "sampler": _name(SAMPLERS),
        "scheduler": _name(SCHEDULERS),
        PROMPT: str,
    }
)
