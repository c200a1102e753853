"""Samplers against ComfyUI's numbers and against laws they obey."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Given
from engine.diffusion.samplers import SAMPLERS, Answer, Sampler, SamplerStart
from engine.diffusion.samplers.euler import euler
from tests.mixture import ARRAYS, MODELS, Case, Mixture, distance, finish, reference, task_of

ROOT = Path(__file__).parents[2]
CASES = [case for case in reference("samplers") if case["sampler"] in SAMPLERS]
#: Cases that turn a last-digit difference between processors into another result; with MKL's
#: portable kernels (MKL_ENABLE_INSTRUCTIONS=SSE4_2) all of them agree to the last digit.
AMPLIFYING = {
    "heun|sd1|normal|12|4.0|1.0": 3e-2,
    "dpm_2|sd1|normal|12|4.0|1.0": 5e-3,
    "dpm_fast|sd1|normal|12|4.0|1.0": 5e-3,
    "euler_ancestral|sd1|normal|12|4.0|1.0": 3e-3,
    "lms|sd3_shift3|normal|12|4.0|1.0": 2e-2,
    "dpmpp_2m|sd1|normal|12|4.0|1.0": 5e-3,
    "dpm_adaptive|sd1|normal|12|4.0|1.0": 1e-2,
    "dpm_adaptive|sd1|simple|6|2.0|0.6": 3e-2,
}
#: They end at the smallest positive level.
TO_SMALLEST = ("dpm_fast", "dpm_adaptive")
STOCHASTIC = ["euler_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde", "dpmpp_2m_sde"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["key"])
def test_result_is_that_of_the_reference(case: Case):
    denoiser = Mixture(MODELS[case["family"]])

    samples = finish(task_of(case, denoiser))

    assert distance(samples, ARRAYS[case["key"]]) < AMPLIFYING.get(case["key"], 1e-3)
    slack = 0.1 if case["key"] in AMPLIFYING else 0
    assert denoiser.calls == pytest.approx(case["model_calls"], rel=slack)


@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="needs MKL's portable kernels")
def test_amplifying_cases_agree_where_the_last_digits_do():
    program = """
from tests.diffusion.test_samplers import AMPLIFYING, CASES
from tests.mixture import ARRAYS, MODELS, Mixture, distance, finish, task_of
for case in CASES:
    if case["key"] in AMPLIFYING:
        denoiser = Mixture(MODELS[case["family"]])
        assert distance(finish(task_of(case, denoiser)), ARRAYS[case["key"]]) < 1e-3, case["key"]
        assert denoiser.calls == case["model_calls"], case["key"]
"""
    portable = {**os.environ, "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=portable, capture_output=True, check=False
    )

    assert done.stderr.decode() == ""
    assert done.returncode == 0


def test_names_are_in_the_order_users_know():
    assert list(SAMPLERS) == [*reference("sampler_names"), "plms"]


def run(
    name: str,
    family: str = "sd1",
    sigmas: tuple[float, ...] = (2.0, 1.0, 0.5, 0.0),
    answer: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """Run a sampler alone, with the mixture's positive side or another answer."""
    model = MODELS[family]
    x = ARRAYS["noise_1234"] * sigmas[0]
    sampling = SAMPLERS[name].run(SamplerStart(x, sigmas, 7, model), **options)
    mixture, context = Mixture(model), torch.zeros(2, 1, 1)
    request = next(sampling)
    try:
        while True:
            told = torch.full((2,), request.sigma)
            denoised = answer if answer is not None else mixture(request.x, told, Given(context))
            request = sampling.send(Answer(denoised, denoised))
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name not in TO_SMALLEST])
@pytest.mark.parametrize("family", ["sd1", "sd3_shift3"])
def test_constant_answer_is_where_sampling_ends(name: str, family: str):
    answer = torch.full((2, 4, 8, 8), 0.25)
    sigmas = SAMPLERS[name].levels((0.9, 0.6, 0.3, 0.0))

    samples = run(name, family, sigmas, answer)

    assert torch.allclose(samples, answer, atol=0.01 if sigmas[-1] else 1e-6)


@pytest.mark.parametrize(
    ("name", "solver"), [("euler_ancestral", "euler"), ("dpmpp_2m_sde", "dpmpp_2m")]
)
@pytest.mark.parametrize("family", ["sd1"])
def test_without_noise_a_stochastic_sampler_is_its_solver(name: str, solver: str, family: str):
    assert torch.allclose(run(name, family, eta=0.0), run(solver, family), atol=1e-5)


@pytest.mark.parametrize("name", STOCHASTIC)
def test_noise_comes_from_the_seed_alone(name: str):
    first = run(name)
    torch.manual_seed(99)

    assert torch.equal(run(name), first)


@pytest.mark.parametrize("name", ["heun", "dpm_2", "dpmpp_2m", "uni_pc"])
def test_solvers_of_second_order_come_closer_than_euler(name: str):
    levels = tuple(0.8 * 0.25 ** (index / 8) for index in range(9))
    fine = tuple(0.8 * 0.25 ** (index / 256) for index in range(257))
    exact = run("heun", sigmas=fine)

    assert distance(run(name, sigmas=levels), exact) < distance(run("euler", sigmas=levels), exact)


def test_adaptive_sampler_says_that_its_length_is_unknown():
    model = MODELS["sd1"]
    start = SamplerStart(ARRAYS["noise_1234"], (1.0, 0.1, 0.0), 7, model)

    assert next(SAMPLERS["dpm_adaptive"].run(start)).of is None


def test_a_sampler_is_one_entry_in_the_registry(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(SAMPLERS, "mine", Sampler(euler))

    samples = finish(task_of({**CASES[0], "sampler": "mine"}, Mixture(MODELS["sd1"])))

    assert distance(samples, ARRAYS["euler|sd1|karras|8|1.0|1.0"]) < 1e-3
