"""A device that refuses more than so much: what is asked of it is asked in smaller pieces."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.control.applied import Applied
from engine.diffusion.control.networks import Residuals
from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.denoising.evaluation import Evaluation, Given, evaluate
from engine.diffusion.denoising.shortages import first_that_fits
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.errors import OutOfMemory
from tests.tiny_models import WIDTH, tiny_model

pytestmark = pytest.mark.usefixtures("no_grad")


@pytest.fixture
def no_grad() -> Generator[None]:
    with torch.no_grad():
        yield


class FakeDevice:
    """Lets a network answer batches of at most `limit`; notes those that it was asked for."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.asked: list[int] = []
        unet = tiny_model().unet.requires_grad_(False)
        unet.register_forward_pre_hook(self._check)
        self.denoiser = Denoiser(unet, discrete(scaled_linear_betas()), 0.18215, 4)

    def _check(self, module: object, inputs: tuple[Tensor, ...]) -> None:
        self.asked.append(len(inputs[0]))
        if len(inputs[0]) > self.limit:
            raise torch.OutOfMemoryError("Tried to allocate 7.00 GiB")


def evaluations(batch: int = 3) -> list[Evaluation]:
    """Return a positive and a negative one, each with its own values."""
    x = torch.linspace(-3, 3, batch * 4 * 8 * 8).reshape(batch, 4, 8, 8)
    context = torch.linspace(-1, 1, batch * 7 * WIDTH).reshape(batch, 7, WIDTH)
    return [Evaluation(x, 2.0, Given(context)), Evaluation(x, 2.0, Given(-context))]


@pytest.mark.parametrize(("limit", "asked"), [(6, [6]), (3, [6, 3, 3]), (1, [6, 3, 1, *[1] * 5])])
def test_a_batch_that_does_not_fit_is_split(limit: int, asked: list[int]):
    expected = evaluate(FakeDevice(6).denoiser, evaluations())
    device = FakeDevice(limit)

    answers = evaluate(device.denoiser, evaluations())

    assert device.asked == asked
    for answer, whole in zip(answers, expected, strict=True):
        torch.testing.assert_close(answer, whole, rtol=1e-4, atol=1e-4)


class Steering:
    """A control network that notes the pictures it is asked to steer by, in each pass."""

    hint_channels = 3

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.seen: list[list[float]] = []

    def prepared(self, hint: Tensor) -> list[Tensor]:
        return [hint.mean((1, 2, 3))]

    def residuals(
        self, prepared: list[Tensor], x: Tensor, time: Tensor, context: Tensor
    ) -> Residuals:
        self.seen.append([round(float(each), 2) for each in prepared[0]])
        return Residuals()


def test_each_item_of_a_split_batch_keeps_its_own_picture_to_be_steered_by():
    steering = Steering()
    hint = torch.tensor([0.1, 0.2, 0.3])[:, None, None, None].expand(-1, 3, 64, 64)
    steered = Applied(steering, hint, 1.0, 99.0, 0.0)
    asked = evaluations()
    for evaluation in asked:
        evaluation.given = replace(evaluation.given, controls=(steered,))

    evaluate(FakeDevice(2).denoiser, asked)

    whole = [0.1, 0.2, 0.3]
    assert steering.seen == [whole * 2, whole, *([value] for value in whole * 2)]


def test_an_item_that_does_not_fit_is_told_with_what_it_needed_and_what_there_was():
    with pytest.raises(OutOfMemory) as told:
        evaluate(FakeDevice(0).denoiser, evaluations())

    assert "The diffusion model at 8 × 8 latent cells needs more memory" in told.value.message
    assert "Tried to allocate 7.00 GiB" in told.value.message
    assert "The machine has" in told.value.message


def test_other_failures_are_not_tried_again():
    attempts: list[int] = []

    def fail() -> Tensor:
        attempts.append(1)
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes do not fit"):
        first_that_fits([fail, fail], "It", "cpu")

    assert attempts == [1]
