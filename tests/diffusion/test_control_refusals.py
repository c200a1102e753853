"""Files that are no ControlNet for the model, or hold more than one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import save_file

from engine.diffusion.conditioning import controlled
from engine.diffusion.control.applied import Controls
from engine.diffusion.control.networks import load_control, read_control
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.errors import ModelError
from engine.runtime import Runtime
from engine.types import Cond, Conditioning
from tests.diffusion.control_files import CONTEXT, small_controlnet, small_unet, write_controlnet

NAME = "a.safetensors"
TEXT = Conditioning((Cond(torch.zeros(1, 7, CONTEXT)),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "controlnet" / NAME
    path.parent.mkdir(parents=True)
    return path


def attached(runtime: Runtime, unet: UNet2DConditionModel, **changes: Any) -> None:
    """Steer a model of this config by the file."""
    config = {**unet.config, **changes}
    controls = Controls(
        lambda control: load_control(control.net, runtime),
        discrete(scaled_linear_betas()),
        lambda: config,
    )
    hint = torch.zeros(1, 64, 64, 3)
    steered = controlled(TEXT, read_control(NAME, runtime), hint, strength=1.0)
    controls.of(steered.entries[0])


def test_file_of_differences_wants_the_model_that_it_is_added_to(runtime: Runtime, path: Path):
    write_controlnet(small_controlnet(), path, "original", difference=torch.zeros(1))

    with pytest.raises(ModelError, match=r"Load ControlNet Model \(diff\)"):
        read_control(NAME, runtime)


@pytest.mark.parametrize(
    ("what", "wanted", "there"), [("cross_attention_dim", 16, 768), ("layers_per_block", 1, 2)]
)
def test_controlnet_for_other_models_is_refused(
    runtime: Runtime, path: Path, what: str, wanted: int, there: int
):
    write_controlnet(small_controlnet(), path, "diffusers")

    message = rf'"a\.safetensors" is for models of {what} {wanted}, but .* has {there}'
    with pytest.raises(ModelError, match=message):
        attached(runtime, small_unet(), **{what: there})


def test_file_with_a_whole_model_beside_the_controlnet_is_read(runtime: Runtime, path: Path):
    beside = {"model.diffusion_model.out.2.bias": torch.ones(4), "alphas_cumprod": torch.ones(9)}
    net = small_controlnet()
    write_controlnet(net, path, "original", **beside)

    loaded: Any = load_control(read_control(NAME, runtime), runtime)

    weight = loaded.module.controlnet_mid_block.weight
    assert torch.equal(weight, net.controlnet_mid_block.weight)


def test_low_rank_controlnet_is_refused_by_name(runtime: Runtime, path: Path):
    write_controlnet(small_controlnet(), path, "original", lora_controlnet=torch.ones(1))

    with pytest.raises(ModelError, match=r'"a\.safetensors" is a Control-LoRA'):
        read_control(NAME, runtime)


def test_file_of_something_else_is_refused(runtime: Runtime, path: Path):
    save_file({"something.weight": torch.ones(2)}, path)

    with pytest.raises(ModelError, match="neither a ControlNet nor a T2I-Adapter"):
        read_control(NAME, runtime)


def test_truncated_file_is_refused(runtime: Runtime, path: Path):
    state = small_controlnet().state_dict()
    state.pop("controlnet_mid_block.weight")
    save_file(state, path)

    with pytest.raises(ModelError, match=r'"controlnet_mid_block\.weight"'):
        load_control(read_control(NAME, runtime), runtime)


def test_file_without_its_second_half_is_incomplete(runtime: Runtime, path: Path):
    state = small_controlnet().state_dict()
    kept = {name: state[name] for name in state if not name.startswith("controlnet_down_blocks.")}
    save_file(kept, path)

    with pytest.raises(ModelError, match=r'"controlnet_down_blocks\.0\.'):
        load_control(read_control(NAME, runtime), runtime)


def test_tensor_without_a_place_is_refused(runtime: Runtime, path: Path):
    state = small_controlnet().state_dict()
    save_file({**state, "odd.weight": torch.ones(2)}, path)

    with pytest.raises(ModelError, match=r'1 have no place in it \("odd\.weight"\)'):
        load_control(read_control(NAME, runtime), runtime)
