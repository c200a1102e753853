"""Model files in the original layout, with the patches that their handles name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from engine.diffusion.autoencoder import pixel_space
from engine.diffusion.families import FAMILIES
from engine.diffusion.model_files.safetensors_file import Entry
from engine.diffusion.model_files.stored import contents_of
from engine.diffusion.networks.loading import surroundings
from engine.diffusion.networks.resident import base_and_values
from engine.diffusion.networks.weights import load_vae
from engine.errors import ModelError
from engine.types import ClipHandle, ModelHandle, VaeHandle

if TYPE_CHECKING:
    from torch import Tensor

    from engine.diffusion.patches import Values
    from engine.runtime import Runtime

Handle = ModelHandle | ClipHandle | VaeHandle
#: An empty tensor of this name marks a model that predicts v.
V_MARK = "v_pred"
#: The same in a text, as ComfyUI writes it.
PREDICTED = {"eps": "epsilon", "v": "v"}


@dataclass(frozen=True)
class Content:
    """What is to be written: tensors, and texts beside them."""

    entries: list[Entry]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


def checkpoint(runtime: Runtime, *handles: Handle) -> Content:
    """Return a checkpoint of these parts; what shapes cannot tell of them is in its texts.

    Raises:
        PathError: a file has gone.
        ModelError: one is damaged, a patch does not fit, or a part has no weights.
    """
    entries: list[Entry] = []
    config: dict[str, Any] = {}
    metadata: dict[str, str] = {}
    for handle in handles:
        weights = handle.weights
        family = FAMILIES[weights.family]
        entries += _entries(handle, runtime, whole=True)
        contents = contents_of(weights, runtime)
        config |= family.told(contents, weights.part)
        if weights.part == "model":
            prediction = family.training(contents).prediction
            metadata["modelspec.predict_key"] = PREDICTED[prediction]
            if prediction == "v":
                entries.append(Entry.of(V_MARK, torch.empty(0)))
    return Content(entries, metadata | {"config": json.dumps(config)})


def part(runtime: Runtime, handle: ClipHandle | VaeHandle) -> Content:
    """Return a file of one part alone, its names as such files have them.

    Raises:
        PathError: a file has gone.
        ModelError: one is damaged, a patch does not fit, or the part has no weights.
    """
    family = FAMILIES.get(handle.weights.family)
    entries = [*_entries(handle, runtime, whole=False)]
    told = family.told(contents_of(handle.weights, runtime), handle.weights.part) if family else {}
    return Content(entries, {"config": json.dumps(told)})


def _entries(handle: Handle, runtime: Runtime, *, whole: bool) -> Iterator[Entry]:
    network, value_of = _values(handle, runtime)
    family = FAMILIES[handle.weights.family]
    tensors = dict(network.named_parameters())
    names = family.original_names(handle.weights.part, tensors, whole=whole)
    for name, tensor in tensors.items():
        shape = family.original_shape(handle.weights.part, names[name], tuple(tensor.shape))
        yield Entry(names[name], shape, tensor.dtype, partial(value_of, name))


def _values(handle: Handle, runtime: Runtime) -> tuple[nn.Module, Values]:
    if not isinstance(handle, VaeHandle):
        return base_and_values(
            handle.weights, handle.patches, surroundings(handle.patches, runtime)
        )
    if handle == pixel_space.HANDLE:
        raise ModelError("Pixel space has no weights that could be saved. Load another VAE.")
    module = load_vae(handle, runtime).module
    tensors: dict[str, Tensor] = dict(module.named_parameters())
    return module, tensors.__getitem__
