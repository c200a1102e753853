import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.levels import sigmas
from engine.errors import BadValue
from tests.mixture import MODELS, reference

SD1 = MODELS["sd1"]
LEVELS = torch.tensor([8.0, 4.0, 2.0, 1.0, 0.0])
schedules = st.lists(st.floats(0, 100, width=32), min_size=7, max_size=30).map(
    lambda levels: sigmas.on_link(sorted(levels, reverse=True))
)


@pytest.mark.parametrize(
    "text", ["14.5, 3, .5, 0", "14.5 3 .5 0", "[14.5;3;0.5;0.0]", "1.45e1,3\n5e-1,,0"]
)
def test_numbers_are_read_however_they_are_separated(text: str):
    assert sigmas.from_text(text).tolist() == [14.5, 3.0, 0.5, 0.0]


def test_text_that_is_no_list_of_numbers_is_refused():
    with pytest.raises(BadValue, match='"3, much, 0" is no list of noise levels'):
        sigmas.from_text("3, much, 0")


@pytest.mark.parametrize("text", ["14, nan, 0", "14, -1, 0", "14, 1e999, 0"])
def test_a_number_that_is_no_noise_level_is_named_by_its_place(text: str):
    with pytest.raises(BadValue, match="Number 2 of 3 is"):
        sigmas.from_text(text)


@given(schedules, st.integers(0, 40))
def test_both_parts_of_a_cut_schedule_have_the_level_between_them(levels: torch.Tensor, step: int):
    high, low = sigmas.split(levels, step)

    assert torch.equal(torch.cat([high, low[1:]]), levels)


@given(schedules, st.floats(0.2, 1.0))
def test_cutting_by_denoise_keeps_every_level(levels: torch.Tensor, denoise: float):
    high, low = sigmas.split_denoise(levels, denoise)

    assert torch.equal(torch.cat([high, low[1:]]), levels)


def test_denoise_says_how_many_steps_are_in_the_second_part():
    high, low = sigmas.split_denoise(LEVELS, 0.5)

    assert (high.tolist(), low.tolist()) == ([8, 4, 2], [2, 1, 0])


def test_no_denoise_leaves_the_last_level_alone():
    high, low = sigmas.split_denoise(LEVELS, 0.0)

    assert (high.tolist(), low.tolist()) == ([], [0])


def test_flipped_schedule_begins_just_above_zero():
    assert sigmas.flipped(LEVELS).tolist() == pytest.approx([1e-4, 1, 2, 4, 8])
    assert LEVELS[-1] == 0


def test_first_level_is_replaced_in_a_copy():
    assert sigmas.with_first(LEVELS, 20.0).tolist() == [20, 4, 2, 1, 0]
    assert LEVELS[0] == 8


def test_steps_between_two_levels_are_divided():
    assert sigmas.extended(LEVELS, 2, 4.0, 2.0, "linear").tolist() == [8, 4, 3, 2, 1.5, 1, 0]


@pytest.mark.parametrize(("spacing", "middle"), [("cosine", 2**-0.5), ("sine", 1 - 2**-0.5)])
def test_spacing_says_where_a_step_is_finer(spacing: str, middle: float):
    (_, between, _) = sigmas.extended(torch.tensor([1.0, 0.0]), 2, -1.0, 0.0, spacing).tolist()

    assert between == pytest.approx(1 - middle)


def test_turbo_takes_every_hundredth_timestep():
    four = sigmas.turbo(SD1, 4, 1.0)

    assert four.tolist() == pytest.approx(
        [SD1.sigmas[999], SD1.sigmas[899], SD1.sigmas[799], SD1.sigmas[699], 0]
    )


def test_turbo_leaves_out_the_noisiest_with_less_denoise():
    assert sigmas.turbo(SD1, 10, 0.25).tolist() == pytest.approx(
        [*(SD1.sigmas[t] for t in (199, 99)), 0]
    )
    assert sigmas.turbo(SD1, 1, 0.0).tolist() == [0]


@pytest.mark.parametrize(
    ("percent", "actual", "level"),
    [
        (0.0, False, 999_999_999.9),
        (0.0, True, SD1.sigma_max),
        (1.0, False, 0.0),
        (1.0, True, SD1.sigma_min),
        (0.5, True, (SD1.sigmas[499] * SD1.sigmas[500]) ** 0.5),
    ],
)
def test_percent_of_sampling_is_a_level(percent: float, actual: bool, level: float):
    assert sigmas.at_percent(SD1, percent, actual=actual) == pytest.approx(level)


def test_levels_cross_a_link_unchanged():
    levels = reference("sigmas")["karras"]["sd1"]["20"]

    assert sigmas.from_link(sigmas.on_link(levels)) == pytest.approx(levels, rel=1e-6)
