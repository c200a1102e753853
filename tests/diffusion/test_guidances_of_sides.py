"""Guidances of three sides, on answers that are numbers."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.settings import Settings, patched
from engine.diffusion.guidances.guidance import ClassifierFree, Guidance, Guided
from engine.diffusion.guidances.named import GUIDANCES
from engine.diffusion.guidances.sides import DualClassifierFree, PerpendicularNegative
from engine.diffusion.samplers import Request
from engine.errors import BadValue
from engine.types import Patch
from tests.mixture import MODELS

X = torch.zeros(1, 1, 1, 2)
SIDES = {
    "positive": (4.0, 1.0),
    "middle": (2.0, 0.0),
    "negative": (1.0, 3.0),
    "empty": (0.0, 0.0),
    "empty of a patch": (0.0, 0.0),
}


def guided(guidance: Guidance, *, need_negative: bool = False) -> tuple[Guided, list[str]]:
    """Answer what a guidance asks with the vectors above; return what it made and asked."""
    answers: Mapping[str, Tensor] = {
        side: torch.tensor(values).view_as(X) for side, values in SIDES.items()
    }
    guiding = guidance.guide(Request(X, 1.0, 0, 1, need_negative), MODELS["sd1"])
    asked, asks = list[str](), next(guiding)
    while True:
        asked += [ask.side for ask in asks]
        try:
            asks = guiding.send([answers[ask.side] for ask in asks])
        except StopIteration as end:
            return end.value, asked


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


def patched_guidance(guidance: Guidance, name: str, **parameters: Any) -> Guidance:
    chosen = Settings("euler", (1.0, 0.0), 1, guidance)
    return patched(chosen, [Patch(name, parameters)]).guidance


def test_a_patch_is_shown_all_sides_where_the_factors_leave_some_out():
    dual = patched_guidance(DualClassifierFree(1.0, 1.0), "CFGNorm", strength=1.0)

    assert sorted(guided(dual)[1]) == ["middle", "negative", "positive"]


def test_a_patch_looks_into_the_side_that_a_nested_guidance_leaves_behind_first():
    dual = patched_guidance(
        DualClassifierFree(3.0, 2.0, "nested"), "SAG", scale=0.5, blur_sigma=2.0
    )

    asks = next(dual.guide(Request(X, 1.0, 0, 1, False), MODELS["sd1"]))

    assert [ask.side for ask in asks if ask.changes] == ["middle"]


def test_a_patch_acts_on_the_pair_that_a_dual_guidance_combines_first():
    dual = patched_guidance(DualClassifierFree(3.0, 2.0), "CFGNorm", strength=1.0)

    made, _ = guided(dual)

    # 1 + 2 (2 - 1) and 3 + 2 (0 - 3), no longer than (2, 0); then 3 (4 - 2) and 3 (1 - 0)
    assert numbers(made) == pytest.approx([2 + 6, 0 + 3], abs=1e-5)


def test_a_patch_acts_on_both_prompts_of_a_nested_guidance():
    nested = patched_guidance(DualClassifierFree(3.0, 2.0, "nested"), "CFGNorm", strength=1.0)

    made, _ = guided(nested)

    # 2 + 3 (4 - 2) and 0 + 3 (1 - 0), no longer than (4, 1); then from (1, 3) twice as far
    assert numbers(made) == pytest.approx([1 + 2 * (4 - 1), 3 + 2 * (1 - 3)], abs=1e-5)


def test_rescaling_is_that_of_the_pair_a_dual_guidance_combines_first():
    with_rule = patched_guidance(DualClassifierFree(3.0, 2.0), "RescaleCFG", multiplier=0.7)
    inner = patched_guidance(ClassifierFree(2.0), "RescaleCFG", multiplier=0.7)
    middle, negative = (torch.tensor(SIDES[side]).view_as(X) for side in ("middle", "negative"))
    guiding = inner.guide(Request(X, 1.0, 0, 1), MODELS["sd1"])
    next(guiding)
    with pytest.raises(StopIteration) as end:
        guiding.send([middle, negative])

    made, _ = guided(with_rule)

    first = end.value.value.denoised.flatten().tolist()
    assert numbers(made) == pytest.approx([first[0] + 3 * (4 - 2), first[1] + 3 * (1 - 0)])


def test_a_perturbed_answer_is_that_of_the_prompt_that_is_combined_first():
    dual = patched_guidance(DualClassifierFree(3.0, 2.0), "PAG", scale=1.0)
    perp = patched_guidance(PerpendicularNegative(3.0, 1.0), "PAG", scale=1.0)

    assert guided(dual)[1][-1] == "middle"
    assert guided(perp)[1][-1] == "positive"


def test_a_patch_acts_on_what_the_perpendicular_guidance_made():
    halved = patched_guidance(PerpendicularNegative(2.0, 0.5), "EpsilonScaling", scaling_factor=2.0)

    made, plain = (guided(each)[0] for each in (halved, PerpendicularNegative(2.0, 0.5)))

    assert numbers(made) == pytest.approx([number / 2 for number in numbers(plain)])


def test_self_attention_looks_at_the_negative_of_the_perpendicular_guidance():
    sag = patched_guidance(PerpendicularNegative(2.0, 0.5), "SAG", scale=0.5, blur_sigma=2.0)

    asks = next(sag.guide(Request(X, 1.0, 0, 1), MODELS["sd1"]))

    assert {ask.side: [patch.name for patch in ask.changes] for ask in asks} == {
        "positive": [],
        "negative": ["WatchAttention"],
        "empty": [],
    }


@pytest.mark.parametrize(
    ("guidance", "name", "parameters"),
    [
        (DualClassifierFree(3.0, 2.0), "APG", {"eta": 1.0, "norm_threshold": 5.0, "momentum": 0.0}),
        (DualClassifierFree(3.0, 2.0, "nested"), "TCFG", {}),
        (DualClassifierFree(3.0, 2.0), "SAG", {"scale": 0.5, "blur_sigma": 2.0}),
        (PerpendicularNegative(2.0, 0.5), "RescaleCFG", {"multiplier": 0.7}),
    ],
)
def test_a_patch_that_a_guidance_has_no_place_for_is_refused(
    guidance: Guidance, name: str, parameters: dict[str, Any]
):
    with pytest.raises(BadValue, match="combines its answers in a way of its own"):
        patched_guidance(guidance, name, **parameters)
