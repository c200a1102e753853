import pytest
import torch

from engine.errors import MissingInput
from engine.registry import Registry
from nodes import utils

SWITCH = Registry.of_packages("nodes")["ComfySwitchNode"]


def test_concatenate_puts_the_delimiter_between():
    assert utils.concatenate("a", "b", ", ") == "a, b"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb", "a\nb"),
        (3, "3"),
        (0.5, "0.5"),
        (True, "True"),
        (None, "None"),
        ([1, "a"], '[1, "a"]'),
        ({"a": None}, '{"a": null}'),
        (torch.tensor([1.0]), "tensor([1.])"),
    ],
)
def test_preview_any_shows_any_value_as_text(value: object, text: str):
    assert utils.preview_any(value).ui == {"text": [text]}


@pytest.mark.parametrize(("on", "expected"), [(False, "a"), (True, "b")])
def test_the_switch_lets_the_chosen_value_through(on: bool, expected: str):
    assert utils.switch(on, on_false="a", on_true="b").output == expected


@pytest.mark.parametrize(("on", "name"), [(False, "on_false"), (True, "on_true")])
def test_the_switch_asks_only_for_what_is_chosen(on: bool, name: str):
    assert SWITCH.check_lazy is not None
    assert SWITCH.check_lazy(switch=on, on_false=None, on_true=None) == [name]


def test_the_switch_asks_for_nothing_once_it_has_the_value():
    assert SWITCH.check_lazy is not None
    assert SWITCH.check_lazy(switch=True, on_false=None, on_true="b") == []


def test_the_switch_names_the_input_that_is_not_linked():
    with pytest.raises(MissingInput, match='stands on "on_true", but nothing comes in there'):
        utils.switch(True, on_false="a")
