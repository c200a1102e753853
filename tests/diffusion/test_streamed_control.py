"""What steers a model keeps within the budget with it, and steers as with room for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.control.networks import (
    Controlling,
    Residuals,
    control_bytes,
    load_control,
    read_control,
)
from engine.diffusion.networks.build import module_bytes
from engine.diffusion.networks.leaner import beside
from engine.diffusion.networks.weights import load_model, read_checkpoint
from engine.diffusion.streaming import stream_of
from engine.runtime import Runtime
from engine.types import Control, ControlNetHandle, ModelHandle
from tests.diffusion.control_files import (
    CONTEXT,
    small_adapter,
    small_controlnet,
    small_unet,
    write_adapter,
    write_controlnet,
)
from tests.tiny_models import checkpoint_path, cpu_runtime

HINT = torch.linspace(0, 1, 3 * 64 * 64).reshape(1, 3, 64, 64)
X = torch.linspace(-2, 2, 4 * 8 * 8).reshape(1, 4, 8, 8)
TIME = torch.tensor([400])
TEXT = torch.linspace(-1, 1, 7 * CONTEXT).reshape(1, 7, CONTEXT)

pytestmark = pytest.mark.usefixtures("no_grad")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("installation")
    folder, nets = checkpoint_path(base, "base"), base / "models" / "controlnet"
    small_unet().save_pretrained(folder / "unet")
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    write_controlnet(small_controlnet(), nets / "whole.safetensors", "original")
    difference = torch.zeros(1)
    write_controlnet(
        small_controlnet(), nets / "added.safetensors", "original", difference=difference
    )
    write_adapter(small_adapter(), nets / "adapter.safetensors", "original")
    return base


def handles(runtime: Runtime, name: str) -> tuple[ModelHandle, ControlNetHandle]:
    model = read_checkpoint("checkpoints", "base", runtime)[0]
    return model, read_control(f"{name}.safetensors", runtime, model)


def all_residuals(network: Controlling) -> list[Tensor]:
    made: Residuals = network.residuals(network.prepared(HINT), X, TIME, TEXT)
    return [*made.kept, *([] if made.middle is None else [made.middle]), *made.inside]


def module_of(network: Controlling) -> Any:
    loaded: Any = network
    return loaded.module


@pytest.mark.parametrize("name", ["whole", "added", "adapter"])
def test_what_steers_is_streamed_above_the_budget_and_answers_bit_for_bit_the_same(
    base: Path, name: str
):
    roomy = cpu_runtime(base)
    whole = load_control(handles(roomy, name)[1], roomy)
    expected = all_residuals(whole)
    small = cpu_runtime(base, budget_bytes=module_bytes(module_of(whole)) // 2)

    network = load_control(handles(small, name)[1], small)

    assert stream_of(module_of(network)) is not None
    for _ in range(2):
        assert all(map(torch.equal, all_residuals(network), expected))
    assert small.memory.used_bytes <= small.memory.budget_bytes


def test_a_model_and_what_steers_it_stay_in_the_budget_together(base: Path):
    roomy = cpu_runtime(base)
    model, net = handles(roomy, "whole")
    total = sum(
        module_bytes(module)
        for module in (load_model(model, roomy).unet, module_of(load_control(net, roomy)))
    )
    small = cpu_runtime(base, budget_bytes=total // 2)

    shared = beside(model, control_bytes([Control(net, HINT)] * 2, small), small)

    unet, control = load_model(model, shared).unet, module_of(load_control(net, shared))
    assert module_bytes(unet) + module_bytes(control) <= small.memory.budget_bytes
    assert len(small.memory.resident()) == 2


def test_what_fits_the_budget_together_is_whole(base: Path):
    roomy = cpu_runtime(base)
    model, net = handles(roomy, "whole")

    assert beside(model, control_bytes([Control(net, HINT)], roomy), roomy).share == 1
