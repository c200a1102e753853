"""Nodes that make and change masks."""

from typing import Annotated

from engine import (
    Bool,
    Choice,
    Context,
    Image,
    Int,
    Mask,
    NodeResult,
    Offset,
    Side,
    Unit,
    lazy,
    node,
)
from engine.widgets import SIZE_MAX
from nodes.constraints import PICTURE, PictureFile, Threshold
from nodes.image_saving import show_pictures

masks = lazy("engine.diffusion.imaging.masks")
pictures = lazy("engine.diffusion.imaging.pictures")


AlphaFirst = Annotated[str, Choice(choices=("alpha", "red", "green", "blue"))]
Color = Annotated[int, Int(default=0, min=0, max=0xFFFFFF)]
Expansion = Annotated[int, Int(default=0, min=-SIZE_MAX, max=SIZE_MAX)]
Tapered = Annotated[bool, Bool(default=True)]
Operation = Annotated[str, Choice(choices=("multiply", "add", "subtract", "and", "or", "xor"))]
RedFirst = Annotated[str, Choice(choices=("red", "green", "blue", "alpha"))]


@node(category="mask", title="Load Image (as Mask)", id="LoadImageMask", lane="io")
def load_image_mask(image: PictureFile, channel: AlphaFirst, ctx: Context) -> Mask:
    """Read one channel of a picture as a mask.

    Args:
        image: A file in the input folder; ` [output]` or ` [temp]` behind it names another folder.
        channel: "alpha" gives white where the picture is transparent.
    """
    return pictures.load_channel(PICTURE.locate(image, ctx.folders), channel)


@node(category="mask", title="Convert Mask to Image", id="MaskToImage")
def mask_to_image(mask: Mask) -> Image:
    """Show a mask as a grey picture."""
    return masks.to_image(mask)


@node(category="mask", title="Convert Image to Mask", id="ImageToMask")
def image_to_mask(image: Image, channel: RedFirst) -> Mask:
    """Take one channel of a picture as a mask.

    Args:
        channel: What is bright in it is white; "alpha" is white where the picture is opaque.
    """
    return masks.from_image(image, channel)


@node(category="mask", title="Invert Mask", id="InvertMask")
def invert_mask(mask: Mask) -> Mask:
    """Swap white and black."""
    return masks.inverted(mask)


@node(category="mask", title="Solid Mask", id="SolidMask")
def solid_mask(value: Unit, width: Side, height: Side) -> Mask:
    """Make a mask with the same value everywhere.

    Args:
        value: 0 is black, 1 is white.
        width: Pixels.
        height: Pixels.
    """
    return masks.solid(value, width, height)


@node(category="mask", title="Image Color to Mask", id="ImageColorToMask")
def image_color_to_mask(image: Image, color: Color) -> Mask:
    """Make a mask that is white where a picture has exactly one colour.

    Args:
        color: Red, green and blue in one number, 65536 red + 256 green + blue.
    """
    return masks.with_color(image, color)


@node(category="mask", title="Crop Mask", id="CropMask")
def crop_mask(mask: Mask, x: Offset, y: Offset, width: Side, height: Side) -> Mask:
    """Cut a rectangle out of masks.

    Args:
        x: Pixels from the left edge.
        y: Pixels from the top edge.
        width: Pixels; what reaches over the edge is left out.
        height: Pixels.
    """
    return masks.cropped(mask, x, y, width, height)


@node(category="mask", title="Feather Mask", id="FeatherMask")
def feather_mask(mask: Mask, left: Offset, top: Offset, right: Offset, bottom: Offset) -> Mask:
    """Let masks fall off to their edges.

    Args:
        left: Pixels over which it falls off.
        top: Pixels.
        right: Pixels.
        bottom: Pixels.
    """
    return masks.feathered(mask, left, top, right, bottom)


@node(category="mask", title="Grow Mask", id="GrowMask")
def grow_mask(mask: Mask, expand: Expansion, tapered_corners: Tapered) -> Mask:
    """Grow the white of masks, or let it shrink.

    Args:
        expand: Pixels; negative ones shrink.
        tapered_corners: Cut the corners of what grows.
    """
    return masks.expanded(mask, expand, tapered=tapered_corners)


@node(category="mask", title="Threshold Mask", id="ThresholdMask")
def threshold_mask(mask: Mask, value: Threshold) -> Mask:
    """Make masks black and white.

    Args:
        value: What is above it becomes white.
    """
    return masks.thresholded(mask, value)


@node(category="mask", title="Mask Composite", id="MaskComposite")
def composite_masks(
    destination: Mask, source: Mask, x: Offset, y: Offset, operation: Operation
) -> Mask:
    """Combine one mask with another.

    Args:
        destination: The mask below; the result has its size.
        source: The mask above; what falls outside is cut off.
        x: Pixels from the left edge.
        y: Pixels from the top edge.
        operation: "and", "or" and "xor" round to black and white first.
    """
    return masks.combined(destination, source, x, y, operation)


@node(category="mask", title="Preview Mask", id="MaskPreview", output=True, lane="io")
def preview_mask(mask: Mask, ctx: Context) -> NodeResult:
    """Show masks without keeping them."""
    return NodeResult(ui={"images": show_pictures(masks.to_image(mask), "mask", ctx)})
