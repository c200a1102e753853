"""Nodes that compute: inputs with bounds, several outputs, any number of inputs, whole lists."""

from typing import Annotated, Any, NamedTuple

from engine import (
    Choice,
    Conditioning,
    Context,
    Float,
    Growing,
    Image,
    InputSpec,
    Latent,
    Mask,
    Seed,
    Unit,
    Variants,
    node,
)
from engine.widgets import Int

CATEGORY = "example/pictures"


class Size(NamedTuple):
    width: int
    height: int


@node(category=CATEGORY, title="Example Fade")
def example_fade(image: Image, amount: Unit = 0.5, mask: Mask | None = None) -> Image:
    """Mix a picture with white.

    Args:
        amount: 0 keeps the picture, 1 is white.
        mask: Where; everywhere without one. It has the picture's size.
    """
    amounts = amount if mask is None else amount * mask[..., None]
    return image + (1 - image) * amounts


@node(category=CATEGORY, title="Example Size", lane="inline")
def example_size(image: Image) -> Size:
    """Say how large a picture is."""
    return Size(image.shape[2], image.shape[1])


@node(category=CATEGORY, title="Example Average")
async def example_average(
    images: Annotated[
        dict[str, Any], Growing(InputSpec("image", "IMAGE"), prefix="image", min=2, max=8)
    ],
    ctx: Context,
) -> Image:
    """Mix pictures of one size evenly."""
    total = None
    for step, image in enumerate(images.values(), 1):
        total = image if total is None else total + image
        ctx.progress(step, len(images))
    return total / len(images)


@node(category=CATEGORY, title="Example Sheet")
def example_sheet(images: list[Image]) -> Image:
    """Put the pictures of a list into one batch."""
    import torch

    return torch.cat(images)


@node(category=CATEGORY, title="Example Crops")
def example_crops(image: Image, count: Annotated[int, Int(min=1, max=8)] = 2) -> list[Image]:
    """Cut a picture into columns; what follows runs once for each."""
    return list(image.chunk(count, dim=2))


@node(category=CATEGORY, title="Example Filter")
def example_filter(
    image: Image,
    filter: Annotated[
        dict[str, Any],
        Variants(
            {
                "invert": (),
                "power": (
                    InputSpec("gamma", "FLOAT", Float(2.2, min=0.1, max=8.0), has_default=True),
                ),
            }
        ),
    ],
) -> Image:
    """Apply the chosen filter; each brings inputs of its own."""
    return 1 - image if filter["filter"] == "invert" else image ** filter["gamma"]


@node(
    category=CATEGORY,
    title="Example Grain",
    version=2,
    migrations={1: lambda old: {**old, "amount": old.get("amount", 10) / 100}},
)
def example_grain(image: Image, seed: Seed, amount: Unit = 0.1) -> Image:
    """Add noise that the seed decides; version 1 counted the amount in percent."""
    import torch

    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    return (image + noise * amount).clamp(0, 1)


@node(category=CATEGORY, title="Example Mirror Latent")
def example_mirror_latent(
    samples: Latent, axis: Annotated[str, Choice(choices=("x", "y"))] = "x"
) -> Latent:
    """Mirror a latent; a new one is made, what came in stays as it is."""
    return samples.with_samples(samples.samples.flip(3 if axis == "x" else 2))


@node(category=CATEGORY, title="Example Weaken")
def example_weaken(conditioning: Conditioning, strength: Unit = 0.5) -> Conditioning:
    """Change what is said about a conditioning, not its numbers."""
    return conditioning.each(strength=strength)
