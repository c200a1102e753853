"""Nodes that make, cut, repeat and resize latents."""

from typing import Annotated

from engine import BatchSize, Choice, Float, Int, Latent, Mask, PixelSize, lazy, node
from engine.widgets import SIZE_MAX

latents = lazy("engine.diffusion.latents")

Method = Annotated[str, Choice(choices=("nearest-exact", "bilinear", "area", "bicubic", "bislerp"))]
Crop = Annotated[str, Choice(choices=("disabled", "center"))]
LatentSide = Annotated[int, Int(default=512, min=0, max=SIZE_MAX, step=8)]
Factor = Annotated[float, Float(default=1.5, min=0.01, max=8.0, step=0.01)]
Place = Annotated[int, Int(default=0, min=0, max=63)]
Count = Annotated[int, Int(default=1, min=1, max=64)]


@node(category="latent", title="Empty Latent Image", id="EmptyLatentImage")
def empty_latent(width: PixelSize, height: PixelSize, batch_size: BatchSize) -> Latent:
    """Begin with nothing: the latent that pictures are made in from noise alone.

    Args:
        width: Pixels.
        height: Pixels.
        batch_size: How many pictures are made together.
    """
    return latents.empty(width, height, batch_size)


@node(category="latent", title="Upscale Latent", id="LatentUpscale")
def upscale_latent(
    samples: Latent, upscale_method: Method, width: LatentSide, height: LatentSide, crop: Crop
) -> Latent:
    """Resize a latent without decoding it; sample again after it to sharpen the result.

    Args:
        width: Pixels of the picture; 0 follows the height.
        height: Pixels of the picture; 0 follows the width.
        crop: "center" cuts to the new aspect first, "disabled" stretches.
    """
    return latents.upscaled(samples, width, height, upscale_method, crop)


@node(category="latent", title="Upscale Latent By", id="LatentUpscaleBy")
def upscale_latent_by(samples: Latent, upscale_method: Method, scale_by: Factor) -> Latent:
    """Resize both sides of a latent by a factor without decoding it."""
    return latents.upscaled_by(samples, scale_by, upscale_method)


@node(category="latent/batch", title="Latent From Batch", id="LatentFromBatch")
def latent_from_batch(samples: Latent, batch_index: Place, length: Count) -> Latent:
    """Take some pictures of a batch; sampled again, they get the same noise as in it.

    Args:
        batch_index: The first one taken, counted from 0.
        length: How many are taken.
    """
    return latents.part(samples, batch_index, length)


@node(category="latent/batch", title="Repeat Latent Batch", id="RepeatLatentBatch")
def repeat_latent_batch(samples: Latent, amount: Count) -> Latent:
    """Repeat a batch, so that each picture is varied several times."""
    return latents.repeated(samples, amount)


@node(
    category="latent/inpaint",
    title="Set Latent Noise Mask",
    id="SetLatentNoiseMask",
    lane="inline",
)
def set_latent_noise_mask(samples: Latent, mask: Mask) -> Latent:
    """Denoise only where the mask is white; the rest of the latent is kept.

    Args:
        samples: Latent to restrict; its samples are untouched.
        mask: At any size; it is resized to the latent.
    """
    return samples.with_noise_mask(mask)
