"""From names to networks: handles out of file headers, and what handles name, loaded once.

What is loaded stays in `runtime.memory` under (identity, part, dtype, device).
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import torch
from torch import nn

from engine.diffusion import pixel_space
from engine.diffusion.build import build, expected_bytes, module_bytes
from engine.diffusion.checkpoint import Contents, read_contents
from engine.diffusion.denoiser import Denoiser
from engine.diffusion.families import FAMILIES, SD1, Training, family_of
from engine.diffusion.families.family import PART_TITLES
from engine.diffusion.families.unknown import what_it_looks_like
from engine.diffusion.parameterisation import Parameterisation, discrete, scaled_linear_betas
from engine.diffusion.patches import (
    Target,
    Values,
    changes_of,
    of_weights,
    own_bytes,
    patch_set,
    patched,
    values,
)
from engine.diffusion.pixel_space import PixelSpace
from engine.diffusion.vae import Vae
from engine.errors import ModelError, OutOfMemory
from engine.identity import file_identity
from engine.types import ClipHandle, ModelHandle, VaeHandle, Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextModel

    from engine.diffusion.previews import PreviewMap
    from engine.runtime import Runtime
    from engine.types import Patch

T = TypeVar("T")
logger = logging.getLogger(__name__)


def read_checkpoint(
    kind: str, name: str, runtime: Runtime
) -> tuple[ModelHandle, ClipHandle, VaeHandle]:
    """Name the three networks of a checkpoint; only headers are read.

    A part that the file does not hold is named all the same and refused when it is loaded.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, or no checkpoint of a known family.
    """
    path = runtime.folders.find(kind, name)
    family = family_of(read_contents(path)).name
    identity = file_identity(path)

    def weights(part: str) -> Weights:
        return Weights(kind, name, identity, part, family)

    return (
        ModelHandle(weights("model")),
        ClipHandle(weights("text_encoder")),
        VaeHandle(weights("vae")),
    )


def read_vae(name: str, runtime: Runtime) -> VaeHandle:
    """Name the autoencoder of a file in vae/, or that of pixel space; only a header is read.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, or holds no autoencoder.
    """
    if name == pixel_space.NAME:
        return pixel_space.HANDLE
    path = runtime.folders.find("vae", name)
    contents = read_contents(path)
    if "vae" not in SD1.parts(contents):
        raise ModelError(
            f'"{name}" holds no autoencoder: {what_it_looks_like(contents.tensors)}. '
            "Choose another file in vae/."
        )
    return VaeHandle(Weights("vae", name, file_identity(path), "vae", SD1.name))


def load_model(handle: ModelHandle, runtime: Runtime) -> Denoiser:
    """Load a diffusion model with its patches, or find it in memory.

    Raises:
        PathError: the file has gone, or one that a patch reads.
        ModelError: it does not hold a diffusion model, or not all of it, or a patch does not fit.
    """

    def load() -> Denoiser:
        contents, module = _load(handle.weights, runtime)
        training = FAMILIES[handle.weights.family].training(contents)
        unet = cast("UNet2DConditionModel", module)
        channels: int = unet.config["out_channels"]
        return Denoiser(unet, _parameterisation(training), training.latent_scale, channels)

    def exchanged(denoiser: Denoiser, unet: nn.Module) -> Denoiser:
        return replace(denoiser, unet=cast("UNet2DConditionModel", unet))

    form = _Form(load, lambda denoiser: denoiser.unet, exchanged)
    return _patched(handle, runtime, form)


def parameterisation_of(handle: ModelHandle, runtime: Runtime) -> Parameterisation:
    """Say which noise levels a diffusion model knows; only headers are read.

    Raises:
        PathError: the file has gone.
        ModelError: it is damaged, or another file by now.
    """
    return _parameterisation(_training(handle.weights, runtime))


def latent_scale_of(handle: ModelHandle, runtime: Runtime) -> float:
    """Return what a latent is multiplied by for a diffusion model; only headers are read.

    Raises:
        PathError: the file has gone.
        ModelError: it is damaged, or another file by now.
    """
    return _training(handle.weights, runtime).latent_scale


def load_text_encoder(handle: ClipHandle, runtime: Runtime) -> CLIPTextModel:
    """Load a text encoder with its patches, or find it in memory.

    Raises:
        PathError: the file has gone, or one that a patch reads.
        ModelError: it does not hold a text encoder, or not all of it, or a patch does not fit.
    """

    def load() -> CLIPTextModel:
        return cast("CLIPTextModel", _load(handle.weights, runtime)[1])

    def exchanged(_: CLIPTextModel, encoder: nn.Module) -> CLIPTextModel:
        return cast("CLIPTextModel", encoder)

    return _patched(handle, runtime, _Form(load, lambda encoder: encoder, exchanged))


def load_autoencoder(handle: VaeHandle, runtime: Runtime) -> Vae | PixelSpace:
    """Load an autoencoder, or return the one of pixel space, which has no weights.

    Raises:
        PathError: the file has gone.
        ModelError: it does not hold an autoencoder, or not all of it.
    """
    return PixelSpace() if handle == pixel_space.HANDLE else load_vae(handle, runtime)


def load_vae(handle: VaeHandle, runtime: Runtime) -> Vae:
    """Load an autoencoder, or find it in memory.

    Raises:
        PathError: the file has gone.
        ModelError: it does not hold an autoencoder, or not all of it.
    """

    def load() -> Vae:
        contents, module = _load(handle.weights, runtime)
        scale = FAMILIES[handle.weights.family].training(contents).latent_scale
        return Vae(cast("AutoencoderKL", module), scale, runtime.room_bytes)

    return _resident(handle.weights, runtime, load, lambda vae: vae.module)


def load_preview_map(handle: ModelHandle, runtime: Runtime) -> PreviewMap | None:
    """Fit the preview map of a model's own autoencoder; None if its file holds none.

    Raises:
        PathError: the file has gone.
        ModelError: it is damaged.
    """
    weights = replace(handle.weights, part="vae")

    def load() -> PreviewMap | None:
        contents = read_contents(runtime.folders.find(weights.kind, weights.name))
        if "vae" not in FAMILIES[weights.family].parts(contents):
            return None
        return load_vae(VaeHandle(weights), runtime).preview_map

    return runtime.memory.get((*_key(weights, runtime), "preview"), load, lambda _: 0)


@dataclass(frozen=True)
class _Form(Generic[T]):
    """What is kept in memory around a network: how to load it, and to exchange the network."""

    load: Callable[[], T]
    network: Callable[[T], nn.Module]
    exchanged: Callable[[T, nn.Module], T]


def _patched(handle: ModelHandle | ClipHandle, runtime: Runtime, form: _Form[T]) -> T:
    """Return what a handle names; patched networks are kept beside the one that they share.

    They lie in memory under the base's key and their patch set.
    """
    weights, patches = handle.weights, of_weights(handle.patches)
    if not patches:
        return _resident(weights, runtime, form.load, form.network)

    def load() -> tuple[T, T]:
        base = _resident(weights, runtime, form.load, form.network)
        network = form.network(base)
        changes = changes_of(_target(weights, network, runtime), patches)
        return base, form.exchanged(base, patched(network, changes))

    def size_of(both: tuple[T, T]) -> int:
        return own_bytes(form.network(both[1]), form.network(both[0]))

    key = (*_key(weights, runtime), patch_set(patches))
    base, changed = runtime.memory.get(key, load, size_of)
    # The base lives as long as what shares its tensors, so it is to be counted as long.
    _resident(weights, runtime, lambda: base, form.network)
    return changed


def _target(weights: Weights, network: nn.Module, runtime: Runtime) -> Target:
    def values_of(other: Weights, patches: Sequence[Patch]) -> Values:
        base = _network(other, runtime)
        chosen = of_weights(patches)
        return values(base, changes_of(_target(other, base, runtime), chosen))

    shapes = {name: tuple(tensor.shape) for name, tensor in network.named_parameters()}
    return Target(weights, shapes, runtime, values_of)


def _network(weights: Weights, runtime: Runtime) -> nn.Module:
    if weights.part == "model":
        return load_model(ModelHandle(weights), runtime).unet
    return load_text_encoder(ClipHandle(weights), runtime)


def _resident(
    weights: Weights, runtime: Runtime, load: Callable[[], T], module_of: Callable[[T], nn.Module]
) -> T:
    def size_of(loaded: T) -> int:
        return module_bytes(module_of(loaded))

    return runtime.memory.get(_key(weights, runtime), load, size_of)


def _key(weights: Weights, runtime: Runtime) -> tuple[str, ...]:
    devices = runtime.devices
    return weights.identity, weights.part, devices.dtypes[weights.part], devices.device


def _training(weights: Weights, runtime: Runtime) -> Training:
    return FAMILIES[weights.family].training(_contents(weights, runtime))


def _contents(weights: Weights, runtime: Runtime) -> Contents:
    path = runtime.folders.find(weights.kind, weights.name)
    if file_identity(path) != weights.identity:
        raise ModelError(f'"{weights.name}" changed after it was chosen. Run the workflow again.')
    return read_contents(path)


def _load(weights: Weights, runtime: Runtime) -> tuple[Contents, nn.Module]:
    contents = _contents(weights, runtime)
    network = FAMILIES[weights.family].network(contents, weights.part)
    dtype: torch.dtype = getattr(torch, runtime.devices.dtypes[weights.part])
    needed = expected_bytes(network, dtype)
    _check_fits(weights, needed, runtime)
    runtime.memory.make_room(needed)
    started = time.perf_counter()
    module = build(network, dtype, runtime.devices.device, weights.name)
    seconds = time.perf_counter() - started
    logger.info("Loaded %s of %s in %.1f s", weights.part, weights.name, seconds)
    return contents, module


def _check_fits(weights: Weights, needed: int, runtime: Runtime) -> None:
    there = runtime.devices.memory_bytes
    if there and needed > there:  # an operating system kills rather than refuses
        dtype = runtime.devices.dtypes[weights.part]
        raise OutOfMemory(
            f'The {PART_TITLES[weights.part]} of "{weights.name}" takes {needed / 1e9:.1f} GB in '
            f"{dtype}, but {runtime.devices.device} has {there / 1e9:.1f} GB. "
            "Choose a lower --precision or a smaller model."
        )


def _parameterisation(training: Training) -> Parameterisation:
    kind, first, last, count = training.betas
    if kind == "scaled_linear":
        betas = scaled_linear_betas(first, last, count)
    else:
        betas = tuple(first + (last - first) * index / (count - 1) for index in range(count))
    return discrete(betas, training.prediction)
