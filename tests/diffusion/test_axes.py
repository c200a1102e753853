from typing import Any

import pytest

from engine.diffusion.imaging.axes import KINDS, Axis, crossed
from engine.errors import BadValue

BASE: dict[str, Any] = {
    "seed": 7,
    "steps": 12,
    "cfg": 4.0,
    "sampler": "euler",
    "scheduler": "karras",
    "prompt": "a red apple, red leaves",
}
NOTHING = Axis("nothing", "")


def test_cells_go_row_by_row():
    cells = crossed(BASE, Axis("seed", "1, 2, 3"), Axis("steps", "4\n5"))

    assert cells.values["seed"] == [1, 2, 3, 1, 2, 3]
    assert cells.values["steps"] == [4, 4, 4, 5, 5, 5]
    assert cells.x_labels == ["seed: 1", "seed: 2", "seed: 3"]
    assert cells.y_labels == ["steps: 4", "steps: 5"]


def test_what_no_axis_changes_is_there_once():
    cells = crossed(BASE, Axis("seed", "1, 2"), NOTHING)

    assert [cells.values[kind] for kind in ("cfg", "sampler", "scheduler")] == [
        [4.0],
        ["euler"],
        ["karras"],
    ]
    assert (cells.prompts, cells.prompt_places) == (["a red apple, red leaves"], [0])
    assert cells.y_labels == [""]


def test_prompts_that_differ_are_there_once_and_each_cell_has_its_own():
    cells = crossed(BASE, Axis("seed", "1, 2"), Axis("prompt", "red, green"))

    assert cells.prompts == ["a red apple, red leaves", "a green apple, green leaves"]
    assert cells.prompt_places == [0, 0, 1, 1]
    assert cells.y_labels == ["red", "green"]


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("seed", "0, 18446744073709551615", [0, 2**64 - 1]),
        ("cfg", "1, 2.5", [1.0, 2.5]),
        ("sampler", "euler,dpmpp_2m", ["euler", "dpmpp_2m"]),
        ("scheduler", " karras ,, simple", ["karras", "simple"]),
    ],
)
def test_values_are_read_as_what_they_are(kind: str, text: str, values: list[Any]):
    assert crossed(BASE, Axis(kind, text), NOTHING).values[kind] == values


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("seed", "1, -2", '"-2" is no whole number'),
        ("steps", "0", '"0" is no whole number from 1'),
        ("cfg", "much", '"much" is no number'),
        ("cfg", "nan", '"nan" is no number'),
        ("sampler", "eular", 'no "eular"'),
        ("scheduler", "carras", 'no "carras"; there are "simple"'),
        ("prompt", "blue, red", '"blue" is not in the prompt'),
        ("seed", " , ", "changes the seed, but has no values"),
    ],
)
def test_values_that_do_not_fit_are_named(kind: str, text: str, problem: str):
    with pytest.raises(BadValue, match=problem) as refused:
        crossed(BASE, NOTHING, Axis(kind, text))

    assert refused.value.socket == "y_values"


def test_both_axes_of_one_kind_are_refused():
    with pytest.raises(BadValue, match="Both axes change the seed"):
        crossed(BASE, Axis("seed", "1"), Axis("seed", "2"))


def test_sheets_beyond_all_measure_are_refused():
    many = ",".join(map(str, range(40)))

    with pytest.raises(BadValue, match="1600 pictures"):
        crossed(BASE, Axis("seed", many), Axis("cfg", many))


def test_every_kind_of_the_issue_is_there():
    assert set(KINDS) == {"nothing", *BASE}
