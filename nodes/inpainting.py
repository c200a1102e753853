"""Nodes for models that take a picture beside the latent."""

from typing import Annotated, NamedTuple

from engine import Bool, Conditioning, Context, Image, Latent, Mask, Vae, lazy, node

conditionings = lazy("engine.diffusion.conditioning")
latents = lazy("engine.diffusion.latent.latents")
masks = lazy("engine.diffusion.imaging.masks")
weights = lazy("engine.diffusion.networks.weights")

NoiseMask = Annotated[bool, Bool(default=True)]


class Prepared(NamedTuple):
    """Both prompts and the latent to begin with."""

    positive: Conditioning
    negative: Conditioning
    latent: Latent


@node(
    category="conditioning/inpaint",
    title="Inpaint Model Conditioning",
    id="InpaintModelConditioning",
    lane="device",
)
def inpaint_model_conditioning(
    positive: Conditioning,
    negative: Conditioning,
    vae: Vae,
    pixels: Image,
    mask: Mask,
    noise_mask: NoiseMask,
    ctx: Context,
) -> Prepared:
    """Show a model for inpainting the picture and the hole that it is to fill.

    Args:
        positive: What is wanted.
        negative: What is not wanted.
        vae: The autoencoder that belongs to the model.
        pixels: The picture.
        mask: White is painted; resized to the picture.
        noise_mask: Also keep everything outside the mask as it is.
    """
    network = weights.load_autoencoder(vae, ctx.runtime)
    over = masks.resized(mask, pixels.shape[2], pixels.shape[1])
    shown = network.encode(latents.greyed(pixels, over.round()))
    cells = latents.noise_mask_for(over, 0, network.factor)
    made = Latent(network.encode(pixels), cells if noise_mask else None)
    wanted, unwanted = (conditionings.beside(side, shown, cells) for side in (positive, negative))
    return Prepared(wanted, unwanted, made)


@node(
    category="conditioning/instructpix2pix",
    title="InstructPix2Pix Conditioning",
    id="InstructPixToPixConditioning",
    lane="device",
)
def instruct_pix_to_pix_conditioning(
    positive: Conditioning, negative: Conditioning, vae: Vae, pixels: Image, ctx: Context
) -> Prepared:
    """Show an InstructPix2Pix model the picture that its instruction is about.

    Args:
        positive: The instruction.
        negative: What is not wanted.
        vae: The autoencoder that belongs to the model.
        pixels: The picture to edit.
    """
    shown = weights.load_autoencoder(vae, ctx.runtime).encode(pixels)
    wanted, unwanted = (conditionings.beside(side, shown, None) for side in (positive, negative))
    return Prepared(wanted, unwanted, Latent(shown.new_zeros(shown.shape)))
