"""Nodes that show pictures and save them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, NamedTuple

from engine import (
    Bool,
    Choice,
    Context,
    Float,
    Image,
    InputSpec,
    Int,
    NodeResult,
    Socket,
    Variants,
    lazy,
    node,
)
from engine.diffusion.imaging.output_names import files_of
from nodes.constraints import Prefix

animations = lazy("engine.diffusion.imaging.animations")
colours = lazy("engine.diffusion.imaging.image_colour")
pictures = lazy("engine.diffusion.imaging.pictures")
png_chunks = lazy("engine.diffusion.imaging.png_chunks")

BIT_DEPTH = InputSpec(
    "bit_depth", "COMBO", Choice(choices=("8-bit", "16-bit"), default="8-bit"), has_default=True
)
COLOR_SPACE = InputSpec(
    "input_color_space",
    "COMBO",
    Choice(choices=("sRGB", "linear"), default="sRGB"),
    has_default=True,
)

Rate = Annotated[float, Float(default=6.0, min=0.01, max=1000.0, step=0.01)]
Compression = Annotated[int, Int(default=4, min=0, max=9)]
Lossless = Annotated[bool, Bool(default=True)]
Quality = Annotated[int, Int(default=80, min=0, max=100)]
Effort = Annotated[str, Choice(choices=("default", "fastest", "slowest"))]
Format = Annotated[dict[str, Any], Variants({"png": (BIT_DEPTH, COLOR_SPACE)})]
#: Of the editor: which pictures are shown beside each other.
View = Annotated[Any, Socket("IMAGECOMPARE")]


class Saved(NamedTuple):
    """What was saved, as it came."""

    images: Image


@node(category="image", title="Save Image", id="SaveImage", output=True, lane="io")
def save_image(images: Image, ctx: Context, filename_prefix: Prefix) -> NodeResult:
    """Write pictures to the output folder as PNG, with the workflow inside.

    Args:
        filename_prefix: May name subfolders; `%date:yyyy-MM-dd%`, `%width%`, `%KSampler.seed%`
            and the like are filled in. A number is added.
    """
    return NodeResult(ui={"images": write_pictures(images, "output", filename_prefix, ctx)})


@node(category="image", title="Preview Image", id="PreviewImage", output=True, lane="io")
def preview_image(images: Image, ctx: Context) -> NodeResult:
    """Show pictures without keeping them."""
    return NodeResult(ui={"images": show_pictures(images, "preview", ctx)})


@node(
    category="image", title="Save Image (Advanced)", id="SaveImageAdvanced", output=True, lane="io"
)
def save_image_advanced(
    images: Image,
    ctx: Context,
    filename_prefix: Prefix,
    format: Format,  # noqa: A002 ComfyUI's
) -> NodeResult[Saved]:
    """Write pictures to the output folder in a chosen format, with the workflow inside.

    Args:
        filename_prefix: As that of Save Image.
        format: 16 bits keep more levels than a screen shows; linear light is turned into sRGB.
    """
    shown = colours.to_srgb(images) if format["input_color_space"] == "linear" else images
    is_deep = format["bit_depth"] == "16-bit"
    encode = png_chunks.encode_png16 if is_deep else pictures.encode_png
    written = write_pictures(shown, "output", filename_prefix, ctx, encode=encode)
    return NodeResult(Saved(images), ui={"images": written})


@node(
    category="image",
    title="Image Compare",
    id="ImageCompare",
    output=True,
    lane="io",
    experimental=True,
)
def compare_images(
    ctx: Context,
    image_a: Image | None = None,
    image_b: Image | None = None,
    compare_view: View | None = None,
) -> NodeResult:
    """Show two pictures over each other, with a line to move.

    Args:
        image_a: What is at the left of the line.
        image_b: What is at the right of it.
    """
    both = {"a_images": image_a, "b_images": image_b}
    shown = {
        name: [] if image is None else show_pictures(image, f"compare_{name[0]}", ctx)
        for name, image in both.items()
    }
    return NodeResult(ui=shown)


@node(
    category="image/animation",
    title="Save Animated PNG",
    id="SaveAnimatedPNG",
    output=True,
    lane="io",
)
def save_animated_png(
    images: Image, ctx: Context, filename_prefix: Prefix, fps: Rate, compress_level: Compression
) -> NodeResult:
    """Write a batch of pictures to the output folder as one PNG that moves.

    Args:
        images: The frames.
        filename_prefix: As that of Save Image.
        fps: Frames a second.
        compress_level: 0 is fast, 9 is small.
    """
    texts = pictures.graph_texts(ctx.prompt, ctx.extra_pnginfo)
    parts = animations.png_animation(images, int(1000 / fps), texts, compress_level)

    def checked() -> Iterator[bytes]:
        for part in parts:
            ctx.check_cancelled()
            yield part

    return _written(images, checked(), ".png", filename_prefix, ctx)


@node(
    category="image/animation",
    title="Save Animated WEBP",
    id="SaveAnimatedWEBP",
    output=True,
    lane="io",
)
def save_animated_webp(
    images: Image,
    ctx: Context,
    filename_prefix: Prefix,
    fps: Rate,
    lossless: Lossless,
    quality: Quality,
    method: Effort,
) -> NodeResult:
    """Write a batch of pictures to the output folder as one WebP that moves.

    Args:
        images: The frames.
        filename_prefix: As that of Save Image.
        fps: Frames a second.
        lossless: Keep every value.
        quality: 100 is best; of a lossless one, smallest.
        method: How long it is tried to make it small.
    """
    data = animations.webp_animation(
        images,
        int(1000 / fps),
        pictures.graph_texts(ctx.prompt, ctx.extra_pnginfo),
        lossless=lossless,
        quality=quality,
        method=method,
        on_frame=ctx.check_cancelled,
    )
    return _written(images, data, ".webp", filename_prefix, ctx)


def _written(
    batch: Image, data: bytes | Iterable[bytes], suffix: str, prefix: str, ctx: Context
) -> NodeResult:
    files = files_of(ctx, "output", prefix, (batch.shape[2], batch.shape[1]))
    path = files.write(data, suffix)
    ctx.wrote(path)
    shown = {"filename": path.name, "subfolder": files.subfolder, "type": "output"}
    return NodeResult(ui={"images": [shown], "animated": [len(batch) > 1]})


def show_pictures(batch: Image, prefix: str, ctx: Context) -> list[dict[str, str]]:
    """Write pictures to the temporary folder, quickly, and return them for `ui`."""
    return write_pictures(batch, "temp", prefix, ctx, compress_level=1)


def write_pictures(
    batch: Image,
    kind: str,
    prefix: str,
    ctx: Context,
    *,
    compress_level: int = 4,
    encode: Callable[..., bytes] | None = None,
) -> list[dict[str, str]]:
    """Write each picture of a batch as PNG to a kind of folder, and return them for `ui`."""
    as_bytes: Callable[..., bytes] = encode or pictures.encode_png
    files = files_of(ctx, kind, prefix, (batch.shape[2], batch.shape[1]))
    texts = pictures.graph_texts(ctx.prompt, ctx.extra_pnginfo)
    shown: list[dict[str, str]] = []
    for place, image in enumerate(batch):
        ctx.check_cancelled()
        path = files.write(as_bytes(image, texts, compress_level), ".png", place)
        ctx.wrote(path)
        shown.append({"filename": path.name, "subfolder": files.subfolder, "type": kind})
    return shown
