"""Nodes that blur, sharpen, mix and recolour pictures."""

from typing import Annotated, NamedTuple

from engine import Choice, Float, Image, Int, Seed, lazy, node
from nodes.constraints import Sigma

compositing = lazy("engine.diffusion.imaging.compositing")
colours = lazy("engine.diffusion.imaging.image_colour")
filters = lazy("engine.diffusion.imaging.image_filters")

Half = Annotated[float, Float(default=0.5, min=0.0, max=1.0, step=0.01)]
Blend = Annotated[
    str, Choice(choices=("normal", "multiply", "screen", "overlay", "soft_light", "difference"))
]
Radius = Annotated[int, Int(default=1, min=1, max=31)]
FineSigma = Annotated[float, Float(default=1.0, min=0.1, max=10.0, step=0.01)]
Sharpness = Annotated[float, Float(default=1.0, min=0.0, max=5.0, step=0.01)]
Colors = Annotated[int, Int(default=256, min=1, max=256)]
Dither = Annotated[
    str,
    Choice(choices=("none", "floyd-steinberg", "bayer-2", "bayer-4", "bayer-8", "bayer-16")),
]
Morph = Annotated[
    str,
    Choice(choices=("erode", "dilate", "open", "close", "gradient", "bottom_hat", "top_hat")),
]
KernelSize = Annotated[int, Int(default=3, min=3, max=999)]


class Yuv(NamedTuple):
    """Luma and chroma, each as a grey picture."""

    Y: Image
    U: Image
    V: Image


@node(category="image", title="Add Noise to Image", id="ImageAddNoise")
def add_noise(image: Image, seed: Seed, strength: Half) -> Image:
    """Add Gaussian noise to pictures.

    Args:
        seed: The same seed gives the same noise.
        strength: Spread of the noise; 1 is from black to white.
    """
    return colours.noised(image, seed, strength)


@node(category="image/postprocessing", title="Image Blend", id="ImageBlend")
def blend(image1: Image, image2: Image, blend_factor: Half, blend_mode: Blend) -> Image:
    """Mix two pictures.

    Args:
        image1: The picture below; the result has its size.
        image2: The picture above; cut about the centre and resized where its size differs. The
            shorter batch is repeated.
        blend_factor: How much of the mixture is shown; 0 is the first picture.
        blend_mode: "difference" takes the second from the first.
    """
    return compositing.blended(image1, image2, blend_factor, blend_mode)


@node(category="image/postprocessing", title="Image Blur", id="ImageBlur")
def blur(image: Image, blur_radius: Radius, sigma: Sigma) -> Image:
    """Blur pictures.

    Args:
        blur_radius: Pixels to which it reaches.
        sigma: How the weight falls off to there; 1 and more is nearly even.
    """
    return filters.blurred(image, blur_radius, sigma)


@node(category="image/postprocessing", title="Image Sharpen", id="ImageSharpen")
def sharpen(image: Image, sharpen_radius: Radius, sigma: FineSigma, alpha: Sharpness) -> Image:
    """Strengthen the fine parts of pictures.

    Args:
        sharpen_radius: Pixels; what is finer is strengthened.
        sigma: How the weight falls off to there.
        alpha: How much.
    """
    return filters.sharpened(image, sharpen_radius, sigma, alpha)


@node(category="image/postprocessing", title="Image Quantize", id="ImageQuantize")
def quantize(image: Image, colors: Colors, dither: Dither) -> Image:
    """Leave a few colours in each picture.

    Args:
        colors: How many.
        dither: How colours between them are shown, as patterns.
    """
    return colours.quantized(image, colors, dither)


@node(category="image/postprocessing", title="Image Morphology", id="Morphology")
def morphology(image: Image, operation: Morph, kernel_size: KernelSize) -> Image:
    """Let what is bright shrink or grow.

    Args:
        operation: "open" takes small bright parts away, "close" small dark ones; "gradient",
            "top_hat" and "bottom_hat" show what changes.
        kernel_size: Side of the square that is looked at, in pixels.
    """
    return filters.MORPHOLOGY[operation](image, kernel_size)


@node(category="image/batch", title="Image RGB to YUV", id="ImageRGBToYUV")
def rgb_to_yuv(image: Image) -> Yuv:
    """Take pictures apart into brightness and colour."""
    return Yuv(*colours.to_yuv(image))


@node(category="image/batch", title="Image YUV to RGB", id="ImageYUVToRGB")
def yuv_to_rgb(Y: Image, U: Image, V: Image) -> Image:  # noqa: N803 ComfyUI's names
    """Put brightness and colour together to pictures.

    Args:
        Y: Brightness.
        U: How blue.
        V: How red.
    """
    return colours.from_yuv(Y, U, V)
