"""Nodes that enlarge pictures with a network."""

from typing import Annotated

from engine import Context, FileChoice, Image, UpscaleModel, lazy, node

upscaler = lazy("engine.diffusion.upscaling.upscaler")

UpscaleFile = Annotated[str, FileChoice(kind="upscale_models")]


@node(category="loaders", title="Load Upscale Model", id="UpscaleModelLoader", lane="io")
def load_upscale_model(model_name: UpscaleFile, ctx: Context) -> UpscaleModel:
    """Read a network that enlarges pictures, such as ESRGAN or Real-ESRGAN.

    Args:
        model_name: A file in models/upscale_models.
    """
    return upscaler.read_upscaler(model_name, ctx.runtime)


@node(
    category="image/upscaling",
    title="Upscale Image (using Model)",
    id="ImageUpscaleWithModel",
    lane="device",
)
def upscale_with_model(upscale_model: UpscaleModel, image: Image, ctx: Context) -> Image:
    """Enlarge pictures by the factor that the network was trained for.

    Args:
        upscale_model: It says how many times larger the picture becomes.
    """
    return upscaler.load_upscaler(upscale_model, ctx.runtime).enlarge(image, ctx.progress)
