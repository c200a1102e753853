"""Nodes that name models in files. Only headers are read here; weights are loaded when used."""

from typing import Annotated

from engine import Choice, Clip, Context, FileChoice, Model, Vae, lazy, node
from engine.errors import ModelError

patching = lazy("engine.diffusion.patches.patching")
weights = lazy("engine.diffusion.networks.weights")

#: Kinds of models whose text encoders ComfyUI loads by this node.
CLIP_TYPES = (
    *("stable_diffusion", "stable_cascade", "sd3", "stable_audio", "mochi", "ltxv", "pixart"),
    *("cosmos", "lumina2", "wan", "hidream", "chroma", "ace", "omnigen2", "qwen_image"),
    "hunyuan_image",
)
#: Those for which a file is one of several encoders; for all others a CLIP-L is what it is for
#: Stable Diffusion 1, as in ComfyUI.
OF_SEVERAL = ("sd3", "hidream")
#: How weights are rounded, to the torch dtype.
ROUNDINGS = {
    "default": None,
    "fp8_e4m3fn": "float8_e4m3fn",
    "fp8_e4m3fn_fast": "float8_e4m3fn",
    "fp8_e5m2": "float8_e5m2",
}

CheckpointFile = Annotated[str, FileChoice(kind="checkpoints")]
ModelFile = Annotated[str, FileChoice(kind="diffusion_models")]
ClipFile = Annotated[str, FileChoice(kind="text_encoders")]
ModelFolder = Annotated[str, FileChoice(kind="diffusers")]
WeightDtype = Annotated[str, Choice(choices=tuple(ROUNDINGS))]
ClipType = Annotated[str, Choice(choices=CLIP_TYPES)]
ClipDevice = Annotated[str, Choice(choices=("default", "cpu"))]
VaeFile = Annotated[str, FileChoice(kind="vae", also=("pixel_space",))]


@node(category="loaders", title="Load Checkpoint", id="CheckpointLoaderSimple", lane="io")
def load_checkpoint(ckpt_name: CheckpointFile, ctx: Context) -> tuple[Model, Clip, Vae]:
    """Read what a checkpoint holds: the diffusion model, its text encoder and its autoencoder.

    Args:
        ckpt_name: A file or a diffusers folder in models/checkpoints.
    """
    return weights.read_checkpoint("checkpoints", ckpt_name, ctx.runtime)


@node(category="loaders", title="Load VAE", id="VAELoader", lane="io")
def load_vae(vae_name: VaeFile, ctx: Context) -> Vae:
    """Read an autoencoder from a file of its own, in place of the checkpoint's.

    Args:
        vae_name: A file in models/vae; "pixel_space" is for models that work on pixels.
    """
    return weights.read_vae(vae_name, ctx.runtime)


@node(category="advanced/loaders", title="Load Diffusion Model", id="UNETLoader", lane="io")
def load_diffusion_model(unet_name: ModelFile, weight_dtype: WeightDtype, ctx: Context) -> Model:
    """Read a diffusion model from a file of its own.

    Args:
        unet_name: A file in models/diffusion_models.
        weight_dtype: The fp8 formats round the weights; they are computed with as any others.
    """
    handle = weights.read_diffusion_model(unet_name, ctx.runtime)
    dtype = ROUNDINGS[weight_dtype]
    return handle if dtype is None else patching.with_patch(handle, "round", dtype=dtype)


@node(category="advanced/loaders", title="Load CLIP", id="CLIPLoader", lane="io")
def load_clip(
    clip_name: ClipFile,
    type: ClipType,  # noqa: A002 ComfyUI's name
    ctx: Context,
    device: ClipDevice | None = None,
) -> Clip:
    """Read a text encoder from a file of its own.

    Args:
        clip_name: A file in models/text_encoders.
        type: The kind of model that the text encoder is for. The file tells what it is; a CLIP-L
            is Stable Diffusion's whatever is chosen, but for the kinds that have several encoders.
        device: Taken for ComfyUI's sake; the encoder runs where the others do.
    """
    if type in OF_SEVERAL:
        raise ModelError(
            f'With the type "{type}", "{clip_name}" would be one of several text encoders of a '
            'model that is not supported. Choose "stable_diffusion" and a CLIP-L.'
        )
    return weights.read_text_encoder(clip_name, ctx.runtime)


@node(
    category="advanced/loaders/deprecated",
    title="Load Diffusers Folder",
    id="DiffusersLoader",
    lane="io",
)
def load_diffusers(model_path: ModelFolder, ctx: Context) -> tuple[Model, Clip, Vae]:
    """Read a folder in the diffusers layout: diffusion model, text encoder and autoencoder.

    Args:
        model_path: A folder in models/diffusers.
    """
    return weights.read_checkpoint("diffusers", model_path, ctx.runtime)
