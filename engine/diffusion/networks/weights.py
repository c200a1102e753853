"""From names to networks: handles out of file headers, and what handles name, loaded once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from engine.diffusion.autoencoder import pixel_space
from engine.diffusion.autoencoder.pixel_space import PixelSpace
from engine.diffusion.autoencoder.vae import Vae
from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.families import FAMILIES, SD1, Training, family_of
from engine.diffusion.families.unknown import what_it_looks_like
from engine.diffusion.levels.betas import BETA_SCHEDULES
from engine.diffusion.levels.model_sampling import parameterised
from engine.diffusion.levels.parameterisation import Parameterisation, discrete
from engine.diffusion.model_files.checkpoint import Contents, read_contents
from engine.diffusion.model_files.recognise import UNKNOWN, recognise
from engine.diffusion.model_files.stored import contents_of, network_of
from engine.diffusion.networks.fitting import load_fitting
from engine.diffusion.networks.resident import FORMS, Form, key_of, loaded, resident
from engine.errors import ModelError
from engine.files.identity import file_identity
from engine.types import ClipHandle, ModelHandle, VaeHandle, Weights

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from torch import nn
    from transformers import CLIPTextModel

    from engine.diffusion.latent.previews import PreviewMap
    from engine.runtime import Runtime

#: What files of text encoders alone are recognised as, where they are of the family sd1.
TEXT_ENCODERS = ("clip_l", "sd1", UNKNOWN)


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
        ModelError: it is damaged, or holds no autoencoder of a known family.
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
    _check_latents(contents)
    return VaeHandle(Weights("vae", name, file_identity(path), "vae", SD1.name))


def _check_latents(contents: Contents) -> None:
    channels = SD1.network(contents, "vae").config["latent_channels"]
    known = {family.name: family.latent_channels for family in FAMILIES.values()}
    if channels not in known.values():
        models = ", ".join(f"{count} ({name})" for name, count in known.items())
        kind = recognise(contents.tensors).family
        raise ModelError(
            f'"{contents.path.name}" is for latents of {channels} channels'
            f"{'' if kind == UNKNOWN else f', as {kind} has them'}, but the models that can be run "
            f"have {models}. Choose a VAE of the model's family."
        )


def read_diffusion_model(name: str, runtime: Runtime) -> ModelHandle:
    """Name the diffusion model of a file in diffusion_models/; only a header is read.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, or holds no diffusion model of a known family.
    """
    return read_checkpoint("diffusion_models", name, runtime)[0]


def read_text_encoder(name: str, runtime: Runtime) -> ClipHandle:
    """Name the text encoder of a file in text_encoders/; only a header is read.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, or holds no text encoder of a known family.
    """
    path = runtime.folders.find("text_encoders", name)
    contents = read_contents(path)
    kind = recognise(contents.tensors).family
    if "text_encoder" not in SD1.parts(contents) or kind not in TEXT_ENCODERS:
        found = what_it_looks_like(contents.tensors) + (f" ({kind})" if kind != UNKNOWN else "")
        raise ModelError(
            f'"{name}" holds no text encoder of a known family: {found}. '
            "Choose a CLIP-L, which Stable Diffusion 1 has."
        )
    return ClipHandle(Weights("text_encoders", name, file_identity(path), "text_encoder", SD1.name))


def load_model(handle: ModelHandle, runtime: Runtime) -> Denoiser:
    """Load a diffusion model with its patches, or find it in memory.

    Raises:
        PathError: the file has gone, or one that a patch reads.
        ModelError: it does not hold a diffusion model, or not all of it, or a patch does not fit.
    """
    denoiser = loaded(handle, runtime)
    told = parameterised(denoiser.parameterisation, handle.patches)
    return (
        denoiser if told is denoiser.parameterisation else replace(denoiser, parameterisation=told)
    )


def parameterisation_of(handle: ModelHandle, runtime: Runtime) -> Parameterisation:
    """Say which noise levels a diffusion model knows; only headers are read.

    Raises:
        PathError: the file has gone.
        ModelError: it is damaged, or another file by now.
    """
    return parameterised(_parameterisation(_training(handle.weights, runtime)), handle.patches)


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
    return loaded(handle, runtime)


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

    vae = resident(handle.weights, runtime, load, lambda vae: vae.module)
    make_room = partial(runtime.memory.forget_others, key_of(handle.weights, runtime))
    return replace(vae, make_room=make_room, warn=runtime.warn)


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

    return runtime.memory.get((*key_of(weights, runtime), "preview"), load, lambda _: 0)


def _denoiser(weights: Weights, runtime: Runtime) -> Denoiser:
    contents, module = _load(weights, runtime)
    training = FAMILIES[weights.family].training(contents)
    unet = cast("UNet2DConditionModel", module)
    channels: int = unet.config["out_channels"]
    return Denoiser(unet, _parameterisation(training), training.latent_scale, channels)


def _with_unet(denoiser: Denoiser, unet: nn.Module) -> Denoiser:
    return replace(denoiser, unet=cast("UNet2DConditionModel", unet))


FORMS["model"] = Form(_denoiser, lambda denoiser: denoiser.unet, _with_unet)
FORMS["text_encoder"] = Form(
    lambda weights, runtime: _load(weights, runtime)[1],
    lambda encoder: encoder,
    lambda _, encoder: encoder,
)


def _training(weights: Weights, runtime: Runtime) -> Training:
    return FAMILIES[weights.family].training(contents_of(weights, runtime))


def _load(weights: Weights, runtime: Runtime) -> tuple[Contents, nn.Module]:
    contents = contents_of(weights, runtime)
    return contents, load_fitting(network_of(weights, contents), weights, runtime)


def _parameterisation(training: Training) -> Parameterisation:
    schedule, first, last, count = training.betas
    betas = BETA_SCHEDULES[schedule](first, last, count)
    return discrete(betas, training.prediction, zero_snr=training.zero_snr)
