"""Patched networks: what they share, what they cost, what the base keeps."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any, cast

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.diffusion.model_files import tensor_reader
from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.diffusion.patches import WEIGHT_PATCHES, Changes, Target
from engine.diffusion.patches.patching import with_lora, with_patch
from engine.memory import Memory
from engine.runtime import Runtime
from engine.types import ModelHandle
from tests.diffusion.lora_files import adapted_modules, make
from tests.tiny_models import (
    TinyModel,
    checkpoint_path,
    cpu_runtime,
    write_single_file,
)

NAME = "tiny.safetensors"
ATTENTION = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"


@pytest.fixture
def base(tmp_path: Path, model: TinyModel) -> Path:
    write_single_file(model, checkpoint_path(tmp_path, NAME))
    (tmp_path / "models" / "loras").mkdir()
    for name, layout in (("a", "kohya"), ("b", "LoHa")):
        tensors, _ = make(model.unet, lambda n: f"unet.{n}", layout, attention(model.unet))
        save_file(tensors, tmp_path / "models" / "loras" / f"{name}.safetensors")
    return tmp_path


def attention(network: nn.Module) -> list[str]:
    return [name for name in adapted_modules(network) if ".attn" in name]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the files whose tensors are read, one entry a tensor."""
    files: list[str] = []
    read = tensor_reader.TensorReader.read

    def counted(self: Any, info: Any) -> Tensor:
        files.append(info.file.name)
        return read(self, info)

    monkeypatch.setattr(tensor_reader.TensorReader, "read", counted)
    return files


def handle_of(runtime: Runtime) -> ModelHandle:
    return read_checkpoint("checkpoints", NAME, runtime)[0]


def snapshot(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def is_equal(network: nn.Module, state: dict[str, Tensor]) -> bool:
    return all(torch.equal(network.state_dict()[name], tensor) for name, tensor in state.items())


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_base_stays_bit_for_bit_what_it_was(base: Path, dtype: str):
    runtime = cpu_runtime(base, dtype)
    plain = handle_of(runtime)
    before = snapshot(load_model(plain, runtime).unet)

    changed = load_model(with_lora(plain, "a.safetensors", 1.0, runtime), runtime).unet

    assert is_equal(load_model(plain, runtime).unet, before)
    assert not is_equal(changed, before)


def test_what_no_patch_changes_is_the_tensor_of_the_base_itself(base: Path, model: TinyModel):
    runtime = cpu_runtime(base)
    plain = handle_of(runtime)
    mine = dict(load_model(plain, runtime).unet.named_parameters())

    changed = load_model(with_lora(plain, "a.safetensors", 1.0, runtime), runtime).unet

    own = {name for name, tensor in changed.named_parameters() if tensor is not mine[name]}
    assert own == {f"{name}.weight" for name in attention(model.unet)}


def test_a_changed_strength_reads_no_checkpoint_and_no_lora_again(base: Path, reads: list[str]):
    runtime = cpu_runtime(base)
    plain = handle_of(runtime)
    load_model(with_lora(plain, "a.safetensors", 1.0, runtime), runtime)
    assert set(reads) == {NAME, "a.safetensors"}
    reads.clear()

    load_model(with_lora(plain, "a.safetensors", 0.5, runtime), runtime)

    assert reads == []


def test_two_loras_share_one_base(base: Path, reads: list[str]):
    runtime = cpu_runtime(base)
    plain = handle_of(runtime)
    first = load_model(with_lora(plain, "a.safetensors", 1.0, runtime), runtime).unet
    reads.clear()

    second = load_model(with_lora(plain, "b.safetensors", 1.0, runtime), runtime).unet

    assert set(reads) == {"b.safetensors"}
    assert first.conv_in.weight is second.conv_in.weight
    weights = (each.get_parameter(f"{ATTENTION}.weight") for each in (first, second))
    assert not torch.equal(*weights)


def test_loras_that_are_wanted_at_once_are_computed_over_one_base(base: Path, reads: list[str]):
    runtime = cpu_runtime(base)
    handles = [with_lora(handle_of(runtime), f"{n}.safetensors", 1.0, runtime) for n in "abab"]
    together = Barrier(len(handles))

    def load(handle: ModelHandle) -> nn.Module:
        together.wait()
        return load_model(handle, runtime).unet

    with ThreadPoolExecutor(len(handles)) as threads:
        first, second, *again = threads.map(load, handles)

    assert again[0] is first
    assert again[1] is second
    assert first.get_parameter("conv_in.weight") is second.get_parameter("conv_in.weight")
    read = Counter(reads)
    alone = cpu_runtime(base)
    for name, network in (("a", first), ("b", second)):
        handle = with_lora(handle_of(alone), f"{name}.safetensors", 1.0, alone)
        assert is_equal(network, load_model(handle, alone).unet.state_dict())
    assert read == Counter(reads) - read


def test_a_patch_set_is_computed_once_and_kept_beside_its_base(base: Path):
    runtime = cpu_runtime(base)
    patched = with_lora(handle_of(runtime), "a.safetensors", 1.0, runtime)

    first = load_model(patched, runtime)

    assert load_model(patched, runtime) is first
    keys = [cast("tuple[str, ...]", entry.key) for entry in runtime.memory.resident()]
    of_model = sorted((key for key in keys if key[1] == "model"), key=len)
    assert [len(key) for key in of_model] == [4, 5]
    assert of_model[1][:4] == of_model[0]


def test_the_size_of_a_patched_network_is_what_it_does_not_share(base: Path, model: TinyModel):
    runtime = cpu_runtime(base)
    load_model(with_lora(handle_of(runtime), "a.safetensors", 1.0, runtime), runtime)

    sizes = [e.size_bytes for e in runtime.memory.resident() if len(cast("Any", e.key)) == 5]

    own = [model.unet.get_parameter(f"{name}.weight").numel() for name in attention(model.unet)]
    assert sizes == [4 * sum(own)]


def test_a_base_is_counted_as_long_as_what_shares_its_tensors(base: Path, reads: list[str]):
    runtime = cpu_runtime(base)
    plain = handle_of(runtime)
    load_model(with_lora(plain, "a.safetensors", 1.0, runtime), runtime)
    sizes = {entry.key: entry.size_bytes for entry in runtime.memory.resident()}
    (whole,) = (size for key, size in sizes.items() if len(cast("Any", key)) == 4)
    own = max(size for key, size in sizes.items() if len(cast("Any", key)) == 5)
    reads.clear()

    runtime.memory.make_room(runtime.memory.budget_bytes - whole - own + 1)

    assert runtime.memory.used_bytes == whole
    load_model(plain, runtime)
    assert reads == []


def test_one_for_which_there_is_no_room_beside_its_base_takes_its_place(
    base: Path, reads: list[str]
):
    runtime = cpu_runtime(base)
    plain = handle_of(runtime)
    load_model(plain, runtime)
    tight = replace(runtime, memory=Memory(runtime.memory.used_bytes + 2**16))
    load_model(plain, tight)
    handle = with_lora(plain, "a.safetensors", 1.0, tight)
    changed = load_model(handle, tight).unet
    reads.clear()

    again = load_model(handle, tight).unet

    assert again is changed
    assert reads == []
    assert tight.memory.used_bytes <= tight.memory.budget_bytes


def test_deltas_are_added_in_float32_and_rounded_once(base: Path, monkeypatch: pytest.MonkeyPatch):
    step = 2.0**-9  # half of what bfloat16 tells apart at 1: four of them are two of its steps
    runtime = cpu_runtime(base, "bfloat16")
    name = "conv_norm_out.weight"

    def add(target: Target) -> Changes:
        return Changes({name: lambda value: value.add_(step)})

    monkeypatch.setitem(WEIGHT_PATCHES, "add", add)
    handle = handle_of(runtime)
    one = load_model(handle, runtime).unet.get_parameter(name).float()
    for _ in range(4):
        handle = with_patch(handle, "add")

    four = load_model(handle, runtime).unet.get_parameter(name)

    assert four.dtype == torch.bfloat16
    assert torch.equal(four.float(), (one + 4 * step).bfloat16().float())
    assert not torch.equal(four.float(), one)


def test_patches_of_other_kinds_change_no_weights(base: Path):
    runtime = cpu_runtime(base)
    plain = handle_of(runtime)

    handle = with_patch(plain, "of the sampling", by=2)

    assert load_model(handle, runtime) is load_model(plain, runtime)


def test_a_text_encoder_is_patched_as_well(base: Path, model: TinyModel):
    module = "encoder.layers.0.self_attn.q_proj"
    tensors, _ = make(model.text_encoder, lambda n: f"text_encoder.{n}", "kohya", [module])
    save_file(tensors, base / "models" / "loras" / "t.safetensors")
    runtime = cpu_runtime(base)
    clip = read_checkpoint("checkpoints", NAME, runtime)[1]
    before = snapshot(load_text_encoder(clip, runtime))

    changed = load_text_encoder(with_lora(clip, "t.safetensors", 1.0, runtime), runtime)

    assert is_equal(load_text_encoder(clip, runtime), before)
    differ = [n for n, t in changed.state_dict().items() if not torch.equal(t, before[n])]
    assert differ == [f"{module}.weight"]
