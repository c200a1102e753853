import pytest
import torch

from engine.errors import BadValue
from nodes import sheet

HOW = (7, 12, 4.0, "euler", "karras", "a red apple")


def test_axes_give_lists_in_the_order_of_their_sockets():
    grid = sheet.sheet_axes(*HOW, "prompt", "red, green", "cfg", "1, 2")

    assert grid == sheet.Grid(
        seeds=[7],
        steps=[12],
        cfgs=[1.0, 1.0, 2.0, 2.0],
        samplers=["euler"],
        schedulers=["karras"],
        prompts=["a red apple", "a green apple"],
        prompt_places=[0, 1, 0, 1],
        x_labels=["red", "green"],
        y_labels=["cfg: 1", "cfg: 2"],
    )


def test_axes_refuse_what_is_not_there():
    with pytest.raises(BadValue, match="no whole number"):
        sheet.sheet_axes(*HOW, "seed", "one", "nothing", "")


def test_items_are_spread_over_places():
    assert sheet.sheet_spread(["a", "b"], [0, 1, 1, 0]).items == ["a", "b", "b", "a"]


def test_labelled_sheet_is_one_picture():
    made = sheet.labelled_sheet([torch.zeros(1, 16, 16, 3)] * 2, ["a", "b"], [""])

    assert made.shape[0] == 1
    assert made.shape[2] > 32
