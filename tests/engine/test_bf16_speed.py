from __future__ import annotations

from pathlib import Path

import pytest

from engine.hardware import bf16_speed as module
from engine.hardware.bf16_speed import bf16_speed


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What successive measurements give; each is used up."""
    left = [1.5, 0.5]
    monkeypatch.setattr(module, "_measure", lambda: left.pop(0))
    return left


@pytest.mark.usefixtures("measurements")
def test_a_measurement_is_remembered(tmp_path: Path):
    file = tmp_path / "cache" / "devices.json"
    bf16_speed("cpu", file)

    assert bf16_speed("cpu", file) == 1.5


@pytest.mark.usefixtures("measurements")
def test_another_processor_is_measured_anew(tmp_path: Path):
    file = tmp_path / "devices.json"
    bf16_speed("cpu", file)

    assert bf16_speed("other", file) == 0.5


@pytest.mark.usefixtures("measurements")
def test_a_damaged_file_is_measured_anew(tmp_path: Path):
    file = tmp_path / "devices.json"
    file.write_text("{")

    assert bf16_speed("cpu", file) == 1.5


def test_a_file_that_cannot_be_written_harms_nothing(tmp_path: Path, measurements: list[float]):
    (tmp_path / "file").write_text("")

    assert bf16_speed("cpu", tmp_path / "file" / "devices.json") == 1.5
    assert measurements == [0.5]


def test_a_real_measurement_is_a_positive_number():
    assert bf16_speed("cpu", None) > 0
