"""Nodes that cross between pixels and latents."""

from typing import Annotated

from engine import Context, Image, Int, Latent, Mask, Vae, lazy, node
from engine.diffusion.tiles import checked_tile_size

latents = lazy("engine.diffusion.latent.latents")
weights = lazy("engine.diffusion.networks.weights")

GrowBy = Annotated[int, Int(default=6, min=0, max=64)]
DecodingTile = Annotated[int, Int(default=512, min=64, max=4096, step=32)]
EncodingTile = Annotated[int, Int(default=512, min=64, max=4096, step=64)]
Overlap = Annotated[int, Int(default=64, min=0, max=4096, step=32)]
Frames = Annotated[int, Int(default=64, min=8, max=4096, step=4)]
SharedFrames = Annotated[int, Int(default=8, min=4, max=4096, step=4)]


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


@node(
    category="_for_testing",
    title="VAE Decode (Tiled)",
    id="VAEDecodeTiled",
    lane="device",
    validate=checked_tile_size,
)
def decode_tiled(
    samples: Latent,
    vae: Vae,
    tile_size: DecodingTile,
    overlap: Overlap,
    temporal_size: Frames,
    temporal_overlap: SharedFrames,
    ctx: Context,
) -> Image:
    """Turn latents into pictures piece by piece, which takes less memory.

    Args:
        vae: The autoencoder that belongs to the model the latent was made with.
        tile_size: Pixels; smaller tiles take less memory and more time. Below 128 they would show.
        overlap: Pixels that neighbours share, at least 32 and at most a quarter of a tile.
        temporal_size: Frames at once, for autoencoders of videos.
        temporal_overlap: Frames that neighbours share, for autoencoders of videos.
    """
    network = weights.load_autoencoder(vae, ctx.runtime)
    return network.decode_tiled(samples.samples, tile_size, overlap, ctx.progress)


@node(
    category="_for_testing",
    title="VAE Encode (Tiled)",
    id="VAEEncodeTiled",
    lane="device",
    validate=checked_tile_size,
)
def encode_tiled(
    pixels: Image,
    vae: Vae,
    tile_size: EncodingTile,
    overlap: Overlap,
    temporal_size: Frames,
    temporal_overlap: SharedFrames,
    ctx: Context,
) -> Latent:
    """Turn pictures into latents piece by piece, which takes less memory.

    Args:
        pixels: Cut about the centre to sides that are multiples of 8.
        vae: The autoencoder that belongs to the model the latent is for.
        tile_size: Pixels; smaller tiles take less memory and more time. Below 128 they would show.
        overlap: Pixels that neighbours share, at least 32 and at most a quarter of a tile.
        temporal_size: Frames at once, for autoencoders of videos.
        temporal_overlap: Frames that neighbours share, for autoencoders of videos.
    """
    network = weights.load_autoencoder(vae, ctx.runtime)
    return Latent(network.encode_tiled(pixels, tile_size, overlap, ctx.progress))
