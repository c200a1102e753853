"""A network with patches: a light copy that shares with its base what no patch changes."""

from __future__ import annotations

import copy
import hashlib
import json
from collections import OrderedDict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from engine.diffusion.networks.build import Changing
from engine.diffusion.patches.registry import (
    WEIGHT_PATCHES,
    Change,
    Changes,
    RowChange,
    Target,
    Values,
)
from engine.diffusion.patches.rows import by_rows
from engine.diffusion.streaming import stream_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.types import Patch

#: What a module keeps its parameters, its hooks and so on in.
TABLES = (dict, OrderedDict)


def patch_set(patches: Sequence[Patch]) -> str:
    """Return a digest of patches and their parameters, in their order."""
    text = json.dumps([asdict(patch) for patch in patches], default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def changes_of(target: Target, patches: Sequence[Patch]) -> list[Changes]:
    """Ask every patch of weights what it changes.

    Raises:
        ModelError: a patch does not fit the network.
    """
    return [WEIGHT_PATCHES[patch.name](target, **patch.parameters) for patch in patches]


def patched(base: nn.Module, changes: Sequence[Changes]) -> nn.Module:
    """Return a network whose changed tensors are its own and all others the base's.

    A tensor goes through all its changes in float32 and is cast once, to what it was.
    """
    network = shared_copy(base)
    tensors = tensors_of(base)
    for name in dict.fromkeys(name for each in changes for name in each.tensors):
        value = through(tensors[name], steps_of(changes, name), tensors[name].dtype)
        owner, leaf = _owner(network, name)
        setattr(owner, leaf, nn.Parameter(value, requires_grad=False))
    _wrap(network, changes)
    return network


def patched_anew(build: Callable[[Changing], nn.Module], changes: Sequence[Changes]) -> nn.Module:
    """Return a network whose tensors are changed as they come from the file; it shares none.

    Args:
        build: builds it, given what is made of its tensors.
    """

    def change(name: str, tensor: Tensor) -> Tensor:
        return through(tensor, steps_of(changes, name), tensor.dtype)

    names = frozenset(name for each in changes for name in each.tensors)
    network = build(Changing(names, change))
    _wrap(network, changes)
    return network


def _wrap(network: nn.Module, changes: Sequence[Changes]) -> None:
    for name, wrap in ((name, wrap) for each in changes for name, wrap in each.modules.items()):
        owner, leaf = _owner(network, name)
        setattr(owner, leaf, wrap(cast("nn.Module", getattr(owner, leaf))))


def own_bytes(network: nn.Module, base: nn.Module) -> int:
    """Return how many bytes a patched network holds beside those of its base."""
    shared = {id(tensor) for tensor in _all_tensors(base)}
    own = (tensor for tensor in _all_tensors(network) if id(tensor) not in shared)
    return sum(tensor.numel() * tensor.itemsize for tensor in own)


def values(base: nn.Module, changes: Sequence[Changes]) -> Values:
    """Return what gives a network's tensors by name, patched, in float32."""
    tensors = tensors_of(base)
    stream = stream_of(base)

    def value(name: str) -> Tensor:
        streamed = stream.value(name) if stream is not None else None
        tensor = tensors[name] if streamed is None else streamed
        return through(tensor, steps_of(changes, name), torch.float32)

    return value


def steps_of(changes: Sequence[Changes], name: str) -> list[Change]:
    """Return what happens to one tensor, in order."""
    return [each.tensors[name] for each in changes if name in each.tensors]


def through(tensor: Tensor, steps: Sequence[Change], dtype: torch.dtype) -> Tensor:
    """Send a tensor through changes in float32, and return what they make of it in a dtype."""
    rows = [step for step in steps if isinstance(step, RowChange)]
    if rows and len(rows) == len(steps) and tensor.is_contiguous():
        return by_rows(tensor, rows, dtype)
    value = tensor.to(torch.float32, copy=True)
    for step in steps:
        value = step(value)
    return value.to(dtype)


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """Return the parameters of a network by name."""
    return dict(module.named_parameters())


def shared_copy(network: nn.Module) -> nn.Module:
    """Copy the structure of a network; all that its modules hold is the same objects."""
    twins = {module: copy.copy(module) for module in network.modules()}
    for twin in twins.values():
        own = vars(twin)
        own |= {name: each.copy() for name, each in own.items() if type(each) in TABLES}
        own["_modules"] = {name: twins.get(each) for name, each in own["_modules"].items()}
    return twins[network]


def _all_tensors(module: nn.Module) -> Iterable[Tensor]:
    return (*module.parameters(), *module.buffers())


def _owner(network: nn.Module, name: str) -> tuple[nn.Module, str]:
    path, _, leaf = name.rpartition(".")
    return network.get_submodule(path), leaf


def _plain(value: Any) -> Any:
    return dict(value)  # a mapping that is no dict
