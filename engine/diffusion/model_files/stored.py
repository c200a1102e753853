"""What a handle's weights are in their file, by its header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.diffusion.families import FAMILIES
from engine.diffusion.model_files.checkpoint import Contents, read_contents
from engine.errors import ModelError
from engine.files.identity import file_identity

if TYPE_CHECKING:
    from engine.diffusion.families.family import Network
    from engine.runtime import Runtime
    from engine.types import Weights


def contents_of(weights: Weights, runtime: Runtime) -> Contents:
    """Read the header of the file that holds these weights.

    Raises:
        PathError: the file has gone.
        ModelError: it is another one than when it was chosen, or damaged.
    """
    path = runtime.folders.find(weights.kind, weights.name)
    if file_identity(path) != weights.identity:
        raise ModelError(f'"{weights.name}" changed after it was chosen. Run the workflow again.')
    return read_contents(path)


def network_of(weights: Weights, contents: Contents) -> Network:
    """Return what to build.

    Raises:
        ModelError: the file does not hold it.
    """
    return FAMILIES[weights.family].network(contents, weights.part)


def shapes_of(weights: Weights, runtime: Runtime) -> Mapping[str, tuple[int, ...]]:
    """Return the shapes of a network's tensors, by their names inside the module.

    Raises:
        PathError: the file has gone.
        ModelError: it does not hold the network.
    """
    network = network_of(weights, contents_of(weights, runtime))
    return {name: info.shape for name, info in network.tensors.items()}
