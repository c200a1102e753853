"""Nodes that change what happens inside the diffusion model while it answers."""

from typing import Annotated

from engine import Bool, Choice, Float, Int, Model, node
from nodes.constraints import Start

Factor = Annotated[float, Float(min=0.0, max=10.0, step=0.01)]
TileSize = Annotated[int, Int(default=256, min=1, max=2048)]
SwapSize = Annotated[int, Int(default=2, min=1, max=128)]
Depth = Annotated[int, Int(default=0, min=0, max=10)]
Switch = Annotated[bool, Bool(default=False)]
Block = Annotated[int, Int(default=3, min=1, max=32, step=1)]
Shrinking = Annotated[float, Float(default=2.0, min=0.1, max=9.0, step=0.001)]
End = Annotated[float, Float(default=0.35, min=0.0, max=1.0, step=0.001)]
AfterSkip = Annotated[bool, Bool(default=True)]
Ratio = Annotated[float, Float(default=0.3, min=0.0, max=1.0, step=0.01)]
Method = Annotated[str, Choice(choices=("bicubic", "nearest-exact", "bilinear", "area", "bislerp"))]


@node(category="model_patches/unet", title="FreeU", id="FreeU", lane="inline")
def freeu(
    model: Model, b1: Factor = 1.1, b2: Factor = 1.2, s1: Factor = 0.9, s2: Factor = 0.2
) -> Model:
    """Balance shapes against detail inside the model; costs no time. All 1 changes nothing.

    Args:
        b1: Strength of shapes in the deepest layers.
        b2: Strength of shapes in the layers above them.
        s1: Strength of what is kept of the noisy picture in the deepest layers.
        s2: The same in the layers above them.
    """
    return model.with_patch("FreeU", b1=b1, b2=b2, s1=s1, s2=s2)


@node(category="model_patches/unet", title="FreeU (V2)", id="FreeU_V2", lane="inline")
def freeu_v2(
    model: Model, b1: Factor = 1.3, b2: Factor = 1.4, s1: Factor = 0.9, s2: Factor = 0.2
) -> Model:
    """Balance shapes against detail, most where there is most to see. All 1 changes nothing.

    Args:
        b1: Strength of shapes in the deepest layers.
        b2: Strength of shapes in the layers above them.
        s1: Strength of what is kept of the noisy picture in the deepest layers.
        s2: The same in the layers above them.
    """
    return model.with_patch("FreeU_V2", b1=b1, b2=b2, s1=s1, s2=s2)


@node(category="model_patches/unet", title="HyperTile", id="HyperTile", lane="inline")
def hypertile(
    model: Model, tile_size: TileSize, swap_size: SwapSize, max_depth: Depth, scale_depth: Switch
) -> Model:
    """Let the model look around inside tiles only: large pictures take less time and memory.

    Args:
        tile_size: Pixels a side of a tile, at least; as large as the picture changes nothing.
        swap_size: How many grids are drawn from, so that seams move from step to step.
        max_depth: How many levels of the model are tiled beside the first.
        scale_depth: Double the tile from level to level.
    """
    return model.with_patch(
        "HyperTile",
        tile_size=tile_size,
        swap_size=swap_size,
        max_depth=max_depth,
        scale_depth=scale_depth,
    )


@node(category="model_patches/unet", title="Token Merging", id="TomePatchModel", lane="inline")
def merge_tokens(model: Model, ratio: Ratio) -> Model:
    """Compute places that look alike once: large pictures take less time, and lose some detail.

    Args:
        ratio: Share of the places that is merged into others; 0 changes nothing.
    """
    return model.with_patch("TokenMerging", ratio=ratio)


@node(
    category="model_patches/unet",
    title="Deep Shrink (Kohya)",
    id="PatchModelAddDownscale",
    lane="inline",
)
def add_downscale(
    model: Model,
    block_number: Block,
    downscale_factor: Shrinking,
    start_percent: Start,
    end_percent: End,
    downscale_after_skip: AfterSkip,
    downscale_method: Method,
    upscale_method: Method,
) -> Model:
    """Compose large pictures at a smaller size first: fewer doubled heads and limbs.

    Args:
        block_number: After which block of the model it shrinks.
        downscale_factor: By how much; 1 changes nothing.
        start_percent: Share of the schedule at which it begins.
        end_percent: Share at which it ends.
        downscale_after_skip: Keep the full size for what the model's second half looks up.
        downscale_method: How it shrinks.
        upscale_method: How it grows again.
    """
    return model.with_patch(
        "Downscale",
        block_number=block_number,
        downscale_factor=downscale_factor,
        start_percent=start_percent,
        end_percent=end_percent,
        downscale_after_skip=downscale_after_skip,
        downscale_method=downscale_method,
        upscale_method=upscale_method,
    )
