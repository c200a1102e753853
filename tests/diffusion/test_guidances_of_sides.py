"""Guidances of three sides, on answers that are numbers."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from engine.diffusion.guidances.guidance import Guidance, Guided
from engine.diffusion.guidances.named import GUIDANCES
from engine.diffusion.guidances.sides import DualClassifierFree, PerpendicularNegative
from engine.diffusion.samplers import Request
from tests.mixture import MODELS

X = torch.zeros(1, 1, 1, 2)
SIDES = {"positive": (4.0, 1.0), "middle": (2.0, 0.0), "negative": (1.0, 3.0), "empty": (0.0, 0.0)}


def guided(guidance: Guidance, *, need_negative: bool = False) -> tuple[Guided, list[str]]:
    """Answer what a guidance asks with the vectors above; return what it made and asked."""
    answers: Mapping[str, Tensor] = {
        side: torch.tensor(values).view_as(X) for side, values in SIDES.items()
    }
    guiding = guidance.guide(Request(X, 1.0, 0, 1, need_negative), MODELS["sd1"])
    asked = [ask.side for ask in next(guiding)]
    with pytest.raises(StopIteration) as end:
        guiding.send([answers[side] for side in asked])
    return end.value.value, asked


def numbers(made: Guided) -> list[float]:
    return made.denoised.flatten().tolist()


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        # 1 + 2 (2 - 1) + 3 (4 - 2), and with 3, 0 and 1
        ("regular", [9.0, 0.0]),
        # 1 + 2 (2 + 3 (4 - 2) - 1)
        ("nested", [15.0, 3.0]),
    ],
)
def test_two_prompts_are_followed_each_by_its_factor(style: str, expected: list[float]):
    made, asked = guided(GUIDANCES["dual_cfg"](3.0, 2.0, style))

    assert numbers(made) == expected
    assert sorted(asked) == ["middle", "negative", "positive"]


def test_factor_of_one_to_the_negative_leaves_it_out():
    made, asked = guided(DualClassifierFree(3.0, 1.0))

    assert numbers(made) == [8.0, 3.0]
    assert asked == ["middle", "positive"]


def test_factors_of_one_ask_the_first_prompt_only():
    made, asked = guided(DualClassifierFree(1.0, 1.0))

    assert numbers(made) == [4.0, 1.0]
    assert asked == ["positive"]


@pytest.mark.parametrize(
    "guidance", [DualClassifierFree(1.0, 1.0), PerpendicularNegative(1.0, 1.0)]
)
def test_negative_is_kept_where_a_sampler_needs_it(guidance: Guidance):
    made, _ = guided(guidance, need_negative=True)

    assert made.negative is not None
    assert made.negative.flatten().tolist() == [1.0, 3.0]


def test_negative_counts_only_at_a_right_angle_to_the_positive():
    made, _ = guided(PerpendicularNegative(2.0, 0.5))

    # (1, 3) less its share 7 / 17 of (4, 1); then 2 ((4, 1) - half of that)
    aside = [1 - 28 / 17, 3 - 7 / 17]
    assert numbers(made) == pytest.approx([2 * (4 - aside[0] / 2), 2 * (1 - aside[1] / 2)])
    assert aside[0] * 4 + aside[1] * 1 == pytest.approx(0)
