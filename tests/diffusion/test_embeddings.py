"""Textual inversion files: which ones a prompt names, and what they hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.diffusion.text.embedding_names import embedding_files, find_mention, split_runs
from engine.diffusion.text.embeddings import load_embedding
from engine.errors import ModelError, PathError
from engine.paths import Folders

WIDTH = 8
TABLE = torch.arange(2.0 * WIDTH).reshape(2, WIDTH)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders.at(tmp_path)
    folders.roots("embeddings")[0].mkdir(parents=True)
    return folders


@pytest.fixture
def put(folders: Folders) -> Callable[[str], Path]:
    def put(name: str) -> Path:
        path = folders.roots("embeddings")[0] / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        return path

    return put


def saved(path: Path, content: Any) -> Path:
    if path.suffix == ".safetensors":
        save_file(content, path)
    else:
        torch.save(content, path)
    return path


@pytest.mark.parametrize(
    ("file", "run"),
    [
        ("cat.pt", "embedding:cat"),
        ("cat.pt", "embedding:cat.pt"),
        ("cat.bin", "embedding:cat"),
        ("cat.safetensors", "embedding:cat,"),
        ("sub/cat.pt", "embedding:sub/cat"),
        ("v1.5.pt", "embedding:v1.5"),
    ],
)
def test_name_finds_its_file_with_or_without_suffix(
    file: str, run: str, folders: Folders, put: Callable[[str], Path]
):
    path = put(file)

    mention = find_mention(run, folders)

    assert mention and mention.path == path


def test_safetensors_come_before_pickles(folders: Folders, put: Callable[[str], Path]):
    put("cat.pt")
    safe = put("cat.safetensors")

    assert embedding_files("embedding:cat", folders) == [safe]


def test_text_after_the_name_is_kept(folders: Folders, put: Callable[[str], Path]):
    put("cat.pt")

    mention = find_mention("embedding:cat, on a table", folders)

    assert mention and mention.rest == ", on a table"


def test_run_begins_at_each_mention_after_a_space_or_a_line():
    runs = split_runs("a embedding:b c\nembedding:d xembedding:e")

    assert runs == ["a", "embedding:b c", "embedding:d xembedding:e"]


def test_files_of_a_prompt_are_listed_once_and_in_order(
    folders: Folders, put: Callable[[str], Path]
):
    cat, dog = put("cat.pt"), put("dog.pt")

    files = embedding_files("(embedding:dog:1.2) (embedding:cat) embedding:dog x", folders)

    assert files == [dog, cat]


@pytest.mark.parametrize(
    "text", ["embedding:", "embedding: ", "embedding:,", "embedding:missing", "embedding:cat:1.2"]
)
def test_mention_without_a_file_names_none(text: str, folders: Folders):
    assert embedding_files(text, folders) == []


def test_name_longer_than_a_file_name_can_be_names_none(folders: Folders):
    assert embedding_files("embedding:" + "a" * 5000, folders) == []


@pytest.mark.parametrize("name", ["../x", "sub/../../x", "/etc/passwd", "..\\x"])
def test_name_that_leads_out_is_refused(name: str, folders: Folders):
    with pytest.raises(PathError, match="folder"):
        embedding_files(f"a cat, embedding:{name}", folders)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")
def test_link_to_an_embedding_elsewhere_is_followed(folders: Folders, tmp_path: Path):
    (tmp_path / "kept.pt").touch()
    link = folders.roots("embeddings")[0] / "cat.pt"
    link.symlink_to(tmp_path / "kept.pt")

    assert embedding_files("embedding:cat", folders) == [link]


@pytest.mark.parametrize(
    ("file", "content", "vectors"),
    [
        ("a1111.pt", {"string_to_token": {"*": 265}, "string_to_param": {"*": TABLE}}, TABLE),
        ("diffusers.bin", {"<cat>": TABLE[0]}, TABLE[:1]),
        ("diffusers.safetensors", {"<cat>": TABLE[0].clone()}, TABLE[:1]),
        ("params.safetensors", {"emb_params": TABLE.half()}, TABLE),
        ("double.safetensors", {"clip_g": torch.zeros(2, 5), "clip_l": TABLE}, TABLE),
    ],
)
def test_layouts_give_their_vectors_in_float32(
    file: str, content: Mapping[str, Any], vectors: Tensor, tmp_path: Path
):
    loaded = load_embedding(saved(tmp_path / file, content), WIDTH)

    assert torch.equal(loaded, vectors)
    assert loaded.dtype == torch.float32


def test_trained_parameter_is_loaded_without_its_gradient(tmp_path: Path):
    content = {"string_to_param": {"*": torch.nn.Parameter(TABLE)}}

    assert not load_embedding(saved(tmp_path / "a.pt", content), WIDTH).requires_grad


def test_other_width_is_refused_naming_both(tmp_path: Path):
    path = saved(tmp_path / "wide.safetensors", {"emb_params": torch.zeros(3, 1024)})

    with pytest.raises(ModelError, match=r'"wide.safetensors".* 1024 numbers.* takes 8\.'):
        load_embedding(path, WIDTH)


def test_file_without_vectors_is_refused_naming_what_was_found(tmp_path: Path):
    path = saved(tmp_path / "lora.safetensors", {"up.weight": torch.zeros(2, 3, 4)})

    with pytest.raises(ModelError, match=r'"lora.safetensors" is no embedding.*"up.weight"'):
        load_embedding(path, WIDTH)


@pytest.mark.parametrize("name", ["cut.safetensors", "cut.pt"])
def test_truncated_file_is_refused(name: str, tmp_path: Path):
    path = saved(tmp_path / name, {"emb_params": TABLE})
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(ModelError, match=name):
        load_embedding(path, WIDTH)


def test_pickle_that_runs_code_is_refused(tmp_path: Path):
    path = saved(tmp_path / "evil.pt", {"string_to_param": os.getcwd})

    with pytest.raises(ModelError, match=r'"evil\.pt" is refused'):
        load_embedding(path, WIDTH)
