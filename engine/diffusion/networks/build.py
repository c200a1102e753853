"""Build a network on the meta device and give it its tensors, each read, cast and moved once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.diffusion.families.family import PART_TITLES
from engine.diffusion.model_files.tensor_reader import TensorReader, open_tensors
from engine.errors import ModelError
from engine.lazy import IMPORTING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from engine.diffusion.families import Network
    from engine.diffusion.model_files.tensor_info import TensorInfo

    Change = Callable[[str, Tensor], Tensor]

SHOWN = 4


@dataclass(frozen=True)
class Changing:
    """What patches make of a network's tensors as they come from its file.

    Attributes:
        names: the tensors that change.
        change: from a tensor's name and its value, in the dtype it is computed with, to the new.
    """

    names: frozenset[str]
    change: Change


def build(
    network: Network,
    dtype: torch.dtype,
    device: str,
    name: str,
    *,
    changing: Changing | None = None,
) -> nn.Module:
    """Return the network with its weights, ready to compute and not to train.

    Args:
        name: of the file, for messages.
        changing: what patches make of its tensors.

    Raises:
        ModelError: tensors are missing, left over or of other shapes than the network's.
    """
    module = on_meta(network, name)
    wanted = {key: tuple(tensor.shape) for key, tensor in module.state_dict().items()}
    state: dict[str, Tensor] = {}
    with open_tensors(network.tensors) as reader:
        for key, shape in wanted.items():
            state[key] = _loaded(reader, network.tensors[key], shape, dtype, device)
            if changing is not None and key in changing.names:
                state[key] = changing.change(key, state[key])
    module.load_state_dict(state, assign=True)
    return finished(module, device, name)


def finished(module: nn.Module, device: str, name: str) -> nn.Module:
    """Return a network that has its tensors, ready to compute and not to train.

    Raises:
        ModelError: some of it has no values.
    """
    _remake_buffers(module, device)
    _check_no_meta(module, name)
    return module.eval().requires_grad_(False)


def expected_bytes(network: Network, dtype: torch.dtype) -> int:
    """Return how many bytes the built network will hold."""
    return sum(info.elements for info in network.tensors.values()) * dtype.itemsize


def module_bytes(module: nn.Module) -> int:
    """Return how many bytes a network's parameters and buffers hold, each piece counted once."""
    tensors = (*module.parameters(), *module.buffers())
    pieces = (tensor.untyped_storage() for tensor in tensors)
    return sum({piece.data_ptr(): piece.nbytes() for piece in pieces}.values())


def _unet(config: Mapping[str, Any]) -> nn.Module:
    with IMPORTING:
        from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(**config)


def _vae(config: Mapping[str, Any]) -> nn.Module:
    with IMPORTING:
        from diffusers import AutoencoderKL

    return AutoencoderKL(**config)


def _text_encoder(config: Mapping[str, Any]) -> nn.Module:
    with IMPORTING:
        from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(CLIPTextConfig(**config))


def _upscaler(config: Mapping[str, Any]) -> nn.Module:
    from engine.diffusion.upscaling.rrdb import RRDBNet

    return RRDBNet(**config)


def _controlnet(config: Mapping[str, Any]) -> nn.Module:
    with IMPORTING:
        from diffusers import ControlNetModel

    return ControlNetModel(**config)


def _t2i_adapter(config: Mapping[str, Any]) -> nn.Module:
    with IMPORTING:
        from diffusers import T2IAdapter

    return T2IAdapter(**config)


BUILDERS: Mapping[str, Callable[[Mapping[str, Any]], nn.Module]] = {
    "model": _unet,
    "vae": _vae,
    "text_encoder": _text_encoder,
    "upscaler": _upscaler,
    "controlnet": _controlnet,
    "t2i_adapter": _t2i_adapter,
}


def on_meta(network: Network, name: str) -> nn.Module:
    """Return the network without values, sure that the file has those that it needs.

    Raises:
        ModelError: tensors are missing, left over or of other shapes than the network's.
    """
    module = _built(network, name)
    wanted = {key: tuple(tensor.shape) for key, tensor in module.state_dict().items()}
    _check_tensors(network.tensors, wanted, name)
    return module


def _built(network: Network, name: str) -> nn.Module:
    try:
        with torch.device("meta"):
            return BUILDERS[network.part](network.config)
    except Exception as problem:  # whatever the libraries raise at a config they cannot build
        told = ", ".join(sorted(set(network.told_by.values())))
        raise ModelError(
            f'The {PART_TITLES[network.part]} of "{name}" cannot be built: {problem}. '
            f"Its settings come from its tensor shapes and from {told}."
        ) from problem


def _check_tensors(
    tensors: Mapping[str, TensorInfo], wanted: Mapping[str, tuple[int, ...]], name: str
) -> None:
    missing = wanted.keys() - tensors.keys()
    unknown = [tensors[key].key for key in tensors.keys() - wanted.keys()]
    unlike = [
        f'"{tensors[key].key}" {list(tensors[key].shape)} for {list(shape)}'
        for key, shape in wanted.items()
        if key in tensors and not _fits(tensors[key].shape, shape)
    ]
    problems = [
        f"{len(missing)} tensors are missing ({_some(map(_quoted, sorted(missing)))})",
        f"{len(unknown)} have no place in it ({_some(map(_quoted, sorted(unknown)))})",
        f"{len(unlike)} have another shape ({_some(unlike)})",
    ]
    found = [p for p, some in zip(problems, (missing, unknown, unlike), strict=True) if some]
    if found:
        raise ModelError(
            f'"{name}" does not fit the network that it seems to be: {"; ".join(found)}. '
            "The file is incomplete, or a variant that is not supported."
        )


def _quoted(name: str) -> str:
    return f'"{name}"'


def _some(items: Iterable[str]) -> str:
    listed = list(items)
    return ", ".join(listed[:SHOWN]) + (", …" if len(listed) > SHOWN else "")


def _fits(stored: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Say whether shapes are equal, or one is the 1x1 convolution of the other's matrix."""
    if stored == wanted:
        return True
    long, short = (stored, wanted) if len(stored) > len(wanted) else (wanted, stored)
    return len(short) == 2 and long == (*short, 1, 1)


def _loaded(
    reader: TensorReader,
    info: TensorInfo,
    shape: tuple[int, ...],
    dtype: torch.dtype,
    device: str,
) -> Tensor:
    return reader.read(info).to(device=device, dtype=dtype).reshape(shape).contiguous()


def _remake_buffers(module: nn.Module, device: str) -> None:
    """Make again what no file holds: CLIP's `position_ids` stay on meta without a word."""
    for owner in module.modules():
        buffer = owner.__dict__["_buffers"].get("position_ids")
        if buffer is not None and buffer.is_meta:
            count = buffer.shape[-1]
            owner.position_ids = torch.arange(count, device=device).expand(1, -1)  # (1, count)


def _check_no_meta(module: nn.Module, name: str) -> None:
    tensors = [*module.named_parameters(), *module.named_buffers()]
    if left := [key for key, tensor in tensors if tensor.is_meta]:
        raise ModelError(
            f'"{name}" left parts of its network without values: {_some(map(_quoted, left))}. '
            "The installed diffusers or transformers is newer than this version knows."
        )
