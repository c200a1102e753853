"""A recording resumes any sampler exactly where it was."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from engine.diffusion.denoising import recording
from engine.diffusion.denoising.sampling import RecordAt
from engine.diffusion.levels.schedules import make_sigmas
from engine.diffusion.samplers import SAMPLERS, Request
from tests.mixture import MODELS, Case, Mixture, finish, task_of

#: Samples and calls expected of each recording, and those of the other process.
Elsewhere = tuple[dict[str, tuple[Tensor, int]], dict[str, Tensor], dict[str, int]]
AGAIN = "Sampling starts again and does not go on where it was: {}."
ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
LONG_RUN = 12


def case_of(sampler: str, family: str = "sd1") -> Case:
    sigmas = make_sigmas(MODELS[family], "karras", 3, sampler_name=sampler)
    return {
        "sampler": sampler,
        "family": family,
        "sigmas": sigmas,
        "seed": 7,
        "cfg": 2.0,
        "node_key": f"{sampler}/{family}",
    }


def record_at(path: Path, case: Case) -> RecordAt:
    return RecordAt(path, case["node_key"], "test", "float32")


def stages(case: Case, path: Path) -> tuple[Tensor, list[bytes]]:
    """Run a case; return its samples and what the file held before each evaluation."""
    task = task_of(case, Mixture(MODELS[case["family"]]), record=record_at(path, case))
    task.evaluations()
    contents = [path.read_bytes()]
    while task.advance():
        contents.append(path.read_bytes())
    return task.result().samples, [*contents, path.read_bytes()]


def resumed(case: Case, path: Path, **options: Any) -> tuple[Tensor, int]:
    denoiser = Mixture(MODELS[case["family"]])
    samples = finish(task_of(case, denoiser, record=record_at(path, case), **options))
    return samples, denoiser.calls


@pytest.fixture(scope="module")
def resumed_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """Resume every sampler at every answer, long runs at some of them, in another process."""
    folder = tmp_path_factory.mktemp("recordings")
    cases: dict[str, Case] = {}
    expected: dict[str, tuple[Tensor, int]] = {}
    for sampler in SAMPLERS:
        for family in ("sd1", "sd3_shift3"):
            case = case_of(sampler, family)
            samples, contents = stages(case, folder / "whole")
            (folder / "whole").unlink()
            for answers in range(0, len(contents), len(contents) // LONG_RUN + 1):
                content = contents[answers]
                name = f"{sampler}-{family}-{answers}"
                (folder / name).write_bytes(content)
                cases[name] = case
                expected[name] = (samples, len(contents) - 1 - answers)
    (folder / "cases.json").write_text(json.dumps(cases))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.diffusion.resuming", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    calls = json.loads((folder / "calls.json").read_text())
    return expected, load_file(folder / "samples.safetensors"), calls


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_resuming_in_another_process_changes_no_bit(sampler: str, resumed_elsewhere: Elsewhere):
    expected, samples, calls = resumed_elsewhere
    names = [name for name in expected if name.startswith(f"{sampler}-")]

    assert len(names) >= 6
    for name in names:
        assert torch.equal(samples[name], expected[name][0]), name
        assert calls[name] == expected[name][1], name


def test_torn_tail_is_cut_off(tmp_path: Path):
    case, path = case_of("dpmpp_2m"), tmp_path / "recording"
    samples, contents = stages(case, path)
    path.write_bytes(contents[3][:-5])

    again, calls = resumed(case, path)

    assert torch.equal(again, samples)
    assert calls == len(contents) - 1 - 2
    assert path.read_bytes() == contents[-1]


def test_damaged_answer_and_what_follows_are_asked_again(tmp_path: Path):
    case, path = case_of("euler"), tmp_path / "recording"
    samples, contents = stages(case, path)
    damaged = bytearray(contents[-1])
    damaged[len(contents[1]) + 100] ^= 1
    path.write_bytes(damaged)

    again, calls = resumed(case, path)

    assert torch.equal(again, samples)
    assert calls == len(contents) - 1 - 1


def test_answer_to_another_request_drops_the_recording(tmp_path: Path):
    case, path = case_of("euler_ancestral"), tmp_path / "recording"
    _, contents = stages(case, path)
    other = {**case, "seed": 8}
    told: list[str] = []

    samples, calls = resumed(other, path, warn=told.append)

    assert told == [AGAIN.format("the sampler now asks the network for something else")]
    assert calls == len(contents) - 1
    assert torch.equal(samples, finish(task_of(other, Mixture(MODELS["sd1"]))))


def test_recording_of_another_run_is_dropped(tmp_path: Path):
    case, path = case_of("euler"), tmp_path / "recording"
    _, contents = stages(case, path)
    told: list[str] = []
    other = {**case, "node_key": "another"}

    _, calls = resumed(other, path, warn=told.append)

    assert told == [AGAIN.format("the workflow, a file or a setting has changed since")]
    assert calls == len(contents) - 1


def test_recording_that_grows_too_large_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recording, "MAX_BYTES", 5000)
    case, path = case_of("euler"), tmp_path / "recording"
    told: list[str] = []

    samples, _ = resumed(case, path, warn=told.append)

    assert not path.exists()
    assert told == [
        "Sampling would start again after a pause, as it can not be recorded: "
        "it is larger than 0 MB."
    ]
    assert torch.equal(samples, finish(task_of(case, Mixture(MODELS["sd1"]))))


@pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
def test_recording_that_can_not_be_cut_is_given_up(tmp_path: Path):
    case, path = case_of("euler"), tmp_path / "recording"
    path.symlink_to(FULL)
    told: list[str] = []

    samples, _ = resumed(case, path, warn=told.append)

    assert not path.is_symlink()
    assert told == [
        "Sampling would start again after a pause, as it can not be recorded: Invalid argument."
    ]
    assert torch.equal(samples, finish(task_of(case, Mixture(MODELS["sd1"]))))


def test_tail_of_zeros_is_cut_off(tmp_path: Path):
    case, path = case_of("euler"), tmp_path / "recording"
    _, contents = stages(case, path)
    path.write_bytes(contents[1] + bytes(100))
    told: list[str] = []

    _, calls = resumed(case, path, warn=told.append)

    assert (calls, told) == (len(contents) - 2, [])
    assert path.read_bytes() == contents[-1]


def test_recording_of_zeros_begins_again(tmp_path: Path):
    case, path = case_of("euler"), tmp_path / "recording"
    _, contents = stages(case, path)
    path.write_bytes(bytes(len(contents[0])))

    samples, calls = resumed(case, path)

    assert calls == len(contents) - 1
    assert torch.equal(samples, finish(task_of(case, Mixture(MODELS["sd1"]))))


def test_digest_names_everything_a_request_asks():
    request = Request(torch.zeros(1, 4, 2, 2), 1.0, 0, 3)
    others = [
        replace(request, x=request.x + 1),
        replace(request, sigma=0.5),
        replace(request, step=1),
        replace(request, need_negative=True),
    ]

    assert len({recording.digest(each) for each in (request, *others)}) == 5
