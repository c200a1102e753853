from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.context import Context
from engine.errors import ModelError, PathError
from engine.paths import Folders
from engine.registry import Registry
from engine.types import VaeHandle, Weights
from nodes import loaders

REGISTRY = Registry.of_packages("nodes")


def options(node_type: str, name: str, folders: Folders) -> list[str]:
    """Return the choices of an input."""
    widget = REGISTRY[node_type].by_name[name].widget
    assert widget is not None
    return widget.options(folders)["options"]


def put(path: Path, content: bytes = b"") -> None:
    """Write a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_checkpoints_are_listed_by_file_and_folder(folders: Folders):
    put(folders.base / "models/checkpoints/sub/a.safetensors")
    put(folders.base / "models/checkpoints/mini/model_index.json")
    put(folders.base / "models/checkpoints/mini/unet/b.safetensors")
    put(folders.base / "models/checkpoints/notes.txt")

    assert options("CheckpointLoaderSimple", "ckpt_name", folders) == ["mini", "sub/a.safetensors"]


def test_a_missing_checkpoint_is_named(context: Callable[..., Context]):
    with pytest.raises(PathError, match=r'no "gone.safetensors" among the checkpoints'):
        loaders.load_checkpoint("gone.safetensors", context())


def test_a_file_that_is_no_model_is_refused(context: Callable[..., Context], folders: Folders):
    put(folders.base / "models/checkpoints/a.safetensors", b"not a model, whatever it is called")

    with pytest.raises(ModelError, match=r'"a.safetensors"'):
        loaders.load_checkpoint("a.safetensors", context())


def test_an_autoencoder_is_read_from_its_own_folder(
    context: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
):
    handle = VaeHandle(Weights("vae", "a.safetensors", "0", "vae", "sd1"))
    monkeypatch.setattr(loaders, "weights", SimpleNamespace(read_vae=lambda name, runtime: handle))

    assert loaders.load_vae("a.safetensors", context()) is handle
