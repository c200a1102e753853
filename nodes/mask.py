"""Nodes that make and change masks."""

from typing import Annotated

from engine import Choice, Context, FileChoice, Image, Mask, Side, Unit, lazy, node

masks = lazy("engine.diffusion.masks")
pictures = lazy("engine.diffusion.pictures")

PICTURE = FileChoice(kind="input", upload="image")

PictureFile = Annotated[str, PICTURE]
AlphaFirst = Annotated[str, Choice(choices=("alpha", "red", "green", "blue"))]
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
    """Take one channel of a picture as a mask."""
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
