from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Evaluator, Given
from engine.diffusion.denoising.sampling import RecordAt, SamplingTask, Settings, patched
from engine.diffusion.denoising.settings import SAMPLING_PATCHES
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.errors import NodeError
from engine.types import Latent, Patch
from tests.mixture import (
    ARRAYS,
    MODELS,
    NEGATIVE,
    POSITIVE,
    Mixture,
    distance,
    finish,
    reference,
    task_of,
)

CASES = {case["key"]: case for case in reference("samplers")}
EULER = CASES["euler|sd1|normal|12|4.0|1.0"]
SD1 = MODELS["sd1"]
SIDES = {"positive": POSITIVE, "negative": NEGATIVE}


class Broken(Mixture):
    """Overflows at the third step."""

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        denoised = super().__call__(x, sigma, given)
        return denoised * torch.inf if self.calls == 3 else denoised


def settings(*sigmas: float, sampler: str = "euler", cfg: float = 1.0, **changes: Any) -> Settings:
    return Settings(sampler, sigmas, 7, ClassifierFree(cfg), **changes)


def test_each_advance_is_one_evaluation():
    denoiser = Mixture(SD1)
    task = task_of(CASES["heun|sd1|karras|8|1.0|1.0"], denoiser)

    seen = []
    while task.advance():
        seen.append((denoiser.calls, task.step))

    assert seen[:4] == [(1, 0), (2, 1), (3, 1), (4, 2)]
    assert (task.step, task.steps) == (8, 8)


def test_adaptive_sampler_tells_progress_in_steps_of_the_schedule():
    task = task_of(CASES["dpm_adaptive|sd1|karras|8|1.0|1.0"], Mixture(SD1))

    seen = [task.step for _ in iter(task.advance, False)]

    assert task.step == task.steps == 8
    assert 0 < seen[len(seen) // 2] < 8


def test_tasks_can_share_forward_passes():
    denoiser = Mixture(SD1)
    keys = ["euler|sd1|normal|12|4.0|1.0", "dpmpp_2m_sde|sd1|normal|12|4.0|1.0"]
    tasks = [task_of(CASES[key], denoiser) for key in keys]

    for _ in range(12):
        asked = [task.evaluations() for task in tasks]
        answers = Evaluator(denoiser)([*asked[0], *asked[1]])
        tasks[0].accept(answers[:2])
        tasks[1].accept(answers[2:])

    assert denoiser.calls == 12
    for task, key in zip(tasks, keys, strict=True):
        assert distance(task.result().samples, ARRAYS[key]) < 1e-3


def test_a_text_for_a_part_of_the_schedule_is_asked_in_it_alone():
    early, late = POSITIVE.each(end_percent=0.5), NEGATIVE.each(start_percent=0.5)
    sides = {"positive": early + late}
    levels = settings(9.0, 4.0, 1.0, 0.0)
    task = SamplingTask(Mixture(SD1), Latent(torch.zeros(1, 4, 8, 8)), sides, levels)

    texts: list[list[float]] = []
    for _ in range(3):
        texts.append([each.given.context.item() for each in task.evaluations()])
        task.advance()

    assert texts == [[0.0], [0.0], [1.0]]  # half the schedule is at about 1.6


def test_latent_is_in_the_scale_of_the_autoencoder():
    plain = finish(task_of(EULER, Mixture(SD1)))

    scaled = finish(task_of(EULER, Mixture(SD1, latent_scale=0.5)))

    assert torch.allclose(scaled, plain * 2, atol=1e-5)


@pytest.mark.parametrize("sigmas", [(), (1.0,), (0.0, 0.0)])
def test_nothing_to_do_leaves_the_latent_alone_and_says_so(sigmas: tuple[float, ...]):
    latent, told = Latent(ARRAYS["latent"]), list[str]()
    task = SamplingTask(Mixture(SD1), latent, SIDES, settings(*sigmas), warn=told.append)

    assert not task.advance()
    assert task.result() is latent
    assert "Nothing was sampled" in told[0]


def test_without_added_noise_sampling_begins_from_the_latent():
    noisy = ARRAYS["latent"] + 2 * ARRAYS["noise_1234"]
    plan = settings(2.0, 1.0, 0.0, add_noise=False)
    task = SamplingTask(Mixture(SD1), Latent(noisy), SIDES, plan)

    assert torch.equal(task.evaluations()[0].x, noisy)


def test_result_keeps_what_else_the_latent_has():
    mask = torch.ones(1, 8, 8)
    latent = Latent(ARRAYS["latent"], mask, (4, 2))

    task = SamplingTask(Mixture(SD1), latent, SIDES, settings(1.0, 0.0))
    finish(task)

    assert task.result().noise_mask is mask
    assert task.result().batch_index == (4, 2)


def test_item_taken_out_of_a_batch_gives_the_same_picture():
    def sampled(*places: int) -> Tensor:
        latent = Latent(torch.zeros(len(places), 4, 8, 8), None, places)
        return finish(SamplingTask(Mixture(SD1), latent, SIDES, settings(14.0, 3.0, 1.0, 0.0)))

    assert torch.allclose(sampled(0, 1, 2)[2:], sampled(2), atol=1e-5)


def test_values_that_are_not_numbers_are_an_error_that_names_the_step():
    with pytest.raises(NodeError, match="not numbers at step 3 of 12"):
        finish(task_of(EULER, Broken(SD1)))


def test_preview_shows_the_prediction_of_the_first_item():
    def preview_map(samples: Tensor) -> Tensor:
        return torch.full((*samples.shape[:1], 8, 8, 3), 0.5)

    task = task_of(EULER, Mixture(SD1), load_preview_map=lambda: preview_map)
    before = task.preview()
    task.advance()
    picture = task.preview()

    assert before is None
    assert picture is not None
    assert picture.size == (8, 8)
    assert picture.getpixel((0, 0)) == (128, 128, 128)


def test_patch_of_a_model_changes_how_it_is_sampled(monkeypatch: pytest.MonkeyPatch):
    def stronger(plan: Settings, by: float) -> Settings:
        assert isinstance(plan.guidance, ClassifierFree)
        return replace(plan, guidance=ClassifierFree(plan.guidance.cfg * by))

    monkeypatch.setitem(SAMPLING_PATCHES, "Stronger", stronger)
    patches = [Patch("LoRA", {"name": "x"}), Patch("Stronger", {"by": 2.0})]

    assert patched(settings(1.0, 0.0, cfg=3.0), patches).guidance == ClassifierFree(6.0)


def test_what_was_denoised_last_is_known_where_every_answer_was_recorded(tmp_path: Path):
    record = RecordAt(tmp_path / "record", "key", "test", "float32")
    case = {**EULER, "sigmas": EULER["sigmas"][:5]}
    first, again = (task_of(case, Mixture(SD1), record=record) for _ in range(2))

    finish(first)
    finish(again)

    assert torch.equal(again.denoised().samples, first.denoised().samples)
    assert not torch.equal(first.denoised().samples, first.result().samples)


def test_noise_may_be_given():
    plan = settings(2.0, 1.0, 0.0)
    noise = ARRAYS["noise_1234"]
    sides = {"positive": POSITIVE}

    task = SamplingTask(Mixture(SD1), Latent(ARRAYS["latent"]), sides, plan, noise=noise)

    assert torch.equal(task.evaluations()[0].x, ARRAYS["latent"] + 2 * noise)
