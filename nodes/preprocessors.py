"""Nodes that turn pictures into what a control network follows. None of them needs a model."""

from typing import Annotated

from engine import Bool, Float, Image, Int, lazy, node
from nodes.constraints import Threshold

edges = lazy("engine.diffusion.imaging.edges")
hints = lazy("engine.diffusion.imaging.hints")

Low = Annotated[float, Float(default=0.4, min=0.01, max=0.99, step=0.01)]
High = Annotated[float, Float(default=0.8, min=0.01, max=0.99, step=0.01)]
LineWidth = Annotated[float, Float(default=1.0, min=0.3, max=10.0, step=0.1)]
Strength = Annotated[float, Float(default=16.0, min=1.0, max=100.0, step=0.5)]
Factor = Annotated[int, Int(default=4, min=1, max=64)]
Blur = Annotated[float, Float(default=0.0, min=0.0, max=50.0, step=0.1)]
Cell = Annotated[int, Int(default=64, min=1, max=1024)]
Automatic = Annotated[bool, Bool(default=False)]


@node(category="image/preprocessors", title="Canny", id="Canny", lane="cpu")
def canny(image: Image, low_threshold: Low, high_threshold: High) -> Image:
    """Draw the edges of pictures, white on black.

    Args:
        low_threshold: Weaker edges are left out.
        high_threshold: Stronger edges are drawn, and those between that join them.
    """
    return edges.canny(image, low_threshold, high_threshold)


@node(category="image/preprocessors", title="Lineart", id="SfumatoLineart")
def lineart(image: Image, line_width: LineWidth, strength: Strength) -> Image:
    """Draw pictures as lines of a pencil, white on black.

    Args:
        line_width: Pixels.
        strength: More draws faint lines, too.
    """
    return edges.lines(image, line_width, strength)


@node(category="image/preprocessors", title="Tile and Blur", id="SfumatoTile")
def tile(image: Image, factor: Factor, blur: Blur) -> Image:
    """Take the fine parts of pictures away, for a control network to invent anew.

    Args:
        factor: By which they are made smaller and large again; 1 leaves them.
        blur: Pixels; 0 for none.
    """
    return hints.tile(image, factor, blur)


@node(category="image/preprocessors", title="Color Grid", id="SfumatoColorGrid")
def color_grid(image: Image, cell_size: Cell) -> Image:
    """Leave only the colours of pictures, as large squares.

    Args:
        cell_size: Pixels of a square.
    """
    return hints.color_grid(image, cell_size)


@node(category="image/preprocessors", title="Black and White", id="SfumatoThreshold")
def black_and_white(image: Image, threshold: Threshold, automatic: Automatic) -> Image:
    """Make pictures black and white.

    Args:
        threshold: What is brighter becomes white.
        automatic: Choose the threshold for each picture, where it parts dark and bright best.
    """
    return hints.black_and_white(image, threshold, automatic=automatic)
