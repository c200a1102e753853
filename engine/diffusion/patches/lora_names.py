"""What LoRA files call the modules of a network, in the spellings that there are. Knows no torch.

The modules themselves are named as in diffusers and transformers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from engine.diffusion.model_files.original_names import original_unet_names

#: How the names of a text encoder's modules begin; all others are of the diffusion model.
TEXT_STARTS = (
    "lora_te",
    "text_encoder",
    "text_model.",
    "base_model.model.text_model.",
    "base_model.model.encoder.",
)
#: Attention, whose projections diffusers once called otherwise: `attn1.processor.to_out` or
#: `attn1.to_out` in a U-Net, `self_attn.to_out` in a text encoder.
_ATTENTION = re.compile(r"(.*\.attn[12])\.(to_[qkv]|to_out)(?:\.0)?")
_TEXT_ATTENTION = re.compile(r"(.*\.self_attn)\.(q|k|v|out)_proj")


def part_of(spelled: str) -> str:
    """Return the part of a model that a module in a LoRA belongs to."""
    return "text_encoder" if spelled.startswith(TEXT_STARTS) else "model"


def spellings(part: str, modules: Collection[str]) -> dict[str, str]:
    """Return what a LoRA may call the modules of a part -> their names."""
    return dict(SPELLINGS[part](modules))


def _of_unet(modules: Collection[str]) -> Iterator[tuple[str, str]]:
    original = original_unet_names(modules)
    for module in modules:
        old = original[module]
        yield f"lora_unet_{_flat(module)}", module
        yield f"lora_unet_{_flat(old)}", module
        yield f"lycoris_{_flat(module)}", module
        yield f"diffusion_model.{old}", module
        yield f"model.diffusion_model.{old}", module
        for start in ("unet.", "base_model.model.", ""):
            yield f"{start}{module}", module
            if found := _ATTENTION.fullmatch(module):
                yield f"{start}{found[1]}.processor.{found[2]}", module
                yield f"{start}{found[1]}.{found[2]}", module


def _of_text_encoder(modules: Collection[str]) -> Iterator[tuple[str, str]]:
    for module in modules:
        yield f"lora_te_text_model_{_flat(module)}", module
        yield f"lora_te1_text_model_{_flat(module)}", module
        yield f"text_encoders.clip_l.transformer.text_model.{module}", module
        for start in ("text_encoder.", "base_model.model.", ""):
            yield f"{start}text_model.{module}", module
        yield f"text_encoder.{module}", module
        yield f"base_model.model.{module}", module
        if found := _TEXT_ATTENTION.fullmatch(module):
            yield f"text_encoder.text_model.{found[1]}.to_{found[2]}", module


def _flat(name: str) -> str:
    return name.replace(".", "_")


SPELLINGS: Mapping[str, Callable[[Collection[str]], Iterator[tuple[str, str]]]] = {
    "model": _of_unet,
    "text_encoder": _of_text_encoder,
}
