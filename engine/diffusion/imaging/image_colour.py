"""The colours of pictures (B, H, W, C): other spaces, fewer of them, and noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.diffusion.imaging.images import alike
from engine.diffusion.imaging.pictures import to_pillow

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: ITU-R BT.601, luma of red, green and blue.
LUMA = (0.299, 0.587, 0.114)
#: (scale to chroma, scale back) of blue and red, rounded as kornia has them.
BLUE, RED = (0.564, 1.773), (0.713, 1.403)
#: What green gets of blue's and red's chroma.
GREEN = (-0.344, -0.714)


def grey(image: Tensor) -> Tensor:
    """Return the luma (B, H, W) of pictures."""
    return image[..., :3] @ image.new_tensor(LUMA)


def to_yuv(image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return luma and the chroma of blue and of red, each as a grey picture; 0.5 is no chroma."""
    luma = grey(image)
    blue = (image[..., 2] - luma) * BLUE[0] + 0.5
    red = (image[..., 0] - luma) * RED[0] + 0.5
    luma, blue, red = (each.unsqueeze(-1).repeat(1, 1, 1, 3) for each in (luma, blue, red))
    return luma, blue, red


def from_yuv(luma: Tensor, blue: Tensor, red: Tensor) -> Tensor:
    """Join luma and chroma again; of each picture the mean of its channels counts.

    Chroma of another size or count is brought to that of luma.
    """
    luma, blue, red = alike(luma, blue, red)
    y = luma.mean(dim=-1)
    u, v = blue.mean(dim=-1) - 0.5, red.mean(dim=-1) - 0.5
    channels = (y + RED[1] * v, y + GREEN[0] * u + GREEN[1] * v, y + BLUE[1] * u)
    return torch.stack(channels, dim=-1).clamp(0, 1)


def to_srgb(image: Tensor) -> Tensor:
    """Return pictures of linear light as screens take them (IEC 61966-2-1); alpha stays."""
    color = image[..., :3].clamp(min=0)
    curve = torch.where(color <= 0.0031308, 12.92 * color, 1.055 * color ** (1 / 2.4) - 0.055)
    return torch.cat((curve, image[..., 3:]), dim=-1)


def noised(image: Tensor, seed: int, strength: float) -> Tensor:
    """Add Gaussian noise of `strength`; the result is cut to 0..1."""
    generator = torch.Generator("cpu").manual_seed(seed)
    noise = torch.randn(image.shape, generator=generator, dtype=image.dtype)
    return (image + strength * noise.to(image)).clamp(0, 1)


def quantized(image: Tensor, colors: int, dither: str) -> Tensor:
    """Leave `colors` colours in each picture, chosen by Pillow's median cut.

    Args:
        image: (B, H, W, C); alpha is left out.
        colors: 1 to 256.
        dither: "none", "floyd-steinberg", or "bayer-N" with a matrix of N by N.
    """
    pictures = [_quantized(each, colors, dither) for each in to_pillow(image[..., :3])]
    return torch.from_numpy(np.stack(pictures)).to(image) / 255


def _quantized(picture: Image.Image, colors: int, dither: str) -> NDArray[np.uint8]:
    palette = picture.quantize(colors)
    if dither == "none":
        reduced = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    elif dither == "floyd-steinberg":
        reduced = picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    else:
        spread = 2 * 256 / (len(palette.getpalette() or []) // 3)
        spotted = _spotted(np.asarray(picture), int(dither.removeprefix("bayer-")), spread)
        reduced = spotted.quantize(palette=palette, dither=Image.Dither.NONE)
    return np.array(reduced.convert("RGB"))


def _spotted(pixels: NDArray[np.uint8], order: int, spread: float) -> Image.Image:
    """Add a tiled threshold matrix, after which nearest colours give the pattern (Bayer 1973)."""
    matrix = spread * ((bayer(order) + 0.5) / order**2 - 0.5) + 0.5
    rows, columns = pixels.shape[:2]
    tiled = np.tile(matrix, (-(-rows // order), -(-columns // order)))[:rows, :columns, None]
    return Image.fromarray((pixels + tiled).clip(0, 255).astype(np.uint8))


def bayer(order: int) -> NDArray[Any]:
    """Return the numbers 0 to order**2 - 1, spread evenly; `order` is a power of 2."""
    if order == 1:
        return np.zeros((1, 1))
    inner = 4 * bayer(order // 2)
    return np.block([[inner, inner + 2], [inner + 3, inner + 1]])
