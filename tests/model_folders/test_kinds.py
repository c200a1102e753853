from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import PathError
from engine.model_folders.kinds import SAVED_TO
from engine.paths import DIFFUSERS_INDEX, Folders
from tests.model_files import put


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.at(tmp_path)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("checkpoints", ["checkpoints"]),
        ("configs", ["configs"]),
        ("diffusion_models", ["unet", "diffusion_models"]),
        ("text_encoders", ["text_encoders", "clip"]),
        ("vae", ["vae"]),
        ("vae_approx", ["vae_approx"]),
        ("loras", ["loras"]),
        ("controlnet", ["controlnet", "t2i_adapter"]),
        ("clip_vision", ["clip_vision"]),
        ("style_models", ["style_models"]),
        ("gligen", ["gligen"]),
        ("hypernetworks", ["hypernetworks"]),
        ("photomaker", ["photomaker"]),
        ("upscale_models", ["upscale_models"]),
        ("latent_upscale_models", ["latent_upscale_models"]),
        ("model_patches", ["model_patches"]),
        ("audio_encoders", ["audio_encoders"]),
        ("embeddings", ["embeddings"]),
        ("diffusers", ["diffusers"]),
        ("classifiers", ["classifiers"]),
    ],
)
def test_kinds_and_their_folders_are_comfyuis(kind: str, names: list[str], folders: Folders):
    assert list(folders.models[kind]) == [folders.base / "models" / name for name in names]


def test_models_that_nodes_save_are_looked_for_last(folders: Folders):
    saved = {kind: folders.roots(kind)[-1] for kind in SAVED_TO}

    assert {kind: root.relative_to(folders.output) for kind, root in saved.items()} == {
        "checkpoints": Path("checkpoints"),
        "diffusion_models": Path("diffusion_models"),
        "text_encoders": Path("clip"),
        "vae": Path("vae"),
        "loras": Path("loras"),
    }
    assert folders.roots("controlnet") == folders.models["controlnet"]


@pytest.mark.parametrize(
    ("legacy", "kind"), [("unet", "diffusion_models"), ("clip", "text_encoders")]
)
def test_legacy_kinds_are_the_present_ones(legacy: str, kind: str, folders: Folders):
    put(folders.base, f"models/{legacy}/a.sft")

    assert folders.roots(legacy) == folders.roots(kind)
    assert folders.names(legacy) == folders.names(kind) == ["a.sft"]
    assert folders.find(legacy, "a.sft") == folders.find(kind, "a.sft")


@pytest.mark.parametrize(
    "suffix",
    [".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft", ".SafeTensors"],
)
def test_model_files_end_as_in_comfyui(suffix: str, folders: Folders):
    put(folders.base, f"models/loras/a{suffix}", "models/loras/a.txt", "models/loras/a.yaml")

    assert folders.names("loras") == [f"a{suffix}"]


def test_configs_are_yaml_files(folders: Folders):
    put(folders.base, "models/configs/v1.yaml", "models/configs/v1.pt")

    assert folders.names("configs") == ["v1.yaml"]


def test_classifiers_are_any_files(folders: Folders):
    put(
        folders.base, "models/classifiers/a.onnx", "models/classifiers/b", "models/classifiers/c.pt"
    )

    assert folders.names("classifiers") == ["a.onnx", "b", "c.pt"]


def test_diffusers_are_folders(folders: Folders):
    put(folders.base, f"models/diffusers/sub/a/{DIFFUSERS_INDEX}", "models/diffusers/sub/b.pt")

    assert folders.names("diffusers") == ["sub/a"]
    assert folders.find("diffusers", "sub\\a").name == "a"


def test_files_inside_a_diffusers_folder_are_listed_among_diffusion_models(folders: Folders):
    put(folders.base, f"models/unet/a/{DIFFUSERS_INDEX}", "models/unet/a/transformer/b.sft")

    assert folders.names("diffusion_models") == ["a/transformer/b.sft"]


# kinds of packs


def test_a_pack_adds_a_kind(folders: Folders):
    put(folders.base, "models/ultralytics/bbox/face.pt", "models/ultralytics/readme.md")
    folders.add_kind("ultralytics", [Path("models/ultralytics")], [".PT"])

    assert folders.names("ultralytics") == ["bbox/face.pt"]


def test_a_new_kind_without_suffixes_takes_all_files(folders: Folders):
    put(folders.base, "models/LLM/a.gguf", "models/LLM/b")
    folders.add_kind("LLM", [folders.base / "models/LLM"])

    assert folders.names("LLM") == ["a.gguf", "b"]


def test_a_pack_adds_folders_and_suffixes_to_a_known_kind(folders: Folders):
    put(folders.base, "models/unet/a.sft", "more/b.gguf")
    folders.add_kind("unet", [Path("more")], [".gguf"])

    assert folders.names("diffusion_models") == ["a.sft", "b.gguf"]


def test_a_default_folder_is_searched_first(folders: Folders):
    put(folders.base, "models/vae/a.pt", "more/a.pt")
    folders.add_kind("vae", [Path("more")], is_default=True)

    assert folders.find("vae", "a.pt") == folders.base / "more/a.pt"


def test_copies_of_folders_have_added_kinds_too(folders: Folders, tmp_path: Path):
    copy = replace(folders, output=tmp_path / "elsewhere")
    folders.add_kind("sams", [Path("sams")])

    assert copy.roots("sams") == (tmp_path / "sams",)
    assert copy.listing is folders.listing


def test_a_kind_can_not_be_that_of_pictures(folders: Folders):
    with pytest.raises(PathError, match='"input" is no kind of models'):
        folders.add_kind("input", [Path("models")])
