"""Nodes that put pictures onto each other by their transparency."""

from typing import Annotated

from engine import Choice, Image, Mask, lazy, node

compositing = lazy("engine.diffusion.imaging.compositing")

#: In the order of ComfyUI; the library has what they do.
MODES = (
    *("ADD", "CLEAR", "DARKEN", "DST", "DST_ATOP", "DST_IN", "DST_OUT", "DST_OVER", "LIGHTEN"),
    *("MULTIPLY", "OVERLAY", "SCREEN", "SRC", "SRC_ATOP", "SRC_IN", "SRC_OUT", "SRC_OVER", "XOR"),
)

Mode = Annotated[str, Choice(choices=MODES, default="DST")]


@node(
    category="mask/compositing", title="Porter-Duff Image Composite", id="PorterDuffImageComposite"
)
def porter_duff(
    source: Image, source_alpha: Mask, destination: Image, destination_alpha: Mask, mode: Mode
) -> tuple[Image, Mask]:
    """Compose two pictures with transparency.

    Args:
        source: The picture above; cut about the centre and resized where its size differs.
        source_alpha: White where it is transparent.
        destination: The picture below; the result has its size.
        destination_alpha: White where it is transparent.
        mode: An operator of Porter and Duff; "SRC_OVER" lays one onto the other.
    """
    return compositing.composed((source, source_alpha), (destination, destination_alpha), mode)


@node(category="mask/compositing", title="Join Image with Alpha", id="JoinImageWithAlpha")
def join_alpha(image: Image, alpha: Mask) -> Image:
    """Make pictures transparent.

    Args:
        alpha: White where they become transparent; resized to them.
    """
    return compositing.with_alpha(image, alpha)


@node(category="mask/compositing", title="Split Image with Alpha", id="SplitImageWithAlpha")
def split_alpha(image: Image) -> tuple[Image, Mask]:
    """Take the transparency off pictures.

    Returns the opaque pictures, and masks that are white where they were transparent.
    """
    return compositing.without_alpha(image)
