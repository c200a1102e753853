from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
import torch

from engine import devices
from engine.devices import DevicePolicy
from engine.errors import SettingError
from engine.hardware import machine


@pytest.fixture
def cpu_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (1, 8 * 2**30))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)


def with_flags(monkeypatch: pytest.MonkeyPatch, **flags: bool) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: MappingProxyType(flags))
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)


@pytest.mark.usefixtures("cpu_only")
def test_a_cpu_with_matrix_units_runs_the_model_in_bf16(monkeypatch: pytest.MonkeyPatch):
    with_flags(monkeypatch, amx_bf16=True)

    assert DevicePolicy.detect().dtypes == {
        "model": "bfloat16",
        "text_encoder": "float32",
        "vae": "float32",
    }


@pytest.mark.usefixtures("cpu_only")
@pytest.mark.parametrize("flag", ["avx512_bf16", "bf16"])
@pytest.mark.parametrize(("speed", "model"), [(0.6, "float32"), (1.8, "bfloat16")])
def test_a_cpu_with_bf16_instructions_uses_them_if_they_are_faster(
    monkeypatch: pytest.MonkeyPatch, flag: str, speed: float, model: str
):
    with_flags(monkeypatch, **{flag: True})
    monkeypatch.setattr(devices, "bf16_speed", lambda processor, measured: speed)

    assert DevicePolicy.detect().dtypes["model"] == model


@pytest.mark.usefixtures("cpu_only")
def test_a_cpu_without_bf16_instructions_stays_in_fp32(monkeypatch: pytest.MonkeyPatch):
    with_flags(monkeypatch, avx2=True, avx512_bf16=False)

    assert set(DevicePolicy.detect().dtypes.values()) == {"float32"}


@pytest.mark.usefixtures("cuda")
def test_cuda_runs_in_half_precision_with_a_vae_that_cannot_overflow():
    policy = DevicePolicy.detect()

    assert policy.device == "cuda"
    assert policy.dtypes["model"] == "float16"
    assert policy.dtypes["vae"] == "bfloat16"
    assert policy.memory_bytes == 8 * 2**30


@pytest.mark.usefixtures("cuda")
def test_a_gpu_can_be_named():
    policy = DevicePolicy.detect(device="cuda:1")

    assert policy.device == "cuda:1"
    assert policy.kind == "cuda"


@pytest.mark.parametrize(
    ("precision", "model"), [("fp32", "float32"), ("fp16", "float16"), ("bf16", "bfloat16")]
)
def test_the_precision_asked_for_is_that_of_the_model(precision: str, model: str):
    policy = DevicePolicy.detect(precision, "cpu")

    assert policy.dtypes["model"] == model
    assert policy.dtypes["vae"] == "float32"


def test_an_unknown_precision_is_refused_with_those_there_are():
    with pytest.raises(SettingError, match=r'"fp8" is no precision. Choose one of auto, fp32'):
        DevicePolicy.detect("fp8")


@pytest.mark.usefixtures("cpu_only")
@pytest.mark.parametrize("device", ["cuda", "cuda:7", "mps", "tpu"])
def test_a_device_that_is_not_there_is_refused(device: str):
    with pytest.raises(SettingError, match=rf'no device "{device}" .* Choose one of cpu\.'):
        DevicePolicy.detect(device=device)


def test_numerics_are_plain_and_differ_with_the_precision():
    full, half = (DevicePolicy.detect(p, "cpu").numerics() for p in ("fp32", "bf16"))

    assert full == {
        "device": "cpu",
        "dtypes": {"model": "float32", "text_encoder": "float32", "vae": "float32"},
        "attention": "sdpa",
    }
    assert full != half


def test_doctor_is_told_the_formats_and_why():
    said = DevicePolicy.detect("bf16", "cpu").describe()

    assert said["dtypes"]["model"] == "bf16"
    assert said["reason"] == 'precision "bf16" was asked for'
    assert "threads" in said["name"]


def test_a_policy_cannot_be_changed():
    policy = DevicePolicy.detect("fp32", "cpu")

    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.device = "cuda"  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        policy.dtypes["model"] = "float16"  # pyright: ignore[reportIndexIssue]


def test_the_memory_of_a_container_is_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "memory.max").write_text("1048576\n")
    monkeypatch.setattr(machine, "LIMIT_FILES", (tmp_path / "memory.max", tmp_path / "absent"))

    assert machine.memory_bytes() == 2**20


def test_no_limit_leaves_the_memory_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "memory.max").write_text("max\n")
    monkeypatch.setattr(machine, "LIMIT_FILES", (tmp_path / "memory.max",))

    assert machine.memory_bytes() > 2**28


def test_importing_the_module_needs_no_torch():
    code = "import sys, engine.devices, engine.runtime; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
