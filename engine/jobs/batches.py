"""One submission, many jobs: lists of value sets, grids, seeds, tables and folders of pictures.

A batch says which values each of its jobs sets, by exposed name or `NODE.input`. Cells of a table
are texts; whoever fills them in turns them into what the input takes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

import msgspec

from engine.errors import SettingError
from engine.widgets import SEED_MAX

#: Jobs of one submission, at most.
MOST = 10_000
Values = dict[str, Any]


class Seeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A range of seeds.

    Attributes:
        count: how many.
        start: the first one; None draws one.
        input: what it is set to.
    """

    count: int
    start: int | str | None = None
    input: str = "seed"


class Pictures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every file of a folder below the input folder, in turn.

    Attributes:
        folder: below the input folder; "" is all of it.
        input: what the file's name is set to.
    """

    folder: str
    input: str = "image"


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the jobs of a submission set; several ways together make every combination.

    Attributes:
        sets: the values of each job.
        grid: input -> its values; each combination is a job.
        seeds: consecutive seeds.
        csv: a table with a header; each row is a job.
        folder: pictures to go through.
    """

    sets: list[Values] | None = None
    grid: dict[str, list[Any]] | None = None
    seeds: Seeds | None = None
    csv: str | None = None
    folder: Pictures | None = None


def expand(batch: Batch, list_files: Callable[[], list[str]], random: Random) -> list[Values]:
    """Return what each job sets.

    Args:
        batch: at least one way.
        list_files: names in the input folder.
        random: draws the first seed where none is given.

    Raises:
        SettingError: it makes no job, or more than `MOST`.
    """
    ways = list(_ways(batch, list_files, random))
    if not ways:
        raise SettingError("The batch says nothing. Give sets, grid, seeds, csv or folder.")
    total = 1
    for way in ways:
        total *= len(way)
    if not 0 < total <= MOST:
        raise SettingError(f"The batch makes {total} jobs. It may make 1 to {MOST}.")
    return [_joined(each) for each in product(*ways)]


def _ways(
    batch: Batch, list_files: Callable[[], list[str]], random: Random
) -> Iterator[list[Values]]:
    if batch.sets is not None:
        yield batch.sets
    if batch.csv is not None:
        yield list(_rows(batch.csv))
    for name, values in (batch.grid or {}).items():
        yield [{name: value} for value in values]
    if batch.folder is not None:
        yield [{batch.folder.input: name} for name in _files(batch.folder.folder, list_files())]
    if batch.seeds is not None:
        yield _seeds(batch.seeds, random)


def _joined(parts: tuple[Mapping[str, Any], ...]) -> Values:
    return {name: value for part in parts for name, value in part.items()}


def _seeds(seeds: Seeds, random: Random) -> list[Values]:
    if not 0 < seeds.count <= MOST:
        raise SettingError(f"The batch asks for {seeds.count} seeds. It may ask for 1 to {MOST}.")
    try:
        start = random.randint(0, SEED_MAX) if seeds.start is None else int(seeds.start)
    except ValueError as problem:
        raise SettingError(f'The first seed is "{seeds.start}". It takes a number.') from problem
    return [{seeds.input: (start + index) % (SEED_MAX + 1)} for index in range(seeds.count)]


def _rows(text: str) -> Iterator[Values]:
    """Yield the rows of a table; an empty cell sets nothing."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = next(reader, [])
        names = [name.strip() for name in header]
        if not all(names) or len(set(names)) != len(names):
            raise SettingError(
                "The first line of the table must name an input in each column, each once; "
                f"it is {header}."
            )
        for row in reader:
            if len(row) > len(names):
                raise SettingError(
                    f"Line {reader.line_num} of the table has {len(row)} cells, but there are "
                    f"{len(names)} columns. Put quotes around a cell that holds a comma."
                )
            if any(row):
                yield {name: cell for name, cell in zip(names, row, strict=False) if cell}
    except csv.Error as problem:
        raise SettingError(f"Line {reader.line_num} of the table: {problem}.") from problem


def _files(folder: str, names: list[str]) -> list[str]:
    start = folder.strip("/")
    found = [name for name in names if not start or name.startswith(f"{start}/")]
    if not found:
        raise SettingError(f'The input folder has no files in "{folder}". Upload some first.')
    return found
