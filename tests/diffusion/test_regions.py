from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Evaluator, Given
from engine.diffusion.denoising.regions import Region, averaged, regions_of
from engine.types import Cond, Conditioning
from tests.mixture import MODELS, Case, arrays, reference

ARRAYS = arrays("areas")
CASES = reference("areas")
SD1 = MODELS["sd1"]


class Numbered:
    """Answers x (0.5 + 0.1 k) + k for the context k."""

    parameterisation = SD1
    latent_scale = 1.0
    device = torch.device("cpu")
    remembers = False
    extra_channels = 0

    def __init__(self) -> None:
        self.passes: list[tuple[int, ...]] = []

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        k = given.context[:, :1, :1, None]
        self.passes.append(tuple(x.shape))
        return x * (0.5 + 0.1 * k) + k


def percent_at(sigma: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if SD1.sigma_at_percent(middle) > sigma else (low, middle)
    return low


def cond(entry: Case) -> Cond:
    fields: dict[str, Any] = {
        key: entry[key]
        for key in ("strength", "mask_strength", "set_area_to_bounds")
        if key in entry
    }
    if "area" in entry:
        fields["area"] = tuple(entry["area"])
    if "mask" in entry:
        y0, y1, x0, x1 = entry["mask"]["box"]
        fields["mask"] = torch.zeros(1, *entry["mask"]["size"])
        fields["mask"][:, y0:y1, x0:x1] = entry["mask"]["value"]
    if "timestep_start" in entry:
        fields["start_percent"] = percent_at(entry["timestep_start"])
        fields["end_percent"] = percent_at(entry["timestep_end"])
    return Cond(torch.full((1, 1, 1), float(entry["number"])), **fields)


def side(entries: list[Case]) -> Conditioning:
    return Conditioning(tuple(cond(entry) for entry in entries))


def answered(regions: list[Region], x: Tensor, sigma: float, denoiser: Numbered) -> Tensor:
    active = [region for region in regions if region.is_active(sigma)]
    answers = Evaluator(denoiser)([region.evaluation(x, sigma) for region in active])
    return averaged(active, iter(answers), x)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_areas_are_averaged_as_in_the_reference(case: Case):
    generator = torch.Generator().manual_seed(11)
    x = torch.randn((2, 4, *case["size"]), generator=generator)
    sides = {name: side(case[name]) for name in ("positive", "negative")}
    positive, negative = regions_of(sides, x, SD1).values()

    one, other = (
        answered(regions, x, case["sigma"], Numbered()) for regions in (positive, negative)
    )

    assert torch.allclose(other + case["cfg"] * (one - other), ARRAYS[case["name"]], atol=1e-4)
    assert (len(positive), len(negative)) == (
        case["evaluated_positive"],
        case["evaluated_negative"],
    )


def sampled(
    positive: list[Case], size: tuple[int, int] = (16, 16), sigma: float = 3.0
) -> tuple[Tensor, Numbered]:
    x = torch.ones(1, 4, *size)
    denoiser = Numbered()
    regions = regions_of({"positive": side(positive)}, x, SD1)["positive"]
    return answered(regions, x, sigma, denoiser), denoiser


def test_conditionings_that_cover_everything_share_a_forward_pass():
    _, denoiser = sampled([{"number": 1}, {"number": 2, "strength": 3.0}, {"number": 3}])

    assert denoiser.passes == [(3, 4, 16, 16)]


def test_areas_of_one_size_share_a_forward_pass():
    left, right = [16, 8, 0, 0], [16, 8, 0, 8]

    _, denoiser = sampled([{"number": 1, "area": left}, {"number": 2, "area": right}])

    assert denoiser.passes == [(2, 4, 16, 8)]


def test_area_beyond_the_latent_is_cut():
    _, denoiser = sampled([{"number": 1, "area": [16, 16, 8, 12]}])

    assert denoiser.passes == [(1, 4, 8, 4)]


def test_area_outside_the_latent_is_left_out():
    answer, denoiser = sampled([{"number": 1}, {"number": 2, "area": [8, 8, 32, 0]}])

    assert denoiser.passes == [(1, 4, 16, 16)]
    assert torch.allclose(answer, torch.full_like(answer, 1.6))


def test_where_no_conditioning_applies_the_answer_is_zero():
    answer, _ = sampled([{"number": 1, "area": [8, 16, 0, 0]}])

    assert answer[..., 12:, :].abs().max() == 0
    assert answer[..., 0, :].min() == pytest.approx(1.6)
