from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from tests.model_files import put, write_shapes

FLUX = {"lora_unet_double_blocks_0_img.lora_down.weight": (4, 4)}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write_shapes(tmp_path / "base/models/loras/a.safetensors", FLUX)
    put(tmp_path, "base/models/loras/a.preview.png", "base/models/vae/b.txt")
    return tmp_path / "base"


def told(capsys: pytest.CaptureFixture[str], *words: str | Path) -> list[dict[str, Any]]:
    assert main(["models", "--json", *map(str, words)]) == 0
    return json.loads(capsys.readouterr().out)


def test_models_are_listed_with_kind_family_and_size(
    base: Path, capsys: pytest.CaptureFixture[str]
):
    main(["models", "--base-directory", str(base)])

    assert capsys.readouterr().out.split() == ["loras", "a.safetensors", "0", "MB", "flux", "LoRA"]


def test_preview_and_hash_are_told_to_machines(base: Path, capsys: pytest.CaptureFixture[str]):
    (row,) = told(capsys, "--base-directory", base, "--hash")

    content = (base / "models/loras/a.safetensors").read_bytes()
    assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert row["about"] == {"preview": "a.preview.png"}
    assert (row["what"], row["family"]) == ("LoRA", "flux")


def test_a_hash_is_kept_for_the_next_list(base: Path, capsys: pytest.CaptureFixture[str]):
    (hashed,) = told(capsys, "--base-directory", base, "--hash")

    assert told(capsys, "--base-directory", base) == [hashed]


def test_one_kind_may_be_asked_for(base: Path, capsys: pytest.CaptureFixture[str]):
    put(base, "models/unet/c.onnx", "models/unet/c.sft")

    assert {row["kind"] for row in told(capsys, "--base-directory", base, "--kind", "unet")} == {
        "diffusion_models"
    }


def test_an_unknown_kind_is_refused_with_those_there_are(
    base: Path, capsys: pytest.CaptureFixture[str]
):
    code = main(["models", "--base-directory", str(base), "--kind", "lora"])

    assert code == 2
    assert 'There is no kind "lora". Kinds: checkpoints, ' in capsys.readouterr().err


def test_more_folders_may_be_named_by_flags(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    put(tmp_path, "webui/models/Stable-diffusion/.keep", "yaml/unet/d.sft", "comfy/vae/e.sft")
    write_shapes(tmp_path / "webui/models/Lora/c.safetensors", FLUX)
    (tmp_path / "paths.yaml").write_text("a:\n  unet: yaml/unet\n")
    flags = ("--models", tmp_path / "webui", "--models", tmp_path / "comfy")
    flags += ("--extra-model-paths-config", tmp_path / "paths.yaml")

    rows = told(capsys, "--base-directory", base, *flags)

    assert {row["name"] for row in rows} == {
        "a.safetensors", "c.safetensors", "d.sft", "e.sft",
    }  # fmt: skip


def test_a_flag_that_can_not_be_used_ends_the_command(
    base: Path, capsys: pytest.CaptureFixture[str]
):
    code = main(["models", "--base-directory", str(base), "--models", str(base / "none")])

    assert code == 2
    assert 'none" is no folder.' in capsys.readouterr().err


def test_problems_are_told_after_the_models(base: Path, capsys: pytest.CaptureFixture[str]):
    (base / "models/loras/gone.pt").symlink_to("nothing")

    main(["models", "--base-directory", str(base)])

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("problem  The link ")
    assert last.endswith('gone.pt" leads nowhere.')
