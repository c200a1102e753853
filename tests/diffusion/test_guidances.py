"""Patches of guidance, on answers that are made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.settings import Settings, patched
from engine.diffusion.guidances.guidance import Ask, ClassifierFree, Guided
from engine.diffusion.guidances.self_attention import blurred_where_attended
from engine.diffusion.latent.latent_operations import apply_operation
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.diffusion.samplers import Request
from engine.errors import BadValue
from engine.types import LatentOperation, Patch

MODEL = discrete(scaled_linear_betas())
GENERATOR = torch.Generator().manual_seed(3)
X, POSITIVE, NEGATIVE, OTHER = (torch.randn(2, 4, 8, 8, generator=GENERATOR) for _ in range(4))
SIGMA, CFG = 3.0, 5.0
NEUTRAL = [
    Patch("RescaleCFG", {"multiplier": 0.0}),
    Patch("APG", {"eta": 1.0, "norm_threshold": 0.0, "momentum": 0.0}),
    Patch("EpsilonScaling", {"scaling_factor": 1.0}),
    Patch("FreSca", {"scale_low": 1.0, "scale_high": 1.0, "freq_cutoff": 2}),
    Patch("PAG", {"scale": 0.0}),
    Patch("SAG", {"scale": 0.0, "blur_sigma": 2.0}),
]


def settings(*patches: Patch, cfg: float = CFG) -> Settings:
    return patched(Settings("euler", (SIGMA, 0.0), 1, ClassifierFree(cfg)), patches)


def answers(asks: Sequence[Ask]) -> list[Tensor]:
    """Answer as asked, and OTHER to whatever is asked of another network or sample."""
    plain = {"positive": POSITIVE, "negative": NEGATIVE}
    return [
        OTHER if ask.x is not None or (ask.changes and ask.side == "positive") else plain[ask.side]
        for ask in asks
    ]


def run(chosen: Settings, sigma: float = SIGMA) -> tuple[Guided, list[Ask]]:
    asked: list[Ask] = []
    guiding = chosen.guidance.guide(Request(X, sigma, 0, 1), MODEL)
    asks = next(guiding)
    while True:
        asked += asks
        try:
            asks = guiding.send(answers(asks))
        except StopIteration as end:
            return end.value, asked


def guided(name: str, **parameters: Any) -> Tensor:
    return run(settings(Patch(name, parameters)))[0].denoised


PLAIN = NEGATIVE + CFG * (POSITIVE - NEGATIVE)


@pytest.mark.parametrize("patch", NEUTRAL, ids=lambda patch: patch.name)
def test_neutral_setting_is_plain_guidance(patch: Patch):
    torch.testing.assert_close(run(settings(patch))[0].denoised, PLAIN, rtol=1e-4, atol=1e-4)


def test_a_patch_that_needs_the_negative_gets_it_at_a_cfg_of_one():
    asks = next(
        settings(Patch("SAG", {"scale": 0.5, "blur_sigma": 2.0}), cfg=1.0).guidance.guide(
            Request(X, SIGMA, 0, 1), MODEL
        )
    )

    assert [ask.side for ask in asks] == ["positive", "negative"]


def velocity(denoised: Tensor) -> Tensor:
    return (X / (SIGMA**2 + 1) - denoised) * (SIGMA**2 + 1) ** 0.5 / SIGMA


def test_rescaled_guidance_has_the_contrast_of_the_positive_answer():
    spread = velocity(guided("RescaleCFG", multiplier=1.0)).std((1, 2, 3))

    torch.testing.assert_close(spread, velocity(POSITIVE).std((1, 2, 3)))


def test_rescaled_guidance_keeps_its_direction():
    one, other = (velocity(guided("RescaleCFG", multiplier=m)).flatten(1) for m in (0.0, 0.7))

    torch.testing.assert_close(torch.cosine_similarity(one, other), torch.ones(2))


def test_projected_guidance_goes_across_the_positive_answer():
    moved = guided("APG", eta=0.0, norm_threshold=0.0, momentum=0.0) - POSITIVE

    dots = (moved * POSITIVE).sum((1, 2, 3))
    torch.testing.assert_close(dots, torch.zeros(2), rtol=0, atol=1e-2)
    assert moved.abs().mean() > 1


def test_projected_guidance_is_no_longer_than_its_threshold():
    moved = guided("APG", eta=1.0, norm_threshold=2.5, momentum=0.0) - POSITIVE

    torch.testing.assert_close(
        torch.linalg.vector_norm(moved, dim=(1, 2, 3)), torch.full((2,), 2.5 * (CFG - 1))
    )


def test_momentum_adds_the_difference_of_the_step_before():
    chosen = settings(Patch("APG", {"eta": 1.0, "norm_threshold": 0.0, "momentum": -0.5}))

    first, second = (run(chosen, sigma)[0].denoised for sigma in (3.0, 2.0))

    difference = POSITIVE - NEGATIVE
    torch.testing.assert_close(first, PLAIN, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(second, POSITIVE + (CFG - 1) * difference * 0.5)
    assert chosen.guidance.remembers


def test_momentum_begins_anew_at_a_higher_level():
    chosen = settings(Patch("APG", {"eta": 1.0, "norm_threshold": 0.0, "momentum": -0.5}))

    answers = [run(chosen, sigma)[0].denoised for sigma in (1.0, 3.0)]

    torch.testing.assert_close(*answers)


def test_zero_star_scales_the_negative_by_the_best_fit_of_the_scores():
    expected = []
    for x, positive, negative in zip(
        *(t.double().numpy() for t in (X, POSITIVE, NEGATIVE)), strict=True
    ):
        fit = np.vdot(x - positive, x - negative) / np.vdot(x - negative, x - negative)
        expected.append(negative * fit + CFG * (positive - negative * fit))

    torch.testing.assert_close(
        guided("CFGZeroStar"), torch.tensor(np.stack(expected)).float(), rtol=1e-4, atol=1e-4
    )


def test_norm_is_limited_to_that_of_the_positive_answer():
    lengths = torch.linalg.vector_norm(guided("CFGNorm", strength=1.0), dim=1)

    limit = torch.linalg.vector_norm(POSITIVE, dim=1)
    assert (lengths <= limit + 1e-4).all()
    torch.testing.assert_close(guided("CFGNorm", strength=2.0), 2 * guided("CFGNorm", strength=1.0))


def test_scaled_noise_is_divided_by_the_factor():
    torch.testing.assert_close(X - guided("EpsilonScaling", scaling_factor=1.1), (X - PLAIN) / 1.1)


def test_mahiro_is_the_positive_answer_where_the_negative_points_away():
    opposed = run_with(POSITIVE, -POSITIVE, Patch("Mahiro"))
    agreed = run_with(POSITIVE, POSITIVE, Patch("Mahiro"))

    torch.testing.assert_close(opposed, POSITIVE * CFG)
    merged = (POSITIVE * CFG + POSITIVE) / 2
    alike = torch.cosine_similarity(rooted(POSITIVE), rooted(merged)).mean()
    share = (1 + alike) / 2
    torch.testing.assert_close(agreed, POSITIVE * share + POSITIVE * CFG * (1 - share))


def rooted(values: Tensor) -> Tensor:
    return values.abs().sqrt() * values.sign()


def run_with(positive: Tensor, negative: Tensor, patch: Patch) -> Tensor:
    guiding = settings(patch).guidance.guide(Request(X, SIGMA, 0, 1), MODEL)
    next(guiding)
    with pytest.raises(StopIteration) as end:
        guiding.send([positive, negative])
    return end.value.value.denoised


def test_damped_negative_score_lies_along_the_main_direction_of_both():
    denoised = guided("TCFG").double().numpy()

    for x, positive, negative, answer in zip(
        *(t.double().numpy() for t in (X, POSITIVE, NEGATIVE)), denoised, strict=True
    ):
        scores = np.stack([(x - positive).ravel(), (x - negative).ravel()])
        _, vectors = np.linalg.eigh(scores.T @ scores)
        main = vectors[:, -1]
        damped = x.ravel() - scores[1] @ main * main
        expected = damped + CFG * (positive.ravel() - damped)
        np.testing.assert_allclose(answer.ravel(), expected, rtol=1e-3, atol=1e-3)


def test_slow_and_fine_waves_are_scaled_apart():
    moved = guided("FreSca", scale_low=0.0, scale_high=2.0, freq_cutoff=2) - NEGATIVE

    waves = np.fft.fft2(moved.numpy() / CFG)
    before = np.fft.fft2((POSITIVE - NEGATIVE).numpy())
    slow = [0, 1, -1]
    assert np.abs(waves[..., slow, :][..., slow]).max() < 1e-4
    np.testing.assert_allclose(waves[..., 3, :], 2 * before[..., 3, :], rtol=1e-3, atol=1e-3)


def test_perturbed_answer_is_left_behind():
    made, asked = run(settings(Patch("PAG", {"scale": 3.0})))

    torch.testing.assert_close(made.denoised, PLAIN + 3 * (POSITIVE - OTHER))
    assert [(ask.side, len(ask.changes)) for ask in asked] == [
        ("positive", 0),
        ("negative", 0),
        ("positive", 1),
    ]


def test_blur_is_where_more_than_its_share_is_attended():
    attention = torch.zeros(1, 2, 4, 4)
    attention[..., 0] = 1.0  # all places look at the first of four
    clean = torch.randn(1, 4, 16, 16, generator=GENERATOR)

    blurred = blurred_where_attended(clean, attention, 2.0)

    assert torch.equal(blurred[..., 8:, :], clean[..., 8:, :])
    assert torch.equal(blurred[..., 8:], clean[..., 8:])
    assert blurred[..., :8, :8].std() < clean[..., :8, :8].std() / 2


def test_blur_of_an_even_picture_changes_nothing():
    clean = torch.full((1, 4, 16, 16), 3.0)

    blurred = blurred_where_attended(clean, torch.ones(1, 1, 4, 4), 2.0)

    torch.testing.assert_close(blurred, clean)


def test_patches_apply_in_their_order():
    scaled = Patch("EpsilonScaling", {"scaling_factor": 1.1})
    limited = Patch("CFGNorm", {"strength": 1.0})

    one, other = (run(settings(*p))[0].denoised for p in ((scaled, limited), (limited, scaled)))

    torch.testing.assert_close(X - other, (X - guided("CFGNorm", strength=1.0)) / 1.1)
    assert not torch.allclose(one, other)


def test_guidance_that_cannot_be_steered_says_so():
    class Fixed:
        remembers = False

    with pytest.raises(BadValue, match='"RescaleCFG" changes how two answers are combined'):
        patched(
            Settings("euler", (1.0, 0.0), 1, Fixed()),  # pyright: ignore[reportArgumentType]
            [Patch("RescaleCFG", {"multiplier": 0.7})],
        )


TONEMAP = LatentOperation("tonemap_reinhard", {"multiplier": 0.5})


def test_an_operation_is_applied_to_what_the_answers_differ_in():
    made = guided("LatentOperation", operation=TONEMAP)

    expected = NEGATIVE + CFG * apply_operation(TONEMAP, POSITIVE - NEGATIVE)
    torch.testing.assert_close(made, expected)


def test_an_operation_is_applied_to_the_positive_answer_where_it_is_alone():
    chosen = settings(Patch("LatentOperation", {"operation": TONEMAP}), cfg=1.0)

    made, asked = run(chosen)

    assert len(asked) == 1
    torch.testing.assert_close(made.denoised, apply_operation(TONEMAP, POSITIVE))
