"""Nodes that choose sizes, and bring pictures or masks to one."""

from typing import Annotated, Any, NamedTuple

from engine import Choice, Context, Float, InputSpec, Int, Match, Socket, Variants, lazy, node
from engine.diffusion.imaging.ratios import RATIOS, ratio_of, sides_of
from engine.widgets import SIZE_MAX

resizing = lazy("engine.diffusion.imaging.resizing")

METHODS = ("nearest-exact", "bilinear", "area", "bicubic", "lanczos")


def _side(name: str) -> InputSpec:
    return InputSpec(name, "INT", Int(default=512, min=0, max=SIZE_MAX), has_default=True)


def _number(name: str, widget: Int | Float) -> InputSpec:
    return InputSpec(name, widget.type, widget, has_default=True)


CROP = InputSpec(
    "crop", "COMBO", Choice(choices=("disabled", "center"), default="center"), has_default=True
)
#: In the order of ComfyUI; the library has what they do.
WAYS = Variants(
    {
        "scale dimensions": (_side("width"), _side("height"), CROP),
        "scale by multiplier": (
            _number("multiplier", Float(default=1.0, min=0.01, max=8.0, step=0.01)),
        ),
        "scale longer dimension": (_side("longer_size"),),
        "scale shorter dimension": (_side("shorter_size"),),
        "scale width": (_side("width"),),
        "scale height": (_side("height"),),
        "scale total pixels": (
            _number("megapixels", Float(default=1.0, min=0.01, max=16.0, step=0.01)),
        ),
        "match size": (InputSpec("match", "IMAGE,MASK"), CROP),
        "scale to multiple": (_number("multiple", Int(default=8, min=1, max=SIZE_MAX)),),
    }
)

Either = Annotated[Any, Socket("IMAGE,MASK"), Match("input")]
Way = Annotated[dict[str, Any], WAYS]
Method = Annotated[str, Choice(choices=METHODS, default="area")]
Ratio = Annotated[str, Choice(choices=RATIOS)]
Megapixels = Annotated[float, Float(default=1.0, min=0.1, max=16.0, step=0.1)]
Multiple = Annotated[int, Int(default=8, min=1, max=SIZE_MAX)]


class Resized(NamedTuple):
    """Pictures or masks, whichever came."""

    resized: Either


class Sides(NamedTuple):
    """Sides in pixels."""

    width: int
    height: int


@node(category="transform", title="Resize Image/Mask", id="ResizeImageMaskNode")
def resize(input: Either, resize_type: Way, scale_method: Method) -> Resized:  # noqa: A002 ComfyUI's
    """Resize pictures or masks to a size that is said in one of several ways.

    Args:
        input: Pictures or masks.
        resize_type: What is said of the size; a side of 0 follows the other one.
        scale_method: "lanczos" is sharpest, "area" best for making smaller.
    """
    way = resize_type["resize_type"]
    return Resized(resizing.resized_by(input, way, scale_method, resize_type))


def _is_ratio(aspect_ratio: str | None) -> bool | str:
    if aspect_ratio is None or ratio_of(aspect_ratio):
        return True
    return f'"{aspect_ratio}" is no ratio of sides; one is written such as "5:4"'


@node(
    category="utils",
    title="Resolution Selector",
    id="ResolutionSelector",
    lane="inline",
    validate=_is_ratio,
)
def select_resolution(
    aspect_ratio: Ratio, megapixels: Megapixels, multiple: Multiple, ctx: Context
) -> Sides:
    """Choose sides by their ratio and the number of pixels.

    Args:
        aspect_ratio: Width to height.
        megapixels: 1 is 1024 times 1024 pixels.
        multiple: Both sides are multiples of it.
    """
    if aspect_ratio not in RATIOS:
        ctx.warn(f'The aspect ratio "{aspect_ratio}" is none of the list; its numbers are used.')
    return Sides(*sides_of(aspect_ratio, megapixels, multiple))
