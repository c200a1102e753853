from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingError
from engine.jobs.batches import MOST, Batch, Pictures, Seeds, expand


def expanded(batch: Batch, files: list[str] | None = None) -> list[dict[str, Any]]:
    return expand(batch, lambda: files or [], Random(0))


def test_sets_are_jobs_as_they_are():
    sets = [{"prompt": "a"}, {"prompt": "b", "seed": 1}]

    assert expanded(Batch(sets=sets)) == sets


def test_a_grid_makes_every_combination():
    jobs = expanded(Batch(grid={"seed": [1, 2], "cfg": [4.0, 7.0]}))

    assert jobs == [
        {"seed": 1, "cfg": 4.0},
        {"seed": 1, "cfg": 7.0},
        {"seed": 2, "cfg": 4.0},
        {"seed": 2, "cfg": 7.0},
    ]


def test_seeds_count_up_from_the_first():
    assert expanded(Batch(seeds=Seeds(count=3, start=5))) == [{"seed": n} for n in (5, 6, 7)]


def test_seeds_begin_again_after_the_last():
    jobs = expanded(Batch(seeds=Seeds(count=2, start=str(2**64 - 1))))

    assert [each["seed"] for each in jobs] == [2**64 - 1, 0]


def test_without_a_first_seed_one_is_drawn():
    first, second = expanded(Batch(seeds=Seeds(count=2)))

    assert second["seed"] == first["seed"] + 1


def test_each_row_of_a_table_is_a_job():
    table = 'prompt,steps\na red apple,4\n"blue, or not",8\n'

    assert expanded(Batch(csv=table)) == [
        {"prompt": "a red apple", "steps": "4"},
        {"prompt": "blue, or not", "steps": "8"},
    ]


def test_an_empty_cell_sets_nothing():
    assert expanded(Batch(csv="prompt,steps\napple,\n")) == [{"prompt": "apple"}]


def test_files_of_a_folder_are_gone_through():
    files = ["a.png", "in/b.png", "in/c.png", "inner/d.png"]

    jobs = expanded(Batch(folder=Pictures(folder="in", input="picture")), files)

    assert jobs == [{"picture": "in/b.png"}, {"picture": "in/c.png"}]


def test_ways_together_make_every_combination():
    jobs = expanded(Batch(sets=[{"prompt": "a"}, {"prompt": "b"}], seeds=Seeds(count=2, start=0)))

    assert [(each["prompt"], each["seed"]) for each in jobs] == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("b", 1),
    ]


@pytest.mark.parametrize(
    "batch",
    [
        Batch(),
        Batch(sets=[]),
        Batch(grid={"seed": []}),
        Batch(seeds=Seeds(count=0)),
        Batch(seeds=Seeds(count=MOST + 1)),
        Batch(seeds=Seeds(count=1, start="first")),
        Batch(csv=""),
        Batch(csv="a,a\n1,2\n"),
        Batch(csv="a\n1,2\n"),
        Batch(csv='a\n"1\n'),
        Batch(folder=Pictures(folder="nowhere")),
        Batch(grid={"a": list(range(101)), "b": list(range(100))}),
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(batch: Batch):
    with pytest.raises(SettingError):
        expanded(batch)


@given(
    st.dictionaries(
        st.text(min_size=1), st.lists(st.integers(), min_size=1, max_size=4), max_size=4
    )
)
def test_a_grid_has_as_many_jobs_as_combinations(grid: dict[str, list[int]]):
    total = 1
    for values in grid.values():
        total *= len(values)

    if grid:
        assert len(expanded(Batch(grid=grid))) == total
