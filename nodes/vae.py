"""Nodes that cross between pixels and latents."""

from typing import Annotated

from engine import Context, Image, Int, Latent, Mask, Vae, lazy, node

latents = lazy("engine.diffusion.latents")
weights = lazy("engine.diffusion.weights")

GrowBy = Annotated[int, Int(default=6, min=0, max=64)]


@node(category="latent", title="VAE Decode", id="VAEDecode", lane="device")
def decode(samples: Latent, vae: Vae, ctx: Context) -> Image:
    """Turn latents into pictures.

    Args:
        vae: The autoencoder that belongs to the model the latent was made with.
    """
    return weights.load_autoencoder(vae, ctx.runtime).decode(samples.samples)


@node(category="latent", title="VAE Encode", id="VAEEncode", lane="device")
def encode(pixels: Image, vae: Vae, ctx: Context) -> Latent:
    """Turn pictures into latents.

    Args:
        pixels: Cut about the centre to sides that are multiples of 8.
        vae: The autoencoder that belongs to the model the latent is for.
    """
    return Latent(weights.load_autoencoder(vae, ctx.runtime).encode(pixels))


@node(
    category="latent/inpaint",
    title="VAE Encode (for Inpainting)",
    id="VAEEncodeForInpaint",
    lane="device",
)
def encode_for_inpaint(
    pixels: Image, vae: Vae, mask: Mask, grow_mask_by: GrowBy, ctx: Context
) -> Latent:
    """Turn pictures into latents with a grey hole where the mask is white, to be painted anew.

    Args:
        mask: White is painted, black is kept; resized to the picture.
        grow_mask_by: Pixels by which the hole is widened for denoising, to hide the seam.
    """
    network = weights.load_autoencoder(vae, ctx.runtime)
    hole = latents.hole_in(pixels, mask)
    samples = network.encode(latents.greyed(pixels, hole))
    return Latent(samples, latents.noise_mask_for(hole, grow_mask_by, network.factor))
