"""Nodes that make sheets of pictures which differ in one or two things."""

from typing import Annotated, Any, NamedTuple

from engine import Cfg, Choice, Image, Match, MultilineText, Seed, Steps, lazy, node
from engine.diffusion.imaging.axes import KINDS, Axis, crossed
from nodes.constraints import SamplerName, SchedulerName

sheet = lazy("engine.diffusion.imaging.sheet")

CATEGORY = "sampling/sheet"

Kind = Annotated[str, Choice(choices=tuple(KINDS))]
Item = Annotated[Any, Match("item")]


class Grid(NamedTuple):
    """What each cell is made with, row by row; a list of one value is for all of them."""

    seeds: list[int]
    steps: list[int]
    cfgs: list[float]
    samplers: list[SamplerName]
    schedulers: list[SchedulerName]
    prompts: list[str]
    prompt_places: list[int]
    x_labels: list[str]
    y_labels: list[str]


class Spread(NamedTuple):
    """The items, one a place."""

    items: list[Item]


@node(category=CATEGORY, title="Sheet Axes", id="SfumatoSheetAxes")
def sheet_axes(
    seed: Seed,
    steps: Steps,
    cfg: Cfg,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    prompt: MultilineText,
    x_axis: Kind,
    x_values: str,
    y_axis: Kind,
    y_values: str,
) -> Grid:
    """List what the pictures of a sheet are made with: two things change, the rest stays.

    Link the lists to a sampler, which then runs once a picture; what does not change runs once.

    Args:
        seed: Where no axis changes it, as the others.
        steps: How often each picture is refined.
        cfg: How strongly the prompt is followed.
        sampler_name: How a step is made.
        scheduler: How the noise levels are spaced.
        prompt: What is wanted.
        x_axis: What changes from column to column.
        x_values: With commas between them. For "prompt" the first is a text in the prompt, and
            each in turn stands in its place.
        y_axis: What changes from row to row.
        y_values: As for x.
    """
    base = {
        "seed": seed,
        "steps": steps,
        "cfg": cfg,
        "sampler": sampler_name,
        "scheduler": scheduler,
        "prompt": prompt,
    }
    cells = crossed(base, Axis(x_axis, x_values), Axis(y_axis, y_values))
    along = cells.values
    return Grid(
        along["seed"],
        along["steps"],
        along["cfg"],
        along["sampler"],
        along["scheduler"],
        cells.prompts,
        cells.prompt_places,
        cells.x_labels,
        cells.y_labels,
    )


@node(
    category=CATEGORY,
    title="Spread over Sheet",
    id="SfumatoSheetSpread",
    lane="inline",
    sockets={"places"},
)
def sheet_spread(items: list[Item], places: list[int]) -> Spread:
    """Give each cell of a sheet its item, so that equal ones are made once.

    Args:
        items: Those that differ, such as the encodings of a sheet's prompts.
        places: Which of them each cell has.
    """
    return Spread([items[place] for place in places])


@node(
    category=CATEGORY,
    title="Labelled Sheet",
    id="SfumatoLabelledSheet",
    sockets={"x_labels", "y_labels"},
)
def labelled_sheet(images: list[Image], x_labels: list[str], y_labels: list[str]) -> Image:
    """Lay pictures out in rows and columns with their labels.

    Args:
        images: Row by row; the first of each batch.
        x_labels: Of the columns.
        y_labels: Of the rows.
    """
    return sheet.labelled_sheet(images, x_labels, y_labels)
