"""Networks in memory: each loaded once, and patched ones beside the base that they share.

A base lies in `runtime.memory` under (identity, part, dtype, device), a patched network under that
and its patch set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from torch import nn

from engine.diffusion.model_files.stored import contents_of, network_of
from engine.diffusion.networks.build import Changing, module_bytes
from engine.diffusion.networks.fitting import load_fitting
from engine.diffusion.networks.from_file import values_from_file
from engine.diffusion.networks.loading import surroundings
from engine.diffusion.patches import (
    Changes,
    Target,
    Values,
    changes_of,
    of_weights,
    own_bytes,
    patch_set,
    patched,
    patched_anew,
    values,
)
from engine.diffusion.streaming import stream_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.runtime import Runtime
    from engine.types import ClipHandle, ModelHandle, Patch, Weights

T = TypeVar("T")


@dataclass(frozen=True)
class Form(Generic[T]):
    """What is kept in memory around a network: how to load it, and to exchange the network."""

    load: Callable[[Weights, Runtime], T]
    network: Callable[[T], nn.Module]
    exchanged: Callable[[T, nn.Module], T]


#: The parts whose networks can be patched.
FORMS: dict[str, Form[Any]] = {}


def resident(
    weights: Weights, runtime: Runtime, load: Callable[[], T], network: Callable[[T], nn.Module]
) -> T:
    """Return what is loaded of these weights, loading it once."""
    return runtime.memory.get(
        key_of(weights, runtime), load, lambda loaded: module_bytes(network(loaded))
    )


def key_of(weights: Weights, runtime: Runtime) -> tuple[str, ...]:
    """Return the key of a network without patches."""
    devices = runtime.devices
    whole = (weights.identity, weights.part, devices.dtype_of(weights.part), devices.device)
    return whole if runtime.share == 1 else (*whole, f"{runtime.share:.0%}")


def entry_key(handle: ModelHandle | ClipHandle, runtime: Runtime) -> tuple[str, ...]:
    """Return the key of what a handle names, patches included."""
    key = key_of(handle.weights, surroundings(handle.patches, runtime))
    patches = of_weights(handle.patches)
    return (*key, patch_set(patches)) if patches else key


def loaded(handle: ModelHandle | ClipHandle, runtime: Runtime) -> Any:
    """Return what a handle names in the form of its part, patches included.

    Raises:
        PathError: a file has gone.
        ModelError: one is damaged, or a patch does not fit.
    """
    form, patches = FORMS[handle.weights.part], of_weights(handle.patches)
    runtime = surroundings(handle.patches, runtime)
    if not patches:
        return _base(handle.weights, runtime)

    def load() -> tuple[Any, Any]:
        base = _base(handle.weights, runtime)
        network = form.network(base)
        changes = _changes(handle.weights, network, patches, runtime)
        if _fit_together(network, changes, runtime):
            whole = form.exchanged(base, patched(network, changes))
            # It may have left meanwhile; it lives as long as what shares its tensors.
            return resident(handle.weights, runtime, lambda: base, form.network), whole
        base = form.exchanged(base, nn.Module())
        del network  # beside the patched one it would take more than the budget
        runtime.memory.drop(key_of(handle.weights, runtime))
        build = partial(_built_anew, handle.weights, runtime)
        return None, form.exchanged(base, patched_anew(build, changes))

    def size_of(both: tuple[Any, Any]) -> int:
        base, changed = both
        if base is None:
            return module_bytes(form.network(changed))
        return own_bytes(form.network(changed), form.network(base))

    def on(both: tuple[Any, Any]) -> tuple[str, ...] | None:
        return None if both[0] is None else key_of(handle.weights, runtime)

    return runtime.memory.get(entry_key(handle, runtime), load, size_of, on)[1]


def _fit_together(network: nn.Module, changes: Sequence[Changes], runtime: Runtime) -> bool:
    """Say whether the budget has room for a network and for what patches change of it."""
    changed = {name for each in changes for name in each.tensors}
    tensors = (tensor for name, tensor in network.named_parameters() if name in changed)
    own = sum(tensor.numel() * tensor.itemsize for tensor in tensors)
    return stream_of(network) is None and module_bytes(network) + own <= runtime.memory.budget_bytes


def _built_anew(weights: Weights, runtime: Runtime, changing: Changing) -> nn.Module:
    network = network_of(weights, contents_of(weights, runtime))
    return load_fitting(network, weights, runtime, changing)


def base_and_values(
    weights: Weights, patches: Sequence[Patch], runtime: Runtime
) -> tuple[nn.Module, Values]:
    """Return a network without patches, and what gives its tensors with them, in float32.

    Raises:
        PathError: a file has gone.
        ModelError: one is damaged, or a patch does not fit.
    """
    network = FORMS[weights.part].network(_base(weights, runtime))
    return network, values(network, _changes(weights, network, of_weights(patches), runtime))


def _base(weights: Weights, runtime: Runtime) -> Any:
    form = FORMS[weights.part]
    return resident(weights, runtime, lambda: form.load(weights, runtime), form.network)


def _changes(
    weights: Weights, network: nn.Module, patches: Sequence[Patch], runtime: Runtime
) -> list[Changes]:
    shapes = {name: tuple(tensor.shape) for name, tensor in network.named_parameters()}
    together = 3 * module_bytes(network)  # with another one and what is made of both
    is_roomy = stream_of(network) is None and together <= runtime.memory.budget_bytes

    def values_of(other: Weights, others: Sequence[Patch]) -> Values:
        if is_roomy:
            return base_and_values(other, others, runtime)[1]
        return values_from_file(other, others, shapes, runtime)

    return changes_of(Target(weights, shapes, runtime, values_of), patches)
