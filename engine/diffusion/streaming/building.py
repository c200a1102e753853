"""Build a network whose weights take no more than a budget."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch

from engine.diffusion.networks.build import finished, on_meta
from engine.diffusion.streaming.layers import layers_of
from engine.diffusion.streaming.movers import mover_for
from engine.diffusion.streaming.plan import plan
from engine.diffusion.streaming.sources import FileSource, PinnedSource
from engine.diffusion.streaming.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Set

    from torch import Tensor, nn

    from engine.diffusion.families import Network
    from engine.diffusion.networks.build import Changing
    from engine.diffusion.streaming.layers import Layer
    from engine.diffusion.streaming.plan import Plan
    from engine.diffusion.streaming.sources import Source

logger = logging.getLogger(__name__)


def build_streamed(
    network: Network,
    dtype: torch.dtype,
    device: str,
    name: str,
    *,
    budget_bytes: int,
    changing: Changing | None = None,
) -> nn.Module:
    """Return a network that computes as the whole one does, bit for bit, within a budget.

    Layers that it has room for stay; the others are read from the file (on a GPU: copied from
    pinned memory) while the ones before them compute.

    Args:
        name: of the file, for messages.
        budget_bytes: of weights in the device's memory; the largest layer must fit.
        changing: what patches make of its tensors.

    Raises:
        ModelError: tensors are missing, left over or of other shapes than the network's.
    """
    module = on_meta(network, name)
    shapes = {key: tensor.shape for key, tensor in module.state_dict().items()}
    layers = layers_of(module)
    is_read = not device.startswith("cuda")  # what is pinned for a GPU has been changed already
    dear = changing.names if changing is not None and is_read else frozenset[str]()
    planned = _planned(layers, shapes, dtype, budget_bytes, dear)
    streamed = {path: layers[path] for path in planned.streamed}
    gone = {tensor for layer in streamed.values() for tensor in layer.names}
    file = FileSource(network.tensors, changing)
    module.load_state_dict(_state(file, shapes, gone, dtype, device), assign=True)
    memory = torch.empty(planned.ring_bytes, dtype=torch.uint8, device=device)
    source: Source = file
    if device.startswith("cuda"):
        source = PinnedSource(file, {tensor: shapes[tensor] for tensor in gone}, dtype)
    mover = mover_for(device, memory)
    Stream(streamed, source, memory, dtype=dtype, mover=mover).attach(module)
    told = sum(layer.size_bytes(dtype) for layer in streamed.values()) / 1e6
    logger.info("%.0f MB of %s come from the file at every step", told, name)
    return finished(module, device, name)


def _planned(
    layers: Mapping[str, Layer],
    shapes: Mapping[str, torch.Size],
    dtype: torch.dtype,
    budget_bytes: int,
    dear: Set[str],
) -> Plan:
    sizes = {path: layer.size_bytes(dtype) for path, layer in layers.items()}
    total = sum(shape.numel() for shape in shapes.values())
    fixed = total - sum(layer.numbers for layer in layers.values())
    changed = {path for path, layer in layers.items() if not dear.isdisjoint(layer.names)}
    return plan(sizes, fixed * dtype.itemsize, budget_bytes, changed)


def _state(
    source: Source,
    shapes: Mapping[str, torch.Size],
    gone: Collection[str],
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
