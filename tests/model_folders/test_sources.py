from __future__ import annotations

import logging
from pathlib import Path

import pytest

from engine.config import Config, save_config
from engine.errors import SettingError
from engine.model_folders.sources import installation
from tests.model_files import put

A1111 = {
    "checkpoints": "models/Stable-diffusion/a.ckpt",
    "configs": "models/Stable-diffusion/a.yaml",
    "vae": "models/VAE/a.pt",
    "loras": "models/Lora/a.safetensors",
    "upscale_models": "models/ESRGAN/a.pth",
    "embeddings": "embeddings/a.pt",
    "hypernetworks": "models/hypernetworks/a.pt",
    "controlnet": "models/ControlNet/a.pth",
}


def test_a_comfyui_folder_is_used_as_it_lies(tmp_path: Path):
    put(tmp_path, "models/checkpoints/XL/a.safetensors", "input/a.png", "models/clip/b.pt")
    folders = installation(tmp_path)

    assert folders.names("checkpoints") == ["XL/a.safetensors"]
    assert folders.find("checkpoints", "XL\\a.safetensors").is_file()
    assert folders.names("input") == ["a.png"]
    assert folders.names("text_encoders") == ["b.pt"]
    assert folders.custom_nodes == (tmp_path / "custom_nodes",)
    assert folders.user == tmp_path / "user"


@pytest.mark.parametrize("kind", A1111)
def test_an_a1111_folder_is_used_as_it_lies(kind: str, tmp_path: Path):
    put(tmp_path, *A1111.values())

    assert installation(tmp_path).names(kind) == [Path(A1111[kind]).name]


@pytest.mark.parametrize(
    ("kind", "folder"),
    [
        ("loras", "models/LyCORIS"),
        ("upscale_models", "models/RealESRGAN"),
        ("upscale_models", "models/SwinIR"),
    ],
)
def test_more_folders_of_a1111(kind: str, folder: str, tmp_path: Path):
    put(tmp_path / "webui", "models/Stable-diffusion/a.ckpt", f"{folder}/b.pt")
    folders = installation(tmp_path, model_folders=[tmp_path / "webui"])

    assert folders.names(kind) == ["b.pt"]


@pytest.mark.parametrize(
    "name",
    ["models/checkpoints/a.pt", "checkpoints/a.pt", "models/Stable-diffusion/a.pt"],
    ids=["comfyui", "bare", "a1111"],
)
def test_a_folder_of_models_is_recognised(name: str, tmp_path: Path):
    put(tmp_path / "there", name)
    folders = installation(tmp_path / "base", model_folders=[tmp_path / "there"])

    assert folders.names("checkpoints") == ["a.pt"]


def test_the_own_folders_come_first(tmp_path: Path):
    put(tmp_path, "base/models/vae/a.pt", "there/vae/a.pt", "there/vae/b.pt")
    folders = installation(tmp_path / "base", model_folders=[tmp_path / "there"])

    assert folders.names("vae") == ["a.pt", "b.pt"]
    assert folders.find("vae", "a.pt") == tmp_path / "base/models/vae/a.pt"
    assert folders.find("vae", "b.pt") == tmp_path / "there/vae/b.pt"


@pytest.mark.parametrize(("name", "told"), [("none", "is no folder"), ("empty", "holds no models")])
def test_a_flag_that_names_no_folder_of_models_is_refused(name: str, told: str, tmp_path: Path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(SettingError, match=f'{name}" {told}. Name a folder with models/checkp'):
        installation(tmp_path, model_folders=[tmp_path / name])


# extra_model_paths.yaml


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_yaml_of_the_installation_is_read(tmp_path: Path):
    write(tmp_path / "extra_model_paths.yaml", "a:\n  loras: there\n  custom_nodes: packs\n")
    folders = installation(tmp_path)

    assert folders.models["loras"] == (tmp_path / "models/loras", tmp_path / "there")
    assert folders.custom_nodes == (tmp_path / "custom_nodes", tmp_path / "packs")


def test_default_folders_come_first_in_their_order(tmp_path: Path):
    text = "a:\n  loras: late\nb:\n  is_default: true\n  loras: |\n    one\n    two\n"
    file = write(tmp_path / "yaml/paths.yaml", text)
    folders = installation(tmp_path, extra_model_paths=[file])

    assert [root.name for root in folders.models["loras"]] == ["one", "two", "loras", "late"]


def test_unknown_kinds_of_a_yaml_hold_all_files(tmp_path: Path):
    put(tmp_path, "there/a.onnx", "there/b.gguf")
    write(tmp_path / "extra_model_paths.yaml", "a:\n  insightface: there\n")

    assert installation(tmp_path).names("insightface") == ["a.onnx", "b.gguf"]


def test_a_broken_yaml_of_the_installation_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    put(tmp_path, "there/loras/b.pt")
    write(tmp_path / "extra_model_paths.yaml", "- a\n")
    with caplog.at_level(logging.WARNING):
        folders = installation(tmp_path, model_folders=[tmp_path / "there"])

    assert folders.names("loras") == ["b.pt"]
    assert len(folders.notes) == 1
    assert "is a list, not a mapping of sections to folders." in folders.notes[0]
    assert caplog.messages == list(folders.notes)


def test_a_broken_yaml_on_the_command_line_is_an_error(tmp_path: Path):
    file = write(tmp_path / "paths.yaml", "5")

    with pytest.raises(SettingError, match="is a single value"):
        installation(tmp_path, extra_model_paths=[file])


# settings


def test_settings_name_folders_yaml_files_and_packs(tmp_path: Path):
    put(tmp_path, "there/vae/a.pt", "loras here/b.pt")
    write(tmp_path / "more.yaml", "a:\n  loras: loras here\n  custom_nodes: last\n")
    config = Config(
        custom_nodes=["my packs"], model_folders=["there"], extra_model_paths=["more.yaml"]
    )
    save_config(tmp_path, config)
    folders = installation(tmp_path)

    assert (folders.names("vae"), folders.names("loras")) == (["a.pt"], ["b.pt"])
    assert [each.name for each in folders.custom_nodes] == ["custom_nodes", "my packs", "last"]


def test_what_settings_name_wrongly_is_a_warning(tmp_path: Path):
    put(tmp_path, "models/vae/a.pt")
    save_config(tmp_path, Config(model_folders=["none"], extra_model_paths=["none.yaml"]))
    folders = installation(tmp_path)

    assert folders.names("vae") == ["a.pt"]
    assert ["none.yaml" in note for note in folders.notes] == [True, False]
