"""Nodes that cut, turn, pad and resize pictures, and put them beside each other."""

from typing import Annotated

from engine import Bool, Choice, Float, Image, Int, Mask, Offset, Side, SideOrZero, lazy, node
from engine.widgets import SIZE_MAX
from nodes.constraints import Flip, Method, Rotation

geometry = lazy("engine.diffusion.imaging.image_geometry")

Direction = Annotated[str, Choice(choices=("right", "down", "left", "up"), default="right")]
Matched = Annotated[bool, Bool(default=True)]
Spacing = Annotated[int, Int(default=0, min=0, max=1024, step=2)]
SpaceColor = Annotated[
    str, Choice(choices=("white", "black", "red", "green", "blue"), default="white")
]
Padding = Annotated[str, Choice(choices=("white", "black"))]
PadMethod = Annotated[
    str, Choice(choices=("area", "bicubic", "nearest-exact", "bilinear", "lanczos"))
]
#: One stands twice, as in ComfyUI.
SideMethod = Annotated[
    str,
    Choice(choices=("area", "lanczos", "bilinear", "nearest-exact", "bilinear", "bicubic")),
]
Megapixels = Annotated[float, Float(default=1.0, min=0.01, max=16.0, step=0.01)]
Margin = Annotated[int, Int(default=0, min=0, max=SIZE_MAX, step=8)]
Feathering = Annotated[int, Int(default=40, min=0, max=SIZE_MAX)]


@node(category="image/transform", title="Image Crop", id="ImageCrop")
def crop(image: Image, width: Side, height: Side, x: Offset, y: Offset) -> Image:
    """Cut a rectangle out of pictures.

    Args:
        width: Pixels; what reaches over the edge is left out.
        height: Pixels.
        x: Pixels from the left edge.
        y: Pixels from the top edge.
    """
    return geometry.cropped(image, x, y, width, height)


@node(category="image/transform", title="Image Flip", id="ImageFlip")
def flip(image: Image, flip_method: Flip) -> Image:
    """Mirror pictures upside down or left to right.

    Args:
        flip_method: "x-axis" turns them upside down, "y-axis" swaps left and right.
    """
    return geometry.flipped(image, flip_method)


@node(category="image/transform", title="Image Rotate", id="ImageRotate")
def rotate(image: Image, rotation: Rotation) -> Image:
    """Turn pictures clockwise by quarters.

    Args:
        rotation: How far, clockwise.
    """
    return geometry.rotated(image, rotation)


@node(category="image/transform", title="Image Stitch", id="ImageStitch")
def stitch(
    image1: Image,
    direction: Direction,
    match_image_size: Matched,
    spacing_width: Spacing,
    spacing_color: SpaceColor,
    image2: Image | None = None,
) -> Image:
    """Put one picture beside another.

    Args:
        image1: The first picture; alone it stays as it is.
        direction: Where the second one goes, seen from the first.
        match_image_size: Resize the second to the first; off, the smaller one gets margins.
        spacing_width: Pixels between them.
        spacing_color: What is between them.
        image2: The second picture.
    """
    if image2 is None:
        return image1
    return geometry.stitched(
        image1,
        image2,
        direction,
        match_size=match_image_size,
        spacing=spacing_width,
        color=spacing_color,
    )


@node(category="image/transform", title="Resize And Pad Image", id="ResizeAndPadImage")
def resize_and_pad(
    image: Image,
    target_width: Side,
    target_height: Side,
    padding_color: Padding,
    interpolation: PadMethod,
) -> Image:
    """Resize pictures to fit into a size, and fill what is left with a colour.

    Args:
        target_width: Pixels.
        target_height: Pixels.
        padding_color: What is put around them.
        interpolation: "lanczos" is sharpest, "area" best for making smaller.
    """
    return geometry.fitted_and_padded(
        image, target_width, target_height, padding_color, interpolation
    )


@node(
    category="image/upscaling",
    title="Scale Image to Max Dimension",
    id="ImageScaleToMaxDimension",
)
def scale_to_max_dimension(
    image: Image, upscale_method: SideMethod, largest_size: SideOrZero
) -> Image:
    """Resize pictures so that the longer side has a size; the aspect stays.

    Args:
        upscale_method: "lanczos" is sharpest, "area" best for making smaller.
        largest_size: Pixels of the longer side.
    """
    return geometry.with_longer_side(image, largest_size, upscale_method)


@node(category="image/upscaling", title="Scale Image to Total Pixels", id="ImageScaleToTotalPixels")
def scale_to_total_pixels(image: Image, upscale_method: Method, megapixels: Megapixels) -> Image:
    """Resize pictures to a number of pixels; the aspect stays.

    Args:
        upscale_method: "lanczos" is sharpest, "area" best for making smaller.
        megapixels: 1 is 1024 times 1024 pixels.
    """
    return geometry.with_pixels(image, megapixels, upscale_method)


@node(category="image", title="Pad Image for Outpainting", id="ImagePadForOutpaint")
def pad_for_outpaint(
    image: Image, left: Margin, top: Margin, right: Margin, bottom: Margin, feathering: Feathering
) -> tuple[Image, Mask]:
    """Put margins around pictures, and give the mask under which they are to be painted.

    Args:
        left: Pixels.
        top: Pixels.
        right: Pixels.
        bottom: Pixels.
        feathering: Pixels over which the mask falls off into the picture, to hide the seam.
    """
    return geometry.padded_for_outpaint(image, (left, top, right, bottom), feathering)
