from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file

from engine.context import Cancellation, Context, JobContext
from engine.diffusion.networks.weights import load_model, load_text_encoder
from engine.errors import ModelError, PathError
from engine.paths import Folders
from engine.registry import Registry
from engine.types import VaeHandle, Weights
from nodes import loaders
from tests.tiny_models import TinyModel, cpu_runtime, tiny_model, write_folder

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


@pytest.fixture(scope="module")
def model() -> TinyModel:
    return tiny_model()


def save(model: TinyModel, folders: Folders) -> None:
    """Write the parts of a model as files and folders of their own."""
    for kind in ("diffusion_models", "text_encoders"):
        (folders.base / "models" / kind).mkdir(parents=True)
    unet = {name: tensor.contiguous() for name, tensor in model.unet.state_dict().items()}
    save_file(unet, folders.base / "models/diffusion_models/unet.safetensors")
    text = {f"text_model.{name}": t for name, t in model.text_encoder.state_dict().items()}
    save_file(text, folders.base / "models/text_encoders/clip.safetensors")
    write_folder(model, folders.base / "models/diffusers/tiny")


def test_a_diffusion_model_is_read_from_a_file_of_its_own(folders: Folders, model: TinyModel):
    save(model, folders)
    ctx = on_cpu(folders)

    unet = load_model(loaders.load_diffusion_model("unet.safetensors", "default", ctx), ctx.runtime)

    expected = model.unet.state_dict()
    assert all(torch.equal(tensor, expected[n]) for n, tensor in unet.unet.state_dict().items())


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "float8_e5m2"])
def test_weights_are_rounded_to_eight_bits_and_computed_with_in_the_device_s_format(
    folders: Folders, model: TinyModel, dtype: str
):
    save(model, folders)
    ctx = on_cpu(folders)
    chosen = dtype.replace("float8", "fp8")

    unet = load_model(
        loaders.load_diffusion_model("unet.safetensors", chosen, ctx), ctx.runtime
    ).unet

    rounded = model.unet.conv_in.weight.to(getattr(torch, dtype)).float()
    assert torch.equal(unet.conv_in.weight, rounded)
    assert not torch.equal(rounded, model.unet.conv_in.weight)


def test_a_text_encoder_is_read_from_a_file_of_its_own(folders: Folders, model: TinyModel):
    save(model, folders)
    ctx = on_cpu(folders)

    clip = loaders.load_clip("clip.safetensors", "stable_diffusion", ctx)

    assert loaders.load_clip("clip.safetensors", "wan", ctx) == clip
    expected = model.text_encoder.state_dict()
    state = load_text_encoder(clip, ctx.runtime).state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in state.items())


def test_a_text_encoder_of_another_family_is_refused(folders: Folders, model: TinyModel):
    save(model, folders)
    name = "text_model.embeddings.token_embedding.weight"
    path = folders.base / "models/text_encoders/h.safetensors"
    save_file({name: torch.ones(49408, 1024, dtype=torch.float8_e5m2)}, path)

    with pytest.raises(ModelError, match=r'"h.safetensors" holds no text encoder .*clip_h'):
        loaders.load_clip("h.safetensors", "stable_diffusion", on_cpu(folders))


@pytest.mark.parametrize("kind", ["sd3", "hidream"])
def test_a_type_with_several_text_encoders_is_refused_with_what_would_fit(
    folders: Folders, kind: str
):
    with pytest.raises(ModelError, match=f'"{kind}".*"x.safetensors".* a CLIP-L'):
        loaders.load_clip("x.safetensors", kind, on_cpu(folders))


def test_a_diffusers_folder_is_read_from_its_kind(folders: Folders, model: TinyModel):
    save(model, folders)
    ctx = on_cpu(folders)

    handles = loaders.load_diffusers("tiny", ctx)

    assert [each.weights.kind for each in handles] == ["diffusers"] * 3
    expected = model.unet.conv_in.weight
    assert torch.equal(load_model(handles[0], ctx.runtime).unet.conv_in.weight, expected)


def on_cpu(folders: Folders) -> Context:
    """Return a context whose networks run on the CPU."""
    runtime = cpu_runtime(folders.base)
    job = JobContext(folders, lambda: runtime, Cancellation(), lambda event: None)
    return Context(job, "1")
