"""Nodes that show pictures and save them."""

from typing import Annotated

from engine import Context, Image, NodeResult, Text, lazy, node
from engine.diffusion.output_names import files_of

pictures = lazy("engine.diffusion.pictures")

Prefix = Annotated[str, Text(default="ComfyUI")]


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


def show_pictures(batch: Image, prefix: str, ctx: Context) -> list[dict[str, str]]:
    """Write pictures to the temporary folder, quickly, and return them for `ui`."""
    return write_pictures(batch, "temp", prefix, ctx, compress_level=1)


def write_pictures(
    batch: Image, kind: str, prefix: str, ctx: Context, *, compress_level: int = 4
) -> list[dict[str, str]]:
    """Write each picture of a batch as PNG to a kind of folder, and return them for `ui`."""
    files = files_of(ctx, kind, prefix, (batch.shape[2], batch.shape[1]))
    texts = pictures.graph_texts(ctx.prompt, ctx.extra_pnginfo)
    shown: list[dict[str, str]] = []
    for place, image in enumerate(batch):
        ctx.check_cancelled()
        path = files.write(pictures.encode_png(image, texts, compress_level), ".png", place)
        ctx.wrote(path)
        shown.append({"filename": path.name, "subfolder": files.subfolder, "type": kind})
    return shown
