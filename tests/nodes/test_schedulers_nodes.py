from collections.abc import Callable
from typing import Any

import pytest

from engine.context import Context
from engine.diffusion.levels.schedules import make_sigmas
from engine.errors import NodeError
from nodes import schedulers, sigmas
from tests.mixture import MODELS, Mixture, reference
from tests.nodes.known_models import MODEL, stand_in

SD1 = MODELS["sd1"]


@pytest.fixture(autouse=True)
def model_is_sd1(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, Mixture(SD1), schedulers, sigmas)


def as_list(levels: Any) -> list[float]:
    assert str(levels.dtype) == "torch.float32"
    return levels.tolist()


@pytest.mark.parametrize("denoise", [0.0, 0.6, 1.0])
def test_basic_scheduler_is_the_samplers_schedule(denoise: float, context: Callable[..., Context]):
    levels = as_list(schedulers.basic_scheduler(MODEL, "normal", 6, denoise, context()))

    assert levels == [*make_sigmas(SD1, "normal", 6, denoise=denoise)]


def test_karras_scheduler_goes_between_the_levels_given():
    levels = as_list(schedulers.karras_scheduler(20, SD1.sigma_max, SD1.sigma_min, 7.0))

    assert levels == pytest.approx(reference("sigmas")["karras"]["sd1"]["20"], rel=1e-5)


def test_exponential_scheduler_divides_by_the_same_number_at_each_step():
    assert as_list(schedulers.exponential_scheduler(4, 8.0, 1.0)) == pytest.approx([8, 4, 2, 1, 0])


def test_polyexponential_scheduler_is_exponential_at_rho_one():
    levels = as_list(schedulers.polyexponential_scheduler(4, 8.0, 1.0))

    assert levels == pytest.approx([8, 4, 2, 1, 0])


def test_laplace_scheduler_has_its_middle_at_mu():
    assert as_list(schedulers.laplace_scheduler(5, 15.0, 0.03, 0.0, 0.5))[2] == pytest.approx(1.0)


def test_vp_scheduler_ends_with_zero():
    levels = as_list(schedulers.vp_scheduler(3, 19.9, 0.1, 0.001))

    assert levels == pytest.approx([152.167, 3.42224, 0.010486, 0], rel=1e-4)


def test_sd_turbo_scheduler_begins_at_the_largest_level(context: Callable[..., Context]):
    levels = as_list(schedulers.sd_turbo_scheduler(MODEL, 1, 1.0, context()))

    assert levels == pytest.approx([SD1.sigma_max, 0])


def test_beta_scheduler_at_its_defaults_is_the_schedule_of_that_name(
    context: Callable[..., Context],
):
    levels = as_list(schedulers.beta_scheduler(MODEL, 10, 0.6, 0.6, context()))

    assert levels == [*make_sigmas(SD1, "beta", 10)]


def test_beta_scheduler_leans_to_the_side_of_the_smaller_number(context: Callable[..., Context]):
    clean = as_list(schedulers.beta_scheduler(MODEL, 9, 0.4, 0.8, context()))
    noisy = as_list(schedulers.beta_scheduler(MODEL, 9, 0.8, 0.4, context()))

    assert clean[4] < SD1.sigmas[499] < noisy[4]


def test_beta_scheduler_refuses_a_shape_of_nothing(context: Callable[..., Context]):
    with pytest.raises(NodeError, match="numbers above 0"):
        schedulers.beta_scheduler(MODEL, 9, 0.0, 0.8, context())


def test_align_your_steps_scheduler_keeps_the_last_part():
    levels = as_list(schedulers.align_your_steps_scheduler("SD1", 10, 0.2))

    assert levels == pytest.approx([0.3977456272, 0.1515232662, 0])


def test_manual_sigmas_are_read():
    assert as_list(sigmas.manual_sigmas("2, 1, 0")) == [2, 1, 0]


def test_split_sigmas_gives_the_high_part_first():
    high, low = sigmas.split_sigmas(sigmas.manual_sigmas("3 2 1 0"), 1)

    assert (as_list(high), as_list(low)) == ([3, 2], [2, 1, 0])


def test_split_sigmas_by_denoise_gives_the_high_part_first():
    high, low = sigmas.split_sigmas_denoise(sigmas.manual_sigmas("3 2 1 0"), 0.34)

    assert (as_list(high), as_list(low)) == ([3, 2, 1], [1, 0])


def test_flip_sigmas_turns_them_round():
    levels = as_list(sigmas.flip_sigmas(sigmas.manual_sigmas("3 2 0")))

    assert levels == pytest.approx([0.0001, 2, 3])


def test_set_first_sigma_replaces_the_first():
    assert as_list(sigmas.set_first_sigma(sigmas.manual_sigmas("3 2 0"), 5.0)) == [5, 2, 0]


def test_extend_intermediate_sigmas_divides_the_steps_below_its_start():
    levels = sigmas.extend_intermediate_sigmas(
        sigmas.manual_sigmas("16 8 0"), 2, -1.0, 12.0, "linear"
    )

    assert as_list(levels) == [16, 12, 8, 0]


def test_sampling_percent_to_sigma_gives_a_number(context: Callable[..., Context]):
    (level,) = sigmas.sampling_percent_to_sigma(MODEL, 1.0, context(), return_actual_sigma=True)

    assert level == SD1.sigma_min
