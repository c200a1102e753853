"""Real networks of a few hundred thousand numbers, written to disk in every layout there is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from engine.devices import DevicePolicy
from engine.memory import Memory
from engine.paths import Folders
from engine.runtime import Runtime

LAYERS = 1
WIDTH = 64
State = dict[str, Tensor]


@dataclass(frozen=True)
class TinyModel:
    """The three networks of a small Stable Diffusion 1.x."""

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel


def tiny_model(vocabulary: int = 1000, channels: int = 4) -> TinyModel:
    """Build one with the same random weights every time."""
    torch.manual_seed(1)
    unet = UNet2DConditionModel(
        in_channels=channels,
        block_out_channels=(32, 64),
        layers_per_block=LAYERS,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=WIDTH,
        attention_head_dim=8,
        sample_size=8,
    )
    blocks: dict[str, Any] = {  # typed as tuples of one
        "block_out_channels": (32, 32, 32, 32),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
    }
    vae = AutoencoderKL(layers_per_block=1, **blocks)
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=2,
        num_attention_heads=1,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
    )
    return TinyModel(unet.eval(), vae.eval(), CLIPTextModel(config).eval())


def write_folder(model: TinyModel, folder: Path) -> Path:
    """Write a diffusers folder as diffusers and transformers 5 do."""
    model.unet.save_pretrained(folder / "unet")
    model.vae.save_pretrained(folder / "vae")
    model.text_encoder.save_pretrained(folder / "text_encoder")
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    return folder


def write_old_folder(model: TinyModel, folder: Path) -> Path:
    """Write a diffusers folder with the names of transformers 4 and of diffusers before 0.17."""
    write_folder(model, folder)
    text = {f"text_model.{name}": t for name, t in model.text_encoder.state_dict().items()}
    text["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    save_file(text, folder / "text_encoder" / "model.safetensors")
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    vae = {old_attention(name): t for name, t in model.vae.state_dict().items()}
    torch.save(vae, folder / "vae" / "diffusion_pytorch_model.bin")
    return folder


def write_single_file(model: TinyModel, path: Path, metadata: dict[str, str] | None = None) -> Path:
    """Write the original layout as .safetensors, with what training leaves in such files."""
    save_file(original_state(model), path, metadata)
    return path


def write_ckpt(model: TinyModel, path: Path, *, zipped: bool = True) -> Path:
    """Write the original layout as a pickle, one tensor of it transposed in memory."""
    state = original_state(model)
    name = "cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight"
    state[name] = state[name].t().contiguous().t()
    content = {"state_dict": state, "global_step": 7}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    return path


def original_state(model: TinyModel) -> State:
    """Return all weights under their names in the original layout."""
    return {
        **_named("model.diffusion_model.", model.unet.state_dict(), original_unet_name),
        **_named("first_stage_model.", model.vae.state_dict(), original_vae_name),
        **_named("cond_stage_model.transformer.text_model.", model.text_encoder.state_dict(), str),
        "cond_stage_model.transformer.text_model.embeddings.position_ids": torch.arange(77)[None],
        "model_ema.decay": torch.tensor(0.9999),
        "alphas_cumprod": torch.linspace(1, 0, 1000),
    }


def _named(prefix: str, state: Mapping[str, Tensor], rename: Callable[[str], str]) -> State:
    return {prefix + rename(name): _as_stored(name, t) for name, t in state.items()}


def _as_stored(name: str, tensor: Tensor) -> Tensor:
    """Make the autoencoder's attention matrices the 1x1 convolutions they once were."""
    if "mid_block.attentions.0.to_" in name and tensor.ndim == 2:
        return tensor[:, :, None, None].contiguous()
    return tensor


def original_unet_name(name: str) -> str:
    """Turn a diffusers name into the original one."""
    for pattern, original in UNET_RENAMES:
        if found := re.fullmatch(pattern, name):
            return original(found) if callable(original) else found.expand(original)
    raise ValueError(name)


def _block(side: str, place: int) -> Callable[[re.Match[str]], str]:
    def rename(found: re.Match[str]) -> str:
        index = int(found[1]) * (LAYERS + 1) + int(found[2]) + (side == "input")
        rest = found[3]
        for start, original in RESNET.items():
            rest = re.sub(f"^{start}\\.", f"{original}.", rest) if place == 0 else rest
        return f"{side}_blocks.{index}.{place}.{rest}"

    return rename


def _upsampler(found: re.Match[str]) -> str:
    # In this model the first block up has no attention between its layers and the upsampler.
    return f"output_blocks.{int(found[1]) * (LAYERS + 1) + LAYERS}.1.conv.{found[2]}"


def _middle(found: re.Match[str]) -> str:
    rest = found[2]
    for start, original in RESNET.items():
        rest = re.sub(f"^{start}\\.", f"{original}.", rest)
    return f"middle_block.{int(found[1]) * 2}.{rest}"


RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
UNET_RENAMES: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"conv_in\.(.+)", r"input_blocks.0.0.\1"),
    (r"time_embedding\.linear_1\.(.+)", r"time_embed.0.\1"),
    (r"time_embedding\.linear_2\.(.+)", r"time_embed.2.\1"),
    (r"conv_norm_out\.(.+)", r"out.0.\1"),
    (r"conv_out\.(.+)", r"out.2.\1"),
    (r"mid_block\.attentions\.0\.(.+)", r"middle_block.1.\1"),
    (r"mid_block\.resnets\.(\d)\.(.+)", _middle),
    (r"down_blocks\.0\.downsamplers\.0\.conv\.(.+)", rf"input_blocks.{LAYERS + 1}.0.op.\1"),
    (r"up_blocks\.(\d)\.upsamplers\.0\.conv\.(.+)", _upsampler),
    (r"down_blocks\.(\d)\.resnets\.(\d)\.(.+)", _block("input", 0)),
    (r"down_blocks\.(\d)\.attentions\.(\d)\.(.+)", _block("input", 1)),
    (r"up_blocks\.(\d)\.resnets\.(\d)\.(.+)", _block("output", 0)),
    (r"up_blocks\.(\d)\.attentions\.(\d)\.(.+)", _block("output", 1)),
]
VAE_ATTENTION = {
    "group_norm": ("norm", "group_norm"),
    "to_q": ("q", "query"),
    "to_k": ("k", "key"),
    "to_v": ("v", "value"),
    "to_out.0": ("proj_out", "proj_attn"),
}


def original_vae_name(name: str) -> str:
    """Turn a diffusers name into the original one."""
    name = re.sub(r"mid_block\.resnets\.0", "mid.block_1", name)
    name = re.sub(r"mid_block\.resnets\.1", "mid.block_2", name)
    for new, (original, _) in VAE_ATTENTION.items():
        name = name.replace(f"mid_block.attentions.0.{new}.", f"mid.attn_1.{original}.")
    name = re.sub(r"down_blocks\.(\d)\.resnets", r"down.\1.block", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(r"up_blocks\.(\d)\.resnets", lambda m: f"up.{3 - int(m[1])}.block", name)
    name = re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{3 - int(m[1])}.upsample", name)
    return name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")


def old_attention(name: str) -> str:
    """Turn the name of an attention tensor into that of diffusers before 0.17."""
    for new, (_, old) in VAE_ATTENTION.items():
        name = name.replace(f"mid_block.attentions.0.{new}.", f"mid_block.attentions.0.{old}.")
    return name


def config_text(**sections: Mapping[str, Any]) -> str:
    """Write a config as it stands beside or inside a single file."""
    return json.dumps(sections)


def cpu_runtime(base: Path, dtype: str = "float32", budget_bytes: int = 2**30) -> Runtime:
    """Return a runtime on the CPU whose model folders are below `base`."""
    dtypes = {"model": dtype, "text_encoder": dtype, "vae": dtype}
    return Runtime(Folders.at(base), DevicePolicy("cpu", dtypes), Memory(budget_bytes))


def checkpoint_path(base: Path, name: str) -> Path:
    """Return where a checkpoint of this name lies below `base`, its folder made."""
    path = base / "models" / "checkpoints" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
