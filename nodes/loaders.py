"""Nodes that name models in files. Only headers are read here; weights are loaded when used."""

from typing import Annotated

from engine import Clip, Context, FileChoice, Model, Vae, lazy, node

weights = lazy("engine.diffusion.weights")

CheckpointFile = Annotated[str, FileChoice(kind="checkpoints")]
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
