from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.cache.codecs import Codecs
from engine.diffusion.model_files.checkpoint import read_header
from engine.diffusion.upscaling import spandrel
from engine.diffusion.upscaling.rrdb_names import rrdb_network
from engine.diffusion.upscaling.upscaler import Upscaler, load_upscaler, read_upscaler
from engine.errors import ModelError
from engine.results import Outputs
from engine.runtime import Runtime
from tests.tiny_models import cpu_runtime
from tests.upscalers import FULL, LAYOUTS, enlarged, esrgan_state, first_release, upscale_file

pytestmark = pytest.mark.usefixtures("no_grad")


@pytest.fixture
def picture() -> Tensor:
    """(1, 3, 11, 14) in 0..1."""
    return torch.rand(1, 3, 11, 14, generator=torch.Generator().manual_seed(1))


def loaded(runtime: Runtime, name: str, state: dict[str, Tensor]) -> Upscaler:
    upscale_file(runtime.folders, name, state)
    return load_upscaler(read_upscaler(name, runtime), runtime)


@pytest.mark.parametrize("name", ["a.safetensors", "a.pth"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("doublings", "fold", "scale"), [(2, 1, 4), (1, 1, 2), (0, 1, 1), (2, 2, 2), (2, 4, 1)]
)
def test_a_file_of_any_layout_enlarges_as_the_formula_says(
    runtime: Runtime, picture: Tensor, layout: str, name: str, doublings: int, fold: int, scale: int
):
    state = esrgan_state(doublings, fold)

    upscaler = loaded(runtime, name, LAYOUTS[layout](state))

    made = upscaler.network(picture)
    assert upscaler.network.scale == scale
    torch.testing.assert_close(made, enlarged(state, picture), rtol=0, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("doublings", "fold"), [(2, 1), (2, 2)])
def test_a_file_of_full_size_enlarges_as_the_formula_says(
    runtime: Runtime, picture: Tensor, layout: str, doublings: int, fold: int
):
    state = esrgan_state(doublings, fold, FULL)

    made = loaded(runtime, "a.safetensors", LAYOUTS[layout](state)).network(picture)

    theirs = enlarged(state, picture)
    torch.testing.assert_close(made, theirs, rtol=0, atol=1e-4)
    one, other = (f"body.{block}.rdb1.conv2.weight" for block in (4, 5))
    swapped = {**state, one: state[other], other: state[one]}
    made = loaded(runtime, "b.safetensors", LAYOUTS[layout](swapped)).network(picture)
    assert (made - theirs).abs().max() > 1e-3


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_tensor_of_a_file_has_its_own_place(tmp_path: Path, layout: str):
    state = LAYOUTS[layout](esrgan_state())
    path = upscale_file(cpu_runtime(tmp_path).folders, "a.safetensors", state)

    network = rrdb_network(path.name, read_header(path).tensors)

    assert network is not None
    assert {info.key for info in network.tensors.values()} == set(state)
    assert network.tensors.keys() == esrgan_state().keys()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("conv_up1.weight", "conv_up2.weight"),
        ("conv_hr.weight", "conv_body.weight"),
        ("body.0.rdb1.conv2.weight", "body.0.rdb2.conv2.weight"),
        ("body.0.rdb1.conv1.bias", "body.1.rdb1.conv1.bias"),
    ],
)
def test_two_tensors_in_each_others_place_are_noticed(
    runtime: Runtime, picture: Tensor, one: str, other: str
):
    state = esrgan_state()
    swapped = {**state, one: state[other], other: state[one]}

    made = loaded(runtime, "a.safetensors", first_release(swapped)).network(picture)

    assert (made - enlarged(state, picture)).abs().max() > 1e-3


def test_pictures_are_enlarged_in_tiles_as_a_whole(runtime: Runtime):
    state = esrgan_state(doublings=1)
    upscaler = loaded(runtime, "a.safetensors", state)
    pixels = torch.rand(2, 150, 40, 4)
    tight = Upscaler(upscaler.network, "cpu", upscaler.activation_bytes(128 * 128))

    made = tight.enlarge(pixels)

    whole = enlarged(state, pixels[..., :3].movedim(-1, 1)).movedim(1, -1).clamp(0, 1)
    assert made.shape == (2, 300, 80, 3)
    # Blocks deep inside a tile see no border; a tile's own border is blended away.
    torch.testing.assert_close(made[:, :180], whole[:, :180], rtol=0, atol=1e-4)
    assert (made - whole).abs().mean() < 1 / 255


def test_tiles_are_as_large_as_the_bound_allows(runtime: Runtime):
    network = loaded(runtime, "a.safetensors", esrgan_state()).network
    sizes: list[tuple[int, ...]] = []

    class Noting:
        channels, scale, cost = 3, network.scale, network.cost

        def __call__(self, x: Tensor) -> Tensor:
            sizes.append(tuple(x.shape[-2:]))
            return network(x)

    room = Upscaler(network, "cpu").activation_bytes(256 * 256)
    Upscaler(Noting(), "cpu", room).enlarge(torch.rand(1, 260, 8, 3))

    assert sizes == [(256, 8), (36, 8)]


def test_a_device_without_room_gets_smaller_tiles():
    told: list[tuple[int, int]] = []

    class Limited:
        channels, scale, cost = 3, 1, 1

        def __call__(self, x: Tensor) -> Tensor:
            if x.shape[-1] > 256:
                raise torch.OutOfMemoryError("out of memory")
            return x

    pixels = torch.rand(1, 4, 300, 3)

    made = Upscaler(Limited(), "cpu").enlarge(pixels, lambda *step: told.append(step))

    torch.testing.assert_close(made, pixels)
    assert told == [(1, 2), (2, 2)]


def test_a_network_is_read_once(runtime: Runtime):
    upscale_file(runtime.folders, "a.safetensors", esrgan_state())
    handle = read_upscaler("a.safetensors", runtime)

    assert load_upscaler(handle, runtime).network is load_upscaler(handle, runtime).network


def test_a_handle_is_stored_with_results(runtime: Runtime):
    upscale_file(runtime.folders, "a.safetensors", esrgan_state())
    handle = read_upscaler("a.safetensors", runtime)
    outputs = Outputs(([handle],))

    assert Codecs().decode(Codecs().encode(outputs)).lists == ([handle],)


def test_half_a_file_is_refused_with_what_is_missing(runtime: Runtime):
    state = esrgan_state()
    del state["body.1.rdb2.conv3.weight"]
    upscale_file(runtime.folders, "half.safetensors", state)
    handle = read_upscaler("half.safetensors", runtime)

    with pytest.raises(ModelError, match=r'1 tensors are missing \("body\.1\.rdb2\.conv3\.weight"'):
        load_upscaler(handle, runtime)


def test_a_file_for_grey_pictures_is_refused(runtime: Runtime):
    state = esrgan_state()
    state["conv_first.weight"] = state["conv_first.weight"][:, :1].clone()
    state["conv_last.weight"] = state["conv_last.weight"][:1].clone()
    state["conv_last.bias"] = state["conv_last.bias"][:1].clone()
    upscale_file(runtime.folders, "grey.safetensors", state)

    with pytest.raises(ModelError, match="enlarges pictures of 1 channels"):
        read_upscaler("grey.safetensors", runtime)


def test_another_architecture_needs_the_package_that_reads_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(spandrel, "find_spec", lambda name: None)
    upscale_file(runtime.folders, "swin.safetensors", {"layers.0.weight": torch.zeros(1)})

    with pytest.raises(
        ModelError, match=r'"swin\.safetensors" is no ESRGAN.*spandrel.*torchvision'
    ):
        read_upscaler("swin.safetensors", runtime)


class Doubling(torch.nn.Module):
    """What a stand-in for spandrel makes of any file."""

    scale, model = 2, torch.nn.Conv2d(1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


class Loader:
    def __init__(self, **_: Any) -> None:
        pass

    def load_from_state_dict(self, state: dict[str, Tensor]) -> Doubling:
        if "layers.0.weight" not in state:
            raise ValueError("unknown architecture")
        return Doubling()


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put something that is called as spandrel is in its place."""
    library = SimpleNamespace(ModelLoader=Loader, ImageModelDescriptor=Doubling)
    monkeypatch.setitem(spandrel.__dict__, "find_spec", lambda name: ModuleType(name))
    monkeypatch.setattr(spandrel.importlib, "import_module", lambda name: library)


@pytest.mark.usefixtures("stand_in")
def test_spandrel_gets_the_tensors_of_other_architectures(runtime: Runtime):
    upscaler = loaded(runtime, "swin.safetensors", {"layers.0.weight": torch.zeros(1)})

    made = upscaler.enlarge(torch.full((1, 2, 3, 3), 0.5))

    assert torch.equal(made, torch.full((1, 4, 6, 3), 0.5))


@pytest.mark.usefixtures("stand_in")
def test_what_spandrel_does_not_know_either_is_told(runtime: Runtime):
    upscale_file(runtime.folders, "odd.safetensors", {"odd": torch.zeros(1)})
    handle = read_upscaler("odd.safetensors", runtime)

    with pytest.raises(ModelError, match=r'spandrel cannot read "odd\.safetensors": unknown arch'):
        load_upscaler(handle, runtime)
