"""Build a network whose weights take no more than a budget."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.diffusion.networks.build import finished, on_meta
from engine.diffusion.streaming.movers import mover_for
from engine.diffusion.streaming.plan import plan
from engine.diffusion.streaming.sources import FileSource, PinnedSource, Source
from engine.diffusion.streaming.stream import Layer, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.diffusion.families import Network
    from engine.diffusion.streaming.sources import Change

logger = logging.getLogger(__name__)


def build_streamed(
    network: Network,
    dtype: torch.dtype,
    device: str,
    name: str,
    *,
    budget_bytes: int,
    change: Change | None = None,
) -> nn.Module:
    """Return a network that computes as the whole one does, bit for bit, within a budget.

    Layers that it has room for stay; the others are read from the file (on a GPU: copied from
    pinned memory) while the ones before them compute.

    Args:
        name: of the file, for messages.
        budget_bytes: of weights in the device's memory; the largest layer must fit.
        change: what patches make of each tensor, by its name inside the network.

    Raises:
        ModelError: tensors are missing, left over or of other shapes than the network's.
    """
    module = on_meta(network, name)
    shapes = {key: tensor.shape for key, tensor in module.state_dict().items()}
    source: Source = FileSource(network.tensors, change)
    if device.startswith("cuda"):
        source = PinnedSource.of(source, shapes, dtype)
    layers = _layers(module)
    sizes = {path: layer.size_bytes(dtype) for path, layer in layers.items()}
    fixed = sum(shape.numel() for shape in shapes.values()) * dtype.itemsize - sum(
        sum(torch.Size(shape).numel() for shape in layer.tensors.values()) * dtype.itemsize
        for layer in layers.values()
    )
    planned = plan(sizes, fixed, budget_bytes)
    streamed = {path: layers[path] for path in planned.streamed}
    gone = {f"{path}.{each}" for path, layer in streamed.items() for each in layer.tensors}
    module.load_state_dict(_state(source, shapes, gone, dtype, device), assign=True)
    memory = torch.empty(planned.ring_bytes, dtype=torch.uint8, device=device)

    def build_again(change: Change) -> nn.Module:
        return build_streamed(
            network, dtype, device, name, budget_bytes=budget_bytes, change=change
        )

    Stream(
        streamed,
        source,
        memory,
        dtype=dtype,
        mover=mover_for(device),
        build_again=build_again,
    ).attach(module)
    told = sum(sizes[path] for path in streamed) / 1e6
    logger.info("%.0f MB of %s come from the file at every step", told, name)
    return finished(module, device, name)


def _layers(module: nn.Module) -> dict[str, Layer]:
    """Return the modules without others inside that have parameters, in their order."""
    found: dict[str, Layer] = {}
    for path, each in module.named_modules():
        own = {name: tuple(tensor.shape) for name, tensor in each.named_parameters(recurse=False)}
        if own and path and not any(each.children()):
            found[path] = Layer(path, own)
    return found


def _state(
    source: Source,
    shapes: Mapping[str, torch.Size],
    gone: set[str],
    dtype: torch.dtype,
    device: str,
) -> dict[str, Tensor]:
    """Read what stays; what does not is a single number seen in its shape."""
    nothing = torch.zeros(1, dtype=dtype, device=device)
    state: dict[str, Tensor] = {}
    for name, shape in shapes.items():
        if name in gone:
            state[name] = nothing.expand(shape)
        else:
            state[name] = torch.empty(shape, dtype=dtype, device=device)
            source.fill(name, state[name])
    return state
