import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.levels.schedules import SCHEDULERS, make_sigmas
from tests.mixture import MODELS, reference

TABLE = reference("sigmas")
CASES = [
    (scheduler, family, int(steps), sigmas)
    for scheduler, families in TABLE.items()
    for family, counts in families.items()
    for steps, sigmas in counts.items()
]
SD1 = MODELS["sd1"]


@pytest.mark.parametrize(("scheduler", "family", "steps", "sigmas"), CASES)
def test_schedule_is_that_of_the_reference(
    scheduler: str, family: str, steps: int, sigmas: list[float]
):
    assert make_sigmas(MODELS[family], scheduler, steps) == pytest.approx(sigmas, rel=3e-6)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("family", MODELS)
@given(steps=st.integers(1, 200))
def test_every_schedule_descends_to_zero(scheduler: str, family: str, steps: int):
    sigmas = make_sigmas(MODELS[family], scheduler, steps)

    assert sigmas[0] == pytest.approx(MODELS[family].sigma_max, rel=0.01) or (
        scheduler in ("beta", "ddim_uniform")
    )
    assert sigmas[-1] == 0
    assert all(one > other for one, other in pairwise(sigmas))


def test_lower_denoise_runs_the_end_of_a_longer_schedule():
    sigmas = make_sigmas(SD1, "karras", 6, denoise=0.6)

    assert sigmas == make_sigmas(SD1, "karras", 10)[-7:]


def test_no_denoise_leaves_nothing_to_do():
    assert make_sigmas(SD1, "karras", 6, denoise=0.0) == ()


@pytest.mark.parametrize("sampler", ["dpm_2", "uni_pc"])
def test_some_samplers_leave_out_the_second_last_level(sampler: str):
    longer = make_sigmas(SD1, "karras", 7)

    assert make_sigmas(SD1, "karras", 6, sampler_name=sampler) == (*longer[:-2], 0.0)


def test_linear_quadratic_is_linear_then_a_parabola_that_meets_it_smoothly():
    model = MODELS["sd3_shift3"]
    removed = [1 - sigma / model.sigma_max for sigma in make_sigmas(model, "linear_quadratic", 10)]
    rates = [after - before for before, after in pairwise(removed)]
    bends = [after - before for before, after in pairwise(rates)]

    assert removed[5] == pytest.approx(0.025, abs=1e-6)
    assert rates[:5] == pytest.approx([0.005] * 5, abs=1e-6)
    assert bends[5:] == pytest.approx([bends[5]] * 4, abs=1e-6)
    assert bends[4] == pytest.approx(bends[5] / 2, abs=1e-6)
    assert removed[-1] == 1


def test_names_of_samplers_and_schedules_need_no_torch():
    listing = (
        "import sys, engine.diffusion.levels.schedules, engine.diffusion.samplers;"
        "sys.exit('torch' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", listing], check=False).returncode == 0
