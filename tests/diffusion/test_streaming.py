from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from engine.diffusion.families import SD1, Network
from engine.diffusion.model_files.checkpoint import read_contents
from engine.diffusion.networks.build import Changing, build, expected_bytes, module_bytes
from engine.diffusion.streaming import Stream, build_streamed, stream_of
from engine.diffusion.streaming.movers import mover_for
from engine.diffusion.streaming.plan import plan
from engine.diffusion.streaming.ring import Ring
from engine.errors import ModelError
from tests.tiny_models import tiny_model, write_ckpt, write_folder, write_single_file

pytestmark = pytest.mark.usefixtures("no_grad")
X = torch.linspace(-2, 2, 2 * 4 * 8 * 8).reshape(2, 4, 8, 8)
TIMES = torch.tensor([3, 500])
CONTEXT = torch.linspace(-1, 1, 2 * 7 * 64).reshape(2, 7, 64)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_single_file(tiny_model(), tmp_path / "tiny.safetensors")


def unet_of(path: Path) -> Network:
    return SD1.network(read_contents(path), "model")


def streamed(
    path: Path, share: float, dtype: torch.dtype = torch.float32, changing: Changing | None = None
) -> nn.Module:
    """Build the U-Net of a file with a budget of this share of its size."""
    network = unet_of(path)
    budget = int(expected_bytes(network, dtype) * share)
    return build_streamed(network, dtype, "cpu", path.name, budget_bytes=budget, changing=changing)


def answer(module: nn.Module, dtype: torch.dtype = torch.float32) -> Tensor:
    inputs = (X.to(dtype), TIMES)
    return module(*inputs, encoder_hidden_states=CONTEXT.to(dtype), return_dict=False)[0]


def stream(module: nn.Module) -> Stream:
    found = stream_of(module)
    assert found is not None
    return found


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_streamed_network_answers_bit_for_bit_as_the_whole(
    file: Path, dtype: torch.dtype, share: float
):
    whole = build(unet_of(file), dtype, "cpu", file.name)

    part = streamed(file, share, dtype)

    assert torch.equal(answer(part, dtype), answer(whole, dtype))
    assert torch.equal(answer(part, dtype), answer(whole, dtype))


@pytest.mark.parametrize("write", [write_ckpt, write_folder])
def test_other_layouts_are_streamed_as_well(tmp_path: Path, write: Callable[..., Path]):
    path = write(tiny_model(), tmp_path / "tiny.ckpt")
    whole = build(unet_of(path), torch.float32, "cpu", path.name)

    assert torch.equal(answer(streamed(path, 0.5)), answer(whole))


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_a_streamed_network_holds_no_more_than_its_budget(file: Path, share: float):
    total = expected_bytes(unet_of(file), torch.float32)

    module = streamed(file, share)
    answer(module)

    assert 0.7 * share * total < module_bytes(module) <= share * total


def test_a_network_tells_shapes_dtype_and_device_while_its_weights_are_away(file: Path):
    whole = build(unet_of(file), torch.bfloat16, "cpu", file.name)

    module = streamed(file, 0.1, torch.bfloat16)

    def told(network: nn.Module) -> dict[str, tuple[torch.Size, torch.dtype, torch.device]]:
        return {n: (p.shape, p.dtype, p.device) for n, p in network.named_parameters()}

    assert told(module) == told(whole)


def test_a_layer_comes_while_the_one_before_it_computes(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    module = streamed(file, 0.1)
    for _ in range(2):  # from then on it is known which layer follows which, and the last
        answer(module)
    on_its_way: list[bool] = []
    enter = Stream.enter

    def noting_enter(self: Stream, path: str, layer: nn.Module) -> None:
        on_its_way.append(any(coming.layer.path == path for coming in self._coming))
        enter(self, path, layer)

    monkeypatch.setattr(Stream, "enter", noting_enter)
    answer(module)

    assert all(on_its_way)
    assert len(on_its_way) > 50


def test_another_way_through_the_network_is_no_trouble(file: Path):
    whole = build(unet_of(file), torch.float32, "cpu", file.name)
    module = streamed(file, 0.3)
    answer(module)
    block = "down_blocks.0.resnets.0"
    planes, time = torch.randn(1, 32, 8, 8), torch.randn(1, 128)

    alone = module.get_submodule(block)(planes, time)

    assert torch.equal(alone, whole.get_submodule(block)(planes, time))
    assert torch.equal(answer(module), answer(whole))


def test_a_failure_inside_the_network_leaves_it_usable(file: Path):
    module = streamed(file, 0.3)
    before = answer(module)

    def fail(layer: nn.Module, inputs: object) -> None:
        raise torch.OutOfMemoryError("out of memory")

    hook = module.get_submodule("mid_block.resnets.0.conv1").register_forward_pre_hook(fail)
    with pytest.raises(torch.OutOfMemoryError):
        answer(module)
    hook.remove()

    assert torch.equal(answer(module), before)


def test_a_file_that_changes_while_it_is_streamed_is_told(file: Path):
    module = streamed(file, 0.3)
    answer(module)
    write_single_file(tiny_model(), file, {"another": "file"})

    with pytest.raises(ModelError, match=r'"tiny\.safetensors" changed while its weights'):
        answer(module)
        answer(module)


def test_tensors_are_changed_on_their_way(file: Path):
    changing = Changing(frozenset({"conv_out.weight"}), lambda _, value: value / 2)
    whole = build(unet_of(file), torch.float32, "cpu", file.name)
    weight = whole.get_parameter("conv_out.weight")
    weight.copy_(weight / 2)

    module = streamed(file, 0.1, changing=changing)

    assert torch.equal(answer(module), answer(whole))


def test_tensors_that_patches_change_stay_where_there_is_room_for_them(file: Path):
    asked: list[str] = []

    def change(name: str, value: Tensor) -> Tensor:
        asked.append(name)
        return value

    named = unet_of(file).tensors
    names = frozenset(name for name in named if ".attentions." in name and "weight" in name)
    module = streamed(file, 0.7, changing=Changing(names, change))
    for _ in range(2):
        answer(module)

    assert sorted(asked) == sorted(names)


def test_the_value_of_a_tensor_that_is_away_can_be_asked_for(file: Path):
    whole = build(unet_of(file), torch.float32, "cpu", file.name)
    found = stream(streamed(file, 0.0))

    value = found.value("mid_block.resnets.0.conv1.weight")

    assert value is not None
    assert torch.equal(value, whole.get_parameter("mid_block.resnets.0.conv1.weight"))
    assert found.value("no.such.weight") is None


def test_a_network_that_nobody_uses_is_gone_at_once(file: Path):
    module = streamed(file, 0.3)
    answer(module)
    gone = weakref.ref(module)

    gc.disable()
    del module
    there = gone()
    gc.enable()

    assert there is None


@given(st.lists(st.integers(1, 60), max_size=60), st.integers(1, 20))
def test_spans_of_a_ring_never_overlap(sizes: list[int], held: int):
    """`held`: how many spans are held at once."""
    ring = Ring(100)
    there: list[tuple[int, int]] = []
    for size in sizes:
        while len(there) >= held or (start := ring.place(size)) is None:
            there.pop(0)
            ring.free_oldest()
        assert 0 <= start <= 100 - size
        assert all(start + size <= first or end <= start for first, end in there)
        there.append((start, start + size))


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=50),
    st.integers(0, 500),
    st.floats(0, 1),
    st.integers(1, 7),
)
def test_what_stays_and_the_ring_take_no_more_than_the_budget(
    sizes: list[int], fixed: int, share: float, each: int
):
    """Every `each` of the layers is dear."""
    layers = {str(index): size for index, size in enumerate(sizes)}
    budget = int((sum(sizes) + fixed) * share)

    planned = plan(layers, fixed, budget, {str(index) for index in range(0, len(sizes), each)})

    stays = sum(sizes) - sum(layers[name] for name in planned.streamed)
    assert planned.ring_bytes >= max(sizes)
    assert stays + fixed + planned.ring_bytes <= max(budget, fixed + max(sizes))


class FakeQueue:
    """A stream of a GPU that notes what is put into it."""

    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log

    def wait_stream(self, other: FakeQueue) -> None:
        self.log.append(f"{self.name} waits for all of {other.name}")

    def record_event(self) -> str:
        return f"what {self.name} has"

    def wait_event(self, event: str) -> None:
        self.log.append(f"{self.name} waits for {event}")


def test_a_gpu_copies_behind_what_uses_the_place_and_computes_behind_the_copy(
    monkeypatch: pytest.MonkeyPatch,
):
    log: list[str] = []
    main, side = FakeQueue("main", log), FakeQueue("side", log)
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: side)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: main)
    monkeypatch.setattr(torch.cuda, "stream", lambda queue: nullcontext())
    memory: Any = SimpleNamespace(record_stream=lambda queue: log.append(f"{queue.name} has it"))

    wait = mover_for("cuda:0", memory)(lambda: log.append("copied"))
    wait()

    assert log == [
        "side has it",
        "side waits for all of main",
        "copied",
        "main waits for what side has",
    ]
