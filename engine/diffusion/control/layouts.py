"""Tell a ControlNet or a T2I-Adapter by its tensors, in the layouts that are about. No torch.

ControlNets come as lllyasviel's (`control_model.`), or as diffusers'; adapters as TencentARC's
(`body.0.block1`), or as diffusers' (`adapter.body.0.resnets.0.block1`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.diffusion.families.family import FAMILIES, Network
from engine.diffusion.families.sd1 import CONSTANTS
from engine.diffusion.families.sd1_shapes import encoder_config
from engine.diffusion.families.shapes import Shapes
from engine.diffusion.families.unknown import what_it_looks_like
from engine.diffusion.model_files.convert import unet_names
from engine.diffusion.model_files.recognise import UNKNOWN, recognise
from engine.errors import ModelError

if TYPE_CHECKING:
    from engine.diffusion.model_files.checkpoint import Contents
    from engine.diffusion.model_files.tensor_info import TensorInfo

CONTROLNET, ADAPTER = "controlnet", "t2i_adapter"
#: Marks a ControlNet that holds what is to be added to the model's own weights.
DIFFERENCE = "difference"
#: Files of lllyasviel's hold a whole Stable Diffusion beside what begins with this.
ORIGINAL_PREFIX = "control_model."
#: Marks a ControlNet that is a LoRA of the model's own encoder.
LORA = "lora_controlnet"
#: Files of this name answer with the mean over the picture (ControlNet 1.1, "Shuffle").
POOLED_NAMES = ("_shuffle", "_shuffle_fp16")
#: Pixels to a cell of an adapter's first layer, each way.
UNSHUFFLED = 8
#: Only ControlNets have these, in lllyasviel's layout and in diffusers'.
_MARKS = (
    "zero_convs.",
    "input_hint_block.",
    "controlnet_cond_embedding.",
    "controlnet_down_blocks.",
)
_LEVELS_OF_HINT = 3
_ZERO = re.compile(r"zero_convs\.(\d+)\.0\.(\w+)")
_HINT = re.compile(r"input_hint_block\.(\d+)\.(\w+)")
_OLD_ADAPTER = re.compile(r"body\.(\d+)\.((?:block1|block2|in_conv)\.\w+)")
_HINT_LAST = 14


def control_network(contents: Contents) -> Network:
    """Return what to build for a file.

    Raises:
        ModelError: it is neither, incomplete, or for models of another family.
    """
    tensors, name = contents.tensors, contents.path.name
    seen = recognise(tensors)
    if seen.what == "ControlNet" and seen.family not in (UNKNOWN, *FAMILIES):
        raise ModelError(
            f'"{name}" is for models of the family {seen.family}, but what is steered here is '
            f"{' or '.join(FAMILIES)}. Choose a ControlNet for that."
        )
    if LORA in tensors:
        raise ModelError(
            f'"{name}" is a Control-LoRA: it holds only low-rank changes of a model, which are not '
            "read. Choose the whole ControlNet of the same kind."
        )
    own = {key: info for key, info in tensors.items() if key.startswith(ORIGINAL_PREFIX)}
    plain = {key.removeprefix(ORIGINAL_PREFIX): i for key, i in (own or tensors).items()}
    plain.pop(DIFFERENCE, None)
    if any(key.startswith(_MARKS) for key in plain):
        return _controlnet(name, _controlnet_names(plain))
    plain = {key.removeprefix("adapter."): info for key, info in tensors.items()}
    if any(key.startswith("body.") and ".block1." in key for key in plain):
        return _adapter(name, plain)
    raise ModelError(
        f'"{name}" is neither a ControlNet nor a T2I-Adapter of SD 1.x: '
        f"{what_it_looks_like(tensors)}. Choose another file in controlnet/."
    )


def _controlnet(name: str, tensors: Mapping[str, TensorInfo]) -> Network:
    shapes = Shapes(name, tensors)
    hint = "controlnet_cond_embedding."
    widths = [shapes.size(f"{hint}conv_in.weight", 0)]
    widths += [
        shapes.size(f"{hint}blocks.{2 * level + 1}.weight", 0) for level in range(_LEVELS_OF_HINT)
    ]
    config = {
        **CONSTANTS["unet"],
        **encoder_config(shapes),
        "conditioning_channels": shapes.size(f"{hint}conv_in.weight", 1),
        "conditioning_embedding_out_channels": widths,
        "global_pool_conditions": name.rpartition(".")[0].endswith(POOLED_NAMES),
    }
    return Network(CONTROLNET, config, tensors, _told_by_family())


def _controlnet_names(stored: Mapping[str, TensorInfo]) -> dict[str, TensorInfo]:
    names = unet_names(stored)
    return {_controlnet_name(names[name]): info for name, info in stored.items()}


def _controlnet_name(name: str) -> str:
    if found := _ZERO.fullmatch(name):
        return f"controlnet_down_blocks.{found[1]}.{found[2]}"
    if found := _HINT.fullmatch(name):
        number = int(found[1])
        place = {0: "conv_in", _HINT_LAST: "conv_out"}.get(number, f"blocks.{number // 2 - 1}")
        return f"controlnet_cond_embedding.{place}.{found[2]}"
    return name.replace("middle_block_out.0.", "controlnet_mid_block.")


def _adapter(name: str, stored: Mapping[str, TensorInfo]) -> Network:
    is_light = any(key.endswith("out_conv.weight") for key in stored)
    tensors = _adapter_names(stored, is_light=is_light)
    shapes = Shapes(name, tensors)
    blocks = range(shapes.count("body."))
    if is_light:
        first, last = "body.0.in_conv.weight", "body.{}.out_conv.weight"
        widths = [shapes.size(last.format(block), 0) for block in blocks][:-1]
    else:
        first, last = "conv_in.weight", "body.{}.resnets.0.block1.weight"
        widths = [shapes.size(last.format(block), 0) for block in blocks]
    config: dict[str, Any] = {
        "in_channels": shapes.size(first, 1) // UNSHUFFLED**2,
        "channels": widths,
        "num_res_blocks": shapes.count("body.0.resnets."),
        "downscale_factor": UNSHUFFLED,
        "adapter_type": "light_adapter" if is_light else "full_adapter",
    }
    inside = {f"adapter.{key}": info for key, info in tensors.items()}
    return Network(ADAPTER, config, inside, _told_by_family())


def _adapter_names(stored: Mapping[str, TensorInfo], *, is_light: bool) -> dict[str, TensorInfo]:
    if any(".resnets." in name for name in stored):
        return dict(stored)
    if is_light:
        return {re.sub(r"(body\.\d+)\.body\.", r"\1.resnets.", n): i for n, i in stored.items()}
    numbers = {int(found[1]) for name in stored if (found := _OLD_ADAPTER.fullmatch(name))}
    # Original files number the layers of all four levels together.
    layers = max(1, (max(numbers, default=0) + 1) // 4)
    renamed: dict[str, TensorInfo] = {}
    for name, info in stored.items():
        new = name
        if found := _OLD_ADAPTER.fullmatch(name):
            level, layer = divmod(int(found[1]), layers)
            inner = found[2] if found[2].startswith("in_conv") else f"resnets.{layer}.{found[2]}"
            new = f"body.{level}.{inner}"
        renamed[new] = info
    return renamed


def _told_by_family() -> dict[str, str]:
    return {f"unet.{key}": "the family sd1" for key in CONSTANTS["unet"]}
