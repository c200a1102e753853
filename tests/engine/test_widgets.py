from __future__ import annotations

import math
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.constraints import PixelSize, Seed
from engine.errors import PathError
from engine.paths import Folders
from engine.widgets import (
    SEED_MAX,
    Anything,
    Bool,
    Choice,
    FileChoice,
    Float,
    Int,
    Prompt,
    Text,
    Unfit,
    Widget,
    listed,
)

STEPS = Int(default=20, min=1, max=100)
UNIT = Float(default=1.0, min=0.0, max=1.0)


def refusal(widget: Widget, value: Any, folders: Folders | None = None) -> Unfit:
    with pytest.raises(Unfit) as caught:
        widget.check(value, folders)
    return caught.value


def is_same(a: Any, b: Any) -> bool:
    """Say whether two values are equal and of one type, so that they give one cache key."""
    return type(a) is type(b) and a == b


# whole numbers


@pytest.mark.parametrize("value", [20, 20.0, "20", " 20 ", "+20"])
def test_a_whole_number_has_one_form(value: Any):
    assert is_same(STEPS.check(value), 20)


def test_a_seed_may_be_a_decimal_string_of_any_size():
    seed = get_args(Seed)[1]

    assert is_same(seed.check(str(SEED_MAX)), SEED_MAX)


@pytest.mark.parametrize(
    "value",
    [
        *(20.5, math.nan, math.inf, True, None, [20], {}),
        *("twenty", "", "2e1", "20.0", "1_0", "0x14", "+-5", "--5", "5-", "²", "9" * 40),
    ],
)
def test_what_is_no_whole_number_is_refused(value: Any):
    unfit = refusal(STEPS, value)

    assert unfit.expected == "a whole number"
    assert not unfit.in_kind


@pytest.mark.parametrize("value", [0, 101, -1, "0", 1e300])
def test_a_whole_number_out_of_range_is_refused_with_the_range(value: Any):
    unfit = refusal(STEPS, value)

    assert unfit.expected == "a whole number from 1 to 100"
    assert unfit.in_kind


@pytest.mark.parametrize("value", [1, 100])
def test_both_ends_of_a_range_are_in_it(value: int):
    assert STEPS.check(value) == value


def test_a_step_is_how_the_editor_moves_and_no_rule():
    assert get_args(PixelSize)[1].check(513, None) == 513


# real numbers


@pytest.mark.parametrize("value", [1, 1.0, "1", "1.0", " 1e0 "])
def test_a_number_has_one_form(value: Any):
    assert is_same(UNIT.check(value), 1.0)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, "nan", "inf", "-Infinity", True, None, [], "half", "", 10**400],
)
def test_what_is_no_finite_number_is_refused(value: Any):
    assert refusal(UNIT, value).expected == "a finite number"


@pytest.mark.parametrize(
    ("widget", "value", "expected"),
    [
        (UNIT, 1.5, "a number from 0.0 to 1.0"),
        (Float(min=0.5), 0.25, "a number from 0.5 upward"),
        (Float(max=0.5), 0.75, "a number up to 0.5"),
    ],
)
def test_a_number_out_of_range_is_refused_with_the_range(
    widget: Float, value: float, expected: str
):
    unfit = refusal(widget, value)

    assert unfit.expected == expected
    assert unfit.in_kind


# text and switches


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (None, ""), (7, "7"), (0.5, "0.5")])
def test_text_takes_text_numbers_and_nothing(value: Any, text: str):
    assert is_same(Text().check(value), text)


@pytest.mark.parametrize("value", [True, ["a"], {"a": 1}, b"a"])
def test_what_is_no_text_is_refused(value: Any):
    assert refusal(Text(), value).expected == "text"


@pytest.mark.parametrize(
    ("value", "canonical"), [(True, True), (1, True), (0, False), (0.0, False)]
)
def test_a_switch_is_on_or_off(value: Any, canonical: bool):
    assert Bool().check(value) is canonical


@pytest.mark.parametrize("value", ["true", "", 2, None, [], math.nan])
def test_what_is_neither_on_nor_off_is_refused(value: Any):
    assert refusal(Bool(), value).expected == "true or false"


# choices


def test_a_choice_is_one_of_its_list():
    assert Choice(choices=("box", "disk")).check("disk") == "disk"


@pytest.mark.parametrize(
    ("value", "in_kind"), [("cone", True), (3, False), (None, False), (["box"], False)]
)
def test_what_is_not_offered_is_refused_with_the_list(value: Any, in_kind: bool):
    unfit = refusal(Choice(choices=("box", "disk")), value)

    assert unfit.expected == 'one of "box", "disk"'
    assert unfit.in_kind is in_kind


@pytest.mark.parametrize("value", [2, 2.0, "2"])
def test_a_choice_has_the_form_it_is_offered_in(value: Any):
    assert is_same(Choice(choices=(1, 2, 4)).check(value), 2)


def test_choices_are_asked_for_each_time():
    there = ["a"]
    widget = Choice(choices=lambda: list(there))
    there.append("b")

    assert widget.check("b") == "b"
    assert widget.all() == ["a", "b"]


def test_choices_may_be_given_one_by_one():
    widget = Choice(choices=lambda: (name for name in "abc"))

    assert widget.check("b") == "b"
    assert refusal(widget, "d").expected == 'one of "a", "b", "c"'


def test_an_empty_list_of_choices_is_said_to_be_empty():
    assert "the list is empty" in refusal(Choice(), "a").expected


def test_many_choices_are_counted():
    assert listed(range(25)).endswith("18, 19 and 5 more")


def test_of_many_choices_those_like_what_was_written_come_first():
    widget = Choice(choices=(*(f"{number}_steps" for number in range(25)), "dpmpp_2m"))

    assert refusal(widget, "dpmp_2m").expected.startswith('one of "dpmpp_2m", "0_steps"')


# files


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders.at(tmp_path)
    for place in (folders.input, folders.output, folders.temp):
        (place / "sub").mkdir(parents=True)
        (place / f"{place.name}.png").touch()
    (folders.input / "sub" / "both [output].png").touch()
    (folders.input / "kept [old]").touch()
    return folders


PICTURE = FileChoice(kind="input", upload="image")


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("input.png", "input/input.png"),
        ("input.png [input]", "input/input.png"),
        ("output.png [output]", "output/output.png"),
        ("temp.png [temp]", "temp/temp.png"),
        ("sub/both [output].png", "input/sub/both [output].png"),
        ("kept [old]", "input/kept [old]"),
    ],
)
def test_a_name_may_say_which_folder_it_is_in(name: str, place: str, folders: Folders):
    assert PICTURE.locate(name, folders) == (folders.base / place).resolve()
    assert PICTURE.files(name, folders) == (PICTURE.locate(name, folders),)
    assert PICTURE.check(name, folders) == name


def test_only_uploads_look_into_other_folders(folders: Folders):
    with pytest.raises(PathError, match=re_escaped('no "output.png [output]" among the input')):
        FileChoice(kind="input").check("output.png [output]", folders)


def re_escaped(text: str) -> str:
    return text.replace("[", r"\[").replace("]", r"\]")


@pytest.mark.parametrize("name", ["none.png", "../output/output.png", "../x [output]", ""])
def test_a_file_that_is_not_there_is_a_path_error(name: str, folders: Folders):
    with pytest.raises(PathError):
        PICTURE.check(name, folders)


@pytest.mark.parametrize("value", [None, 7, ["input.png"]])
def test_what_is_no_file_name_is_refused(value: Any, folders: Folders):
    assert refusal(PICTURE, value, folders).expected == "the name of a file among the input"


def test_without_folders_no_file_is_looked_for():
    assert PICTURE.check("none.png") == "none.png"


def test_some_names_stand_for_no_file(folders: Folders):
    widget = FileChoice(kind="vae", also=("taesd",))

    assert widget.check("taesd", folders) == "taesd"
    assert widget.files("taesd", folders) == ()
    assert widget.options(folders) == {"options": ["taesd"]}


def test_a_prompt_finds_the_files_it_names(folders: Folders):
    widget = Prompt(find=lambda text, folders: [folders.input / text])

    assert widget.files("input.png", folders) == [folders.input / "input.png"]
    assert Prompt().files("input.png", folders) == ()


def test_a_value_without_a_widget_is_taken_as_it_is():
    value = object()

    assert Anything().check(value) is value


# what an editor gets


@pytest.mark.parametrize(
    ("widget", "options"),
    [
        (STEPS, {"default": 20, "min": 1, "max": 100, "step": 1}),
        (
            Int(max=9, control=True, display="slider"),
            {"default": 0, "min": -(2**63), "max": 9, "step": 1}
            | {"control_after_generate": True, "display": "slider"},
        ),
        (Float(), {"default": 0.0, "step": 0.01}),
        (
            Float(default=0.5, min=0.0, max=1.0, round=0.01, display="slider"),
            {"default": 0.5, "min": 0.0, "max": 1.0, "step": 0.01}
            | {"round": 0.01, "display": "slider"},
        ),
        (Text(), {"default": ""}),
        (
            Text(default="a", multiline=True, dynamic_prompts=True, placeholder="p"),
            {"default": "a", "multiline": True, "dynamicPrompts": True, "placeholder": "p"},
        ),
        (Bool(), {"default": False}),
        (
            Bool(default=True, label_on="yes", label_off="no"),
            {"default": True, "label_on": "yes", "label_off": "no"},
        ),
        (Choice(choices=("a", "b")), {"options": ["a", "b"], "default": "a"}),
        (Choice(default="b", choices=("a", "b")), {"options": ["a", "b"], "default": "b"}),
        (Choice(default="c", choices=("a", "b")), {"options": ["a", "b"], "default": "a"}),
        (Choice(), {"options": []}),
        (PICTURE, {"options": [], "image_upload": True}),
        (Anything(), {}),
        (Anything(default=3), {"default": 3}),
    ],
)
def test_options_are_named_as_comfyui_names_them(widget: Widget, options: dict[str, Any]):
    assert widget.options(None) == options


def test_a_file_choice_lists_what_there_is(folders: Folders):
    assert PICTURE.options(folders)["options"] == ["input.png", "sub/both [output].png"]


# laws

VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.integers(), max_size=2)
    | st.integers().map(str)
    | st.floats().map(str)
)
WIDGETS = st.sampled_from(
    [STEPS, UNIT, Text(), Bool(), Choice(choices=(1, 2.5, "a", True, "7")), get_args(Seed)[1]]
)


@given(WIDGETS, VALUES)
def test_a_value_is_refused_or_brought_into_a_form_that_stays(widget: Widget, value: Any):
    try:
        canonical = widget.check(value, None)
    except Unfit:
        return

    assert is_same(widget.check(canonical, None), canonical)


@given(st.integers(0, SEED_MAX))
def test_a_number_and_its_text_are_one_value(number: int):
    seed = get_args(Seed)[1]

    assert is_same(seed.check(str(number), None), seed.check(number, None))
