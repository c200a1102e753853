"""Nodes that count pictures, take batches apart and join them."""

from typing import Annotated, Any, NamedTuple

from engine import BatchSize, Growing, Image, InputSpec, Int, lazy, node

batches = lazy("engine.diffusion.imaging.image_batches")
library = lazy("engine.diffusion.imaging.images")

Place = Annotated[int, Int(default=0, min=0, max=4095)]
Several = Annotated[
    dict[str, Any], Growing(InputSpec("image", "IMAGE"), prefix="image", min=2, max=50)
]


class Size(NamedTuple):
    """What can be counted of a batch of pictures."""

    width: int
    height: int
    batch_size: int


@node(category="image", title="Get Image Size", id="GetImageSize", lane="inline")
def get_image_size(image: Image) -> Size:
    """Give the sides of pictures in pixels, and how many they are."""
    count, height, width = image.shape[:3]
    return Size(width, height, count)


@node(category="image/batch", title="Image From Batch", id="ImageFromBatch")
def image_from_batch(image: Image, batch_index: Place, length: BatchSize) -> Image:
    """Take some pictures of a batch.

    Args:
        batch_index: The first one taken, counted from 0.
        length: How many are taken; less where the batch ends.
    """
    return batches.part(image, batch_index, length)


@node(category="image/batch", title="Repeat Image Batch", id="RepeatImageBatch")
def repeat_image_batch(image: Image, amount: BatchSize) -> Image:
    """Put a batch of pictures behind itself, several times.

    Args:
        amount: How often it is there in the end.
    """
    return batches.repeated_whole(image, amount)


@node(category="image/batch", title="Rebatch Images", id="RebatchImages")
def rebatch_images(images: list[Image], batch_size: list[BatchSize]) -> list[Image]:
    """Cut all pictures of a list anew into batches of one size.

    Args:
        images: Batches of any length; where the size of pictures changes, a batch ends.
        batch_size: How many pictures a batch gets; the last one may be shorter.
    """
    return batches.rebatched(images, batch_size[0])


@node(category="image", title="Batch Images", id="BatchImagesNode")
def batch_several_images(images: Several) -> Image:
    """Put any number of batches of pictures behind each other.

    Args:
        images: Those after the first are cut about the centre and resized to it.
    """
    return library.batched(*images.values())
