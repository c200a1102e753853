"""ControlNets and T2I-Adapters of full size, against references that read the file themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import ControlNetModel, T2IAdapter
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from engine.diffusion.control.layouts import control_network
from engine.diffusion.control.networks import load_control, read_control
from engine.diffusion.model_files.checkpoint import read_contents
from engine.runtime import Runtime
from tests.full_size import UNET_CONFIG, Shapes, config_folder, controlnet_shapes, swap, write

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_grad")]

NAME = "a.safetensors"
GENERATOR = torch.Generator().manual_seed(6)
X, CONTEXT = torch.randn(2, 4, 8, 8, generator=GENERATOR), torch.randn(2, 7, 768)
HINT = torch.rand(2, 3, 64, 64, generator=GENERATOR)
TIME = torch.tensor([40, 800])
CLOSE = 1e-4
State = dict[str, Tensor]


@pytest.fixture
def runtime(large_runtime: Runtime) -> Runtime:
    return large_runtime


def ours(runtime: Runtime) -> list[Tensor]:
    network = load_control(read_control(NAME, runtime), runtime)
    made = network.residuals(network.prepared(HINT), X, TIME, CONTEXT)
    return [*made.kept, *([] if made.middle is None else [made.middle]), *made.inside]


def by_diffusers(net: ControlNetModel) -> list[Tensor]:
    kept, middle = net.eval()(X, TIME, CONTEXT, HINT, return_dict=False)
    return [*kept, middle]


def distance(mine: Sequence[Tensor], theirs: Sequence[Tensor]) -> float:
    """Return the largest difference, as a share of the largest number where that is above 1."""
    return max(
        float((one - other).abs().max() / other.abs().max().clamp(min=1))
        for one, other in zip(mine, theirs, strict=True)
    )


def used(path: Path) -> tuple[set[str], set[str]]:
    """Return the tensors that the network takes from the file, and those that the file has."""
    contents = read_contents(path)
    return {info.key for info in control_network(contents).tensors.values()}, {*contents.tensors}


def test_an_original_controlnet_answers_as_diffusers_reads_it(runtime: Runtime, tmp_path: Path):
    path = write(tmp_path / "models" / "controlnet" / NAME, controlnet_shapes())
    config = config_folder(tmp_path / "config", "ControlNetModel", **UNET_CONFIG)
    load: Any = ControlNetModel.from_single_file
    theirs = by_diffusers(load(str(path), config=str(config), local_files_only=True))

    mine = ours(runtime)

    taken, there = used(path)
    assert taken == there
    assert distance(mine, theirs) < CLOSE
    swap(path, *(f"control_model.input_blocks.{n}.0.out_layers.3.weight" for n in (7, 8)))
    assert distance(ours(runtime), theirs) > 10 * CLOSE


def test_a_controlnet_of_diffusers_answers_as_it_reads_it(runtime: Runtime, tmp_path: Path):
    with torch.device("meta"):
        net: Any = ControlNetModel(**UNET_CONFIG)
    shapes = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
    path = write(tmp_path / "models" / "controlnet" / NAME, shapes)
    folder = config_folder(tmp_path / "net", "ControlNetModel", **UNET_CONFIG)
    (folder / "diffusion_pytorch_model.safetensors").hardlink_to(path)
    read: Any = ControlNetModel.from_pretrained(folder, local_files_only=True)
    theirs = by_diffusers(read)
    del read

    mine = ours(runtime)

    taken, there = used(path)
    assert taken == there
    assert distance(mine, theirs) < CLOSE
    swap(path, *(f"controlnet_down_blocks.{n}.weight" for n in (0, 1)))
    assert distance(ours(runtime), theirs) > 10 * CLOSE


WIDTHS = (320, 640, 1280, 1280)
#: Planes of a picture whose cells are made channels.
FOLDED = 3 * 8**2


def with_biases(weights: Shapes) -> Shapes:
    """Return the shapes of convolutions by name as those of their tensors."""
    return {
        f"{name}.{kind}": each
        for name, shape in weights.items()
        for kind, each in (("weight", shape), ("bias", shape[:1]))
    }


def adapter_shapes() -> Shapes:
    """Return what a full adapter has in TencentARC's layout."""
    weights: Shapes = {"conv_in": (320, FOLDED, 3, 3)}
    for number in range(8):
        width, before = WIDTHS[number // 2], WIDTHS[max(0, (number - 1) // 2)]
        if width != before:
            weights[f"body.{number}.in_conv"] = (width, before, 1, 1)
        weights[f"body.{number}.block1"] = (width, width, 3, 3)
        weights[f"body.{number}.block2"] = (width, width, 1, 1)
    return with_biases(weights)


def light_shapes() -> Shapes:
    """Return what a light adapter has in TencentARC's layout."""
    weights: Shapes = {}
    for number, (before, width) in enumerate(pairwise((FOLDED, *WIDTHS))):
        inside = width // 4
        weights[f"body.{number}.in_conv"] = (inside, before, 1, 1)
        for block, name in product(range(4), ("block1", "block2")):
            weights[f"body.{number}.body.{block}.{name}"] = (inside, inside, 3, 3)
        weights[f"body.{number}.out_conv"] = (width, inside, 1, 1)
    return with_biases(weights)


def conv(state: State, name: str, planes: Tensor) -> Tensor:
    weight = state[f"{name}.weight"].float()
    padding = weight.shape[-1] // 2
    return functional.conv2d(planes, weight, state[f"{name}.bias"].float(), padding=padding)


def features(state: State, x: Tensor) -> list[Tensor]:
    """Compute Mou et al. 2023, figure 3, straight from the tensors of TencentARC's layout."""
    made, h = list[Tensor](), conv(state, "conv_in", functional.pixel_unshuffle(x, 8))
    for number in range(8):
        body = f"body.{number}"
        if number in (2, 4, 6):
            h = functional.avg_pool2d(h, 2)
        if f"{body}.in_conv.weight" in state:
            h = conv(state, f"{body}.in_conv", h)
        h = h + conv(state, f"{body}.block2", conv(state, f"{body}.block1", h).relu())
        made += [h] if number % 2 else []
    return made


def light_features(state: State, x: Tensor) -> list[Tensor]:
    """Compute the light one, whose blocks work on a quarter of the channels."""
    made, h = list[Tensor](), functional.pixel_unshuffle(x, 8)
    for number in range(4):
        h = conv(state, f"body.{number}.in_conv", functional.avg_pool2d(h, 2) if number else h)
        for block in range(4):
            name = f"body.{number}.body.{block}"
            h = h + conv(state, f"{name}.block2", conv(state, f"{name}.block1", h).relu())
        h = conv(state, f"body.{number}.out_conv", h)
        made.append(h)
    return made


@pytest.mark.parametrize(
    ("shapes", "formula", "swapped"),
    [
        (adapter_shapes(), features, "body.{}.block1.weight"),
        (light_shapes(), light_features, "body.0.body.{}.block1.weight"),
    ],
    ids=["full", "light"],
)
def test_an_original_adapter_answers_as_its_formula(
    runtime: Runtime,
    tmp_path: Path,
    shapes: Shapes,
    formula: Callable[[State, Tensor], list[Tensor]],
    swapped: str,
):
    path = write(tmp_path / "models" / "controlnet" / NAME, shapes)
    theirs = formula(load_file(path), HINT)

    mine = ours(runtime)

    taken, there = used(path)
    assert taken == there
    assert distance(mine, theirs) < CLOSE
    swap(path, *(swapped.format(n) for n in (0, 1)))
    assert distance(ours(runtime), theirs) > 10 * CLOSE


@pytest.mark.parametrize("kind", ["full_adapter", "light_adapter"])
def test_an_adapter_of_diffusers_answers_as_it_reads_it(
    runtime: Runtime, tmp_path: Path, kind: str
):
    widths = list(WIDTHS if kind == "full_adapter" else WIDTHS[:3])
    repeats = 2 if kind == "full_adapter" else 4
    config: dict[str, Any] = {"channels": widths, "num_res_blocks": repeats, "adapter_type": kind}
    with torch.device("meta"):
        net = T2IAdapter(**config)
    shapes = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
    path = write(tmp_path / "models" / "controlnet" / NAME, shapes)
    folder = config_folder(tmp_path / "net", "T2IAdapter", **config)
    (folder / "diffusion_pytorch_model.safetensors").hardlink_to(path)
    theirs = T2IAdapter.from_pretrained(folder, local_files_only=True)(HINT)

    mine = ours(runtime)

    taken, there = used(path)
    assert taken == there
    assert distance(mine, theirs) < CLOSE
    swap(path, *(f"adapter.body.0.resnets.{n}.block1.weight" for n in (0, 1)))
    assert distance(ours(runtime), theirs) > 10 * CLOSE
