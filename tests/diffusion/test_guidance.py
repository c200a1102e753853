from dataclasses import replace

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Evaluation, Evaluator, Given
from engine.diffusion.denoising.sampling import SamplingTask, Settings
from engine.diffusion.guidances.guidance import Ask, ClassifierFree, Guided, Guiding
from engine.diffusion.levels.parameterisation import Parameterisation
from engine.diffusion.samplers import Request
from engine.types import Latent, Patch
from tests.mixture import MODELS, POSITIVE, Mixture, finish, reference, task_of

X = torch.zeros(1, 4, 8, 8)
CHANGE = Patch("Other")
NOTED: list[tuple[float, tuple[Patch, ...]]] = []
CASES = {case["key"]: case for case in reference("samplers")}


class Attending:
    """Answers with attention over the context, and notes the batch of every forward pass."""

    parameterisation = MODELS["sd1"]
    latent_scale = 1.0
    device = torch.device("cpu")
    remembers = False
    extra_channels = 0

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        self.batches.append(x.shape[0])
        shares = (given.context * sigma.view(-1, 1, 1)).softmax(1)
        return x + (shares * given.context).sum((1, 2)).view(-1, 1, 1, 1)


class Watched(Mixture):
    """Notes the batch of every forward pass."""

    batch = 0

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        self.batch = x.shape[0]
        return super().__call__(x, sigma, given)


def asked(*lengths: int) -> list[Evaluation]:
    generator = torch.Generator().manual_seed(1)
    return [
        Evaluation(X, 2.0, Given(torch.randn(1, length, 3, generator=generator)))
        for length in lengths
    ]


def test_both_sides_go_through_the_network_together():
    denoiser = Watched(MODELS["sd1"])
    task = task_of(CASES["euler|sd1|normal|12|4.0|1.0"], denoiser)

    task.advance()

    assert (denoiser.calls, denoiser.batch) == (1, 4)


def test_cfg_of_one_asks_the_positive_side_only():
    denoiser = Watched(MODELS["sd1"])

    finish(task_of(CASES["euler|sd1|karras|8|1.0|1.0"], denoiser))

    assert denoiser.batch == 2


def test_cfg_of_one_asks_the_negative_side_where_the_sampler_needs_it():
    denoiser = Watched(MODELS["sd1"])

    finish(task_of(CASES["euler_cfg_pp|sd1|karras|8|1.0|1.0"], denoiser))

    assert denoiser.batch == 4


def test_guidance_goes_on_from_the_negative_through_the_positive_answer():
    guiding = ClassifierFree(3.0).guide(Request(X, 1.0, 0, 1), MODELS["sd1"])
    next(guiding)

    with pytest.raises(StopIteration) as end:
        guiding.send([X + 2, X + 1])

    assert torch.equal(end.value.value.denoised, X + 4)


class Perturbed:
    """Asks the positive side a second time, of a changed network and another sample."""

    remembers = False

    def guide(self, request: Request, model: Parameterisation) -> Guiding:
        plain = yield from ClassifierFree(1.0).guide(request, model)
        (other,) = yield (Ask("positive", request.x * 0, changes=(CHANGE,)),)
        return Guided(plain.denoised - other, plain.positive)


class Noting(Mixture):
    """Notes what every forward pass was given."""

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        NOTED.append((float(x.abs().sum()), given.changes))
        return super().__call__(x, sigma, given)


def test_a_guidance_may_ask_again_after_it_was_answered():
    NOTED.clear()
    denoiser = Noting(MODELS["sd1"])
    settings = Settings("euler", (2.0, 0.0), 1, Perturbed())
    task = SamplingTask(denoiser, Latent(torch.ones(1, 4, 8, 8)), {"positive": POSITIVE}, settings)

    finish(task)

    assert [changes for _, changes in NOTED] == [(), (CHANGE,)]
    assert NOTED[0][0] > 0
    assert NOTED[1][0] == 0


def test_questions_to_networks_changed_in_other_ways_go_alone():
    plain, changed = asked(77, 77)
    changed = replace(changed, given=replace(changed.given, changes=(CHANGE,)))
    denoiser = Attending()

    Evaluator(denoiser)([plain, changed])

    assert denoiser.batches == [1, 1]


def test_contexts_of_unlike_length_are_repeated_and_answer_as_alone():
    evaluations = asked(77, 154)
    denoiser = Attending()

    together = Evaluator(denoiser)(evaluations)

    assert denoiser.batches == [2]
    for answer, evaluation in zip(together, evaluations, strict=True):
        (alone,) = Evaluator(Attending())([evaluation])
        assert torch.allclose(answer, alone, atol=1e-5)


def test_contexts_that_would_grow_too_long_go_alone():
    denoiser = Attending()

    Evaluator(denoiser)(asked(77, 77 * 5))

    assert denoiser.batches == [1, 1]
