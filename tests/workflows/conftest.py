from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file

from engine import Workflow
from engine.engine import Engine, Settings
from engine.paths import Folders
from tests.upscalers import esrgan_state, upscale_file

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ROOT = Path(__file__).parents[2]
#: what the LoRA of the tests is on -> outputs and inputs there
LAYERS = {
    "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_v": (192, 96),
    "lora_unet_mid_block_attentions_0_transformer_blocks_0_ff_net_2": (192, 768),
    "lora_te_text_model_encoder_layers_3_mlp_fc1": (384, 96),
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base directory with the built-in models, example pictures and the files workflows want."""
    for kind in ("checkpoints", "controlnet"):
        folder = tmp_path / "models" / kind
        folder.mkdir(parents=True)
        (folder / "emoji-mini").symlink_to(ROOT / "models" / kind / "emoji-mini")
    write_lora(tmp_path / "models" / "loras" / "lora.safetensors")
    upscale_file(Folders.at(tmp_path), "RealESRGAN_x4plus.pth", esrgan_state())
    (tmp_path / "input").symlink_to(ROOT / "input")
    return tmp_path


def write_lora(path: Path) -> None:
    """Write a LoRA in kohya's layout on a layer of each network of the built-in model."""
    generator = torch.Generator().manual_seed(1)
    tensors: dict[str, torch.Tensor] = {}
    for name, (outputs, inputs) in LAYERS.items():
        tensors[f"{name}.lora_down.weight"] = torch.randn(4, inputs, generator=generator)
        tensors[f"{name}.lora_up.weight"] = torch.randn(outputs, 4, generator=generator) * 0.2
        tensors[f"{name}.alpha"] = torch.tensor(4.0)
    path.parent.mkdir(parents=True)
    save_file(tensors, path)


@pytest.fixture
def load(base: Path) -> Generator[Callable[[str], Workflow]]:
    """Load a bundled workflow into an engine of its own."""
    engine = Engine.with_built_ins(Folders.at(base), Settings(precision="fp32", device="cpu"))
    yield lambda name: Workflow.load(ROOT / "workflows" / f"{name}.json", engine)
    engine.close()
