"""Pictures, masks and latents at another size. All take and give planes (B, C, H, W).

Sizes are cells of what is given: pixels for a picture, latent cells for a latent.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

Crop = Literal["disabled", "center"]
Method = Literal["nearest-exact", "bilinear", "area", "bicubic", "lanczos", "bislerp"]

#: Directions closer than this to parallel or opposite have no arc worth following.
NEARLY_PARALLEL = 1 - 1e-5


def resample(
    planes: Tensor, width: int, height: int, method: Method, crop: Crop = "disabled"
) -> Tensor:
    """Resize planes; `center` first cuts them to the wanted aspect, `disabled` stretches."""
    if crop == "center":
        planes = cropped_to_aspect(planes, width, height)
    match method:
        case "bislerp":
            return bislerp(planes, width, height)
        case "lanczos":
            return lanczos(planes, width, height)
        case _:
            return functional.interpolate(planes, size=(height, width), mode=method)


def cropped_to_aspect(planes: Tensor, width: int, height: int) -> Tensor:
    """Cut equal margins off two opposite sides until the aspect is width to height."""
    old_height, old_width = planes.shape[-2:]
    x = y = 0
    if old_width * height > width * old_height:
        x = round((old_width - old_height * width / height) / 2)
    else:
        y = round((old_height - old_width * height / width) / 2)
    kept_width, kept_height = max(1, old_width - 2 * x), max(1, old_height - 2 * y)
    return planes[..., y : y + kept_height, x : x + kept_width]


def lanczos(planes: Tensor, width: int, height: int) -> Tensor:
    """Resize with Pillow's Lanczos filter, which works on 8-bit pictures of 1 to 4 channels."""
    pixels = (planes.movedim(1, -1) * 255).clamp(0, 255).to(torch.uint8).cpu().numpy()
    resized = [
        np.asarray(
            Image.fromarray(picture.squeeze(-1) if picture.shape[-1] == 1 else picture).resize(
                (width, height), Image.Resampling.LANCZOS
            )
        )
        for picture in pixels
    ]
    channels = planes.shape[1]
    stacked = torch.from_numpy(np.stack(resized)).reshape(-1, height, width, channels)
    return stacked.movedim(-1, 1).to(planes) / 255


def bislerp(planes: Tensor, width: int, height: int) -> Tensor:
    """Resize latents along arcs: directions turn, lengths go straight.

    A mean of two unlike latents is shorter than either, which decodes to grey; this keeps length.
    """
    rows = _interpolated(planes.float(), width)  # (B, C, H, width)
    columns = _interpolated(rows.transpose(-1, -2), height)
    return columns.transpose(-1, -2).to(planes.dtype)


def _interpolated(planes: Tensor, length: int) -> Tensor:
    old = planes.shape[-1]
    places = functional.interpolate(
        torch.arange(old, dtype=torch.float32, device=planes.device).reshape(1, 1, -1),
        size=length,
        mode="linear",
    ).flatten()
    left = places.floor().long()
    right = (left + 1).clamp(max=old - 1)
    return slerp(planes[..., left], planes[..., right], places - left)


def slerp(start: Tensor, end: Tensor, ratio: Tensor) -> Tensor:
    """Turn from `start` to `end` by `ratio` of the angle between them, over dimension 1.

    Shoemake 1985 for the directions; the lengths are interpolated linearly.
    """
    start_length = start.norm(dim=1, keepdim=True)
    end_length = end.norm(dim=1, keepdim=True)
    start_unit = torch.where(start_length == 0, 0, start / start_length)
    end_unit = torch.where(end_length == 0, 0, end / end_length)
    cosine = (start_unit * end_unit).sum(dim=1, keepdim=True)
    angle = cosine.clamp(-1, 1).acos()
    direction = ((1 - ratio) * angle).sin() * start_unit + (ratio * angle).sin() * end_unit
    turned = direction / angle.sin() * torch.lerp(start_length, end_length, ratio)
    turned = torch.where(cosine > NEARLY_PARALLEL, start, turned)
    return torch.where(cosine < -NEARLY_PARALLEL, torch.lerp(start, end, ratio), turned)
