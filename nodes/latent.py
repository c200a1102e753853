"""Nodes that make, cut, repeat and resize latents."""

from typing import Annotated

from engine import BatchSize, Choice, Float, Int, Latent, Mask, PixelSize, lazy, node
from engine.widgets import SIZE_MAX
from nodes.constraints import Crop, Flip, Rotation

geometry = lazy("engine.diffusion.latent.latent_geometry")
latents = lazy("engine.diffusion.latent.latents")
mixing = lazy("engine.diffusion.latent.latent_mixing")

Method = Annotated[str, Choice(choices=("nearest-exact", "bilinear", "area", "bicubic", "bislerp"))]
LatentSide = Annotated[int, Int(default=512, min=0, max=SIZE_MAX, step=8)]
Crossing = Annotated[int, Int(default=0, min=0, max=SIZE_MAX, step=8)]
CropSide = Annotated[int, Int(default=512, min=64, max=SIZE_MAX, step=8)]
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
        upscale_method: "bislerp" keeps the contrast, "nearest-exact" the values.
        width: Pixels of the picture; 0 follows the height.
        height: Pixels of the picture; 0 follows the width.
        crop: "center" cuts to the new aspect first, "disabled" stretches.
    """
    return latents.upscaled(samples, width, height, upscale_method, crop)


@node(category="latent", title="Upscale Latent By", id="LatentUpscaleBy")
def upscale_latent_by(samples: Latent, upscale_method: Method, scale_by: Factor) -> Latent:
    """Resize both sides of a latent by a factor without decoding it.

    Args:
        upscale_method: "bislerp" keeps the contrast, "nearest-exact" the values.
        scale_by: 2 makes both sides twice as long.
    """
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
    """Repeat a batch, so that each picture is varied several times.

    Args:
        amount: How often it is there in the end.
    """
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


@node(category="latent", title="Latent Composite", id="LatentComposite")
def composite(
    samples_to: Latent, samples_from: Latent, x: Crossing, y: Crossing, feather: Crossing
) -> Latent:
    """Lay one latent onto another.

    Args:
        samples_to: The latent below.
        samples_from: The latent above; what falls outside is cut off.
        x: Pixels from the left edge.
        y: Pixels from the top edge.
        feather: Pixels over which it falls off to its edges.
    """
    return mixing.composited(samples_to, samples_from, x, y, feather)


@node(category="latent", title="Latent Composite Masked", id="LatentCompositeMasked")
def composite_masked(
    destination: Latent,
    source: Latent,
    x: Crossing,
    y: Crossing,
    resize_source: bool = False,
    mask: Mask | None = None,
) -> Latent:
    """Lay one latent onto another where a mask is white.

    Args:
        destination: The latent below.
        source: The latent above; what falls outside is cut off.
        x: Pixels from the left edge.
        y: Pixels from the top edge.
        resize_source: Stretch the latent above to the size of the one below.
        mask: White shows the latent above; resized to it.
    """
    return mixing.composited_masked(
        destination, source, x, y, mask=mask, resize_source=resize_source
    )


@node(category="latent/transform", title="Crop Latent", id="LatentCrop")
def crop(samples: Latent, width: CropSide, height: CropSide, x: Crossing, y: Crossing) -> Latent:
    """Cut a rectangle out of a latent; a noise mask stays as it is.

    Args:
        width: Pixels.
        height: Pixels.
        x: Pixels from the left edge.
        y: Pixels from the top edge.
    """
    return geometry.cropped(samples, x, y, width, height)


@node(category="latent/transform", title="Flip Latent", id="LatentFlip")
def flip(samples: Latent, flip_method: Flip) -> Latent:
    """Mirror a latent upside down or left to right; a noise mask stays as it is.

    Args:
        flip_method: "x-axis" turns it upside down, "y-axis" swaps left and right.
    """
    return geometry.flipped(samples, flip_method)


@node(category="latent/transform", title="Rotate Latent", id="LatentRotate")
def rotate(samples: Latent, rotation: Rotation) -> Latent:
    """Turn a latent clockwise by quarters; a noise mask stays as it is.

    Args:
        rotation: How far, clockwise.
    """
    return geometry.rotated(samples, rotation)
