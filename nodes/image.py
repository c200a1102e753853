"""Nodes that read, make, resize and join pictures."""

from typing import Annotated

from engine import (
    BatchSize,
    Context,
    FileChoice,
    Float,
    Image,
    Int,
    Mask,
    Offset,
    Side,
    SideOrZero,
    lazy,
    node,
)
from nodes.constraints import PICTURE, Crop, Method, PictureFile

images = lazy("engine.diffusion.imaging.images")
picture_texts = lazy("engine.diffusion.imaging.picture_texts")
pictures = lazy("engine.diffusion.imaging.pictures")

RESULT = FileChoice(kind="output", upload="image")

ResultFile = Annotated[str, RESULT]
Factor = Annotated[float, Float(default=1.0, min=0.01, max=8.0, step=0.01)]
Color = Annotated[int, Int(default=0, min=0, max=0xFFFFFF, display="color")]


@node(category="image", title="Load Image", id="LoadImage", lane="io")
def load_image(image: PictureFile, ctx: Context) -> tuple[Image, Mask]:
    """Read a picture and its transparency; an animation becomes a batch.

    Args:
        image: A file in the input folder; ` [output]` or ` [temp]` behind it names another folder.
    """
    picture = pictures.load_picture(PICTURE.locate(image, ctx.folders))
    return picture.image, picture.mask


@node(
    category="image",
    title="Load Image (from Outputs)",
    id="LoadImageOutput",
    lane="io",
    experimental=True,
)
def load_image_output(image: ResultFile, ctx: Context) -> tuple[Image, Mask]:
    """Read a picture that was saved before, and its transparency.

    Args:
        image: A file in the output folder.
    """
    picture = pictures.load_picture(RESULT.locate(image, ctx.folders))
    return picture.image, picture.mask


@node(category="image", title="Picture Info", id="SfumatoPictureInfo", lane="io")
def picture_info(image: PictureFile, ctx: Context) -> str:
    """Read what a picture says about how it was made: parameters, or the values of its graph.

    Args:
        image: A file in the input folder; ` [output]` or ` [temp]` behind it names another folder.
    """
    return picture_texts.describe_picture(PICTURE.locate(image, ctx.folders))


@node(category="image", title="Empty Image", id="EmptyImage")
def empty_image(width: Side, height: Side, batch_size: BatchSize, color: Color) -> Image:
    """Make pictures of one colour.

    Args:
        width: Pixels.
        height: Pixels.
        batch_size: How many pictures are made.
        color: Red, green and blue in one number, 65536 red + 256 green + blue.
    """
    return images.solid(width, height, batch_size, color)


@node(category="image/upscaling", title="Upscale Image", id="ImageScale")
def scale_image(
    image: Image, upscale_method: Method, width: SideOrZero, height: SideOrZero, crop: Crop
) -> Image:
    """Resize pictures to a size in pixels.

    Args:
        upscale_method: "lanczos" is sharpest, "area" best for making smaller.
        width: Pixels; 0 follows the height.
        height: Pixels; 0 follows the width.
        crop: "center" cuts to the new aspect first, "disabled" stretches.
    """
    return images.resized(image, width, height, upscale_method, crop)


@node(category="image/upscaling", title="Upscale Image By", id="ImageScaleBy")
def scale_image_by(image: Image, upscale_method: Method, scale_by: Factor) -> Image:
    """Resize both sides of pictures by a factor.

    Args:
        upscale_method: "lanczos" is sharpest, "area" best for making smaller.
        scale_by: 2 makes both sides twice as long.
    """
    return images.scaled(image, scale_by, upscale_method)


@node(category="image", title="Invert Image", id="ImageInvert")
def invert_image(image: Image) -> Image:
    """Make the negative."""
    return images.inverted(image)


@node(category="image", title="Batch Two Images", id="ImageBatch")
def batch_images(image1: Image, image2: Image) -> Image:
    """Put two batches of pictures behind each other.

    Args:
        image2: Cut about the centre and resized to the first where its size differs.
    """
    return images.batched(image1, image2)


@node(category="image", title="Image Composite Masked", id="ImageCompositeMasked")
def composite(
    destination: Image,
    source: Image,
    x: Offset,
    y: Offset,
    resize_source: bool = False,
    mask: Mask | None = None,
) -> Image:
    """Lay one picture onto another.

    Args:
        destination: The picture below.
        source: The picture above; what falls outside is cut off.
        x: Pixels from the left edge.
        y: Pixels from the top edge.
        resize_source: Stretch the picture above to the size of the one below.
        mask: White shows the picture above; resized to it.
    """
    return images.composited(destination, source, x, y, mask=mask, resize_source=resize_source)
