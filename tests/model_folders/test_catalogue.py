from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.model_folders import catalogue as module
from engine.model_folders.catalogue import Entry, catalogue, model_files
from engine.paths import DIFFUSERS_INDEX, Folders
from engine.store.model_index import ModelIndex, State
from tests.model_files import put, write_shapes

FLUX = {"lora_unet_double_blocks_0_img.lora_down.weight": (4, 4)}


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.at(tmp_path)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ModelIndex]:
    with closing(ModelIndex(tmp_path / "models.sqlite")) as index:
        yield index


def entries(folders: Folders, index: ModelIndex, *kinds: str) -> list[Entry]:
    return list(catalogue(folders, index, kinds or list(folders.models)))


def test_models_are_told_with_family_and_size(folders: Folders, index: ModelIndex):
    path = write_shapes(folders.base / "models/loras/sub/a.sft", FLUX, {"ss_output_name": "x"})

    (entry,) = entries(folders, index)

    assert (entry.kind, entry.name, entry.size_bytes) == ("loras", "sub/a.sft", path.stat().st_size)
    assert (entry.about["what"], entry.about["family"]) == ("LoRA", "flux")
    assert entry.about["header"] == {"title": "x"}


def test_a_header_is_read_once(
    folders: Folders, index: ModelIndex, monkeypatch: pytest.MonkeyPatch
):
    write_shapes(folders.base / "models/loras/a.sft", FLUX)
    (folders.base / "models/loras/damaged.sft").write_bytes(b"no model")
    first = entries(folders, index)
    monkeypatch.setattr(module, "describe", None)

    assert entries(folders, index) == first


def test_a_header_that_changed_is_read_again(folders: Folders, index: ModelIndex):
    path = write_shapes(folders.base / "models/loras/a.sft", FLUX)
    entries(folders, index)
    write_shapes(path, {"emb_params": (3, 768)})

    (entry,) = entries(folders, index)

    assert entry.about["what"] == "embedding"


def test_a_damaged_file_is_told_and_the_rest_goes_on(folders: Folders, index: ModelIndex):
    (folders.base / "models/loras").mkdir(parents=True)
    (folders.base / "models/loras/a.sft").write_bytes(b"no model")
    write_shapes(folders.base / "models/loras/b.sft", FLUX)

    damaged, sound = entries(folders, index)

    assert '"a.sft"' in damaged.about["problem"]
    assert sound.about["family"] == "flux"


def test_what_was_found_is_kept_when_the_list_is_broken_off(folders: Folders, index: ModelIndex):
    path = write_shapes(folders.base / "models/loras/a.sft", FLUX)
    write_shapes(folders.base / "models/loras/b.sft", FLUX)
    broken_off: Any = catalogue(folders, index, ["loras"])
    next(broken_off)
    broken_off.close()

    assert index.known(path, State.of(path)).about


def test_a_hash_is_told_where_it_is_known(folders: Folders, index: ModelIndex):
    path = write_shapes(folders.base / "models/loras/a.sft", FLUX)
    index.put_hash(path, State.of(path), "ab" * 32)

    assert [entry.sha256 for entry in entries(folders, index)] == ["ab" * 32]


def test_diffusers_folders_have_no_hash(folders: Folders):
    put(folders.base, f"models/checkpoints/a/{DIFFUSERS_INDEX}", "models/checkpoints/b.pt")

    assert [path.name for path in model_files(folders, ["checkpoints"])] == ["b.pt"]
