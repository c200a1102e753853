"""Say what a file looks like when it is not the model that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.diffusion.model_files.tensor_info import TensorInfo

#: Parts of tensor names to what holds them, the more telling ones first.
MARKS: Mapping[str, str] = {
    "lora_": "it looks like a LoRA, which goes into loras/",
    "control_model.": "it looks like a ControlNet, which goes into controlnet/",
    "controlnet_": "it looks like a ControlNet, which goes into controlnet/",
    "emb_params": "it looks like a textual inversion, which goes into embeddings/",
    "string_to_param": "it looks like a textual inversion, which goes into embeddings/",
    "conditioner.embedders.": "it looks like a Stable Diffusion XL model",
    "add_embedding.": "it looks like a Stable Diffusion XL model",
    "label_emb.": "it looks like a Stable Diffusion XL model",
    "cond_stage_model.model.": "it looks like a Stable Diffusion 2 model",
    "RDB1.": "it looks like an ESRGAN, which goes into upscale_models/",
    "rdb1.": "it looks like an ESRGAN, which goes into upscale_models/",
    "double_blocks.": "it looks like a Flux model",
    "joint_blocks.": "it looks like a Stable Diffusion 3 model",
    "time_embed": "it looks like a diffusion model (a U-Net)",
    "decoder.conv_in.": "it looks like an autoencoder alone, which goes into vae/",
    "embeddings.token_embedding.": (
        "it looks like a text encoder alone, which goes into text_encoders/"
    ),
}


def what_it_looks_like(tensors: Mapping[str, TensorInfo]) -> str:
    """Return a clause for an error message: the kind of model, or some names of its tensors."""
    for mark, meaning in MARKS.items():
        if any(mark in name for name in tensors):
            return meaning
    if not tensors:
        return "it holds no tensors"
    some = ", ".join(f'"{name}"' for name in list(tensors)[:3])
    return f"it holds {len(tensors)} tensors such as {some}"
