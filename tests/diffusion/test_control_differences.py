"""ControlNets that hold only what is added to a model's own weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from engine.diffusion.control.networks import load_control, read_control
from engine.diffusion.networks.weights import read_checkpoint
from tests.diffusion.control_files import small_controlnet, small_unet, write_controlnet
from tests.tiny_models import checkpoint_path, cpu_runtime


def test_differences_are_added_to_the_weights_of_the_model(tmp_path: Path):
    runtime, unet, net = cpu_runtime(tmp_path), small_unet(), small_controlnet()
    folder = checkpoint_path(tmp_path, "base")
    unet.save_pretrained(folder / "unet")
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    of_model, whole = unet.state_dict(), small_controlnet().state_dict()
    shared = [
        name
        for name, tensor in whole.items()
        if of_model.get(name, tensor[:0]).shape == tensor.shape
    ]
    for name in shared:
        net.get_parameter(name).copy_(whole[name] - of_model[name])
    path = tmp_path / "models" / "controlnet" / "a.safetensors"
    write_controlnet(net, path, "original", difference=torch.zeros(1))
    base = read_checkpoint("checkpoints", "base", runtime)[0]

    loaded: Any = load_control(read_control(path.name, runtime, base), runtime)

    made = loaded.module.state_dict()
    assert len(shared) > 50
    assert all(torch.allclose(made[name], whole[name], atol=1e-6) for name in made)
    assert not torch.allclose(net.state_dict()[shared[0]], whole[shared[0]], atol=1e-3)
