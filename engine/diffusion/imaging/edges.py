"""Edges of pictures: Canny's, and lines as a pencil draws them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from engine.diffusion.imaging.image_colour import grey
from engine.diffusion.imaging.image_filters import blurred_planes, gaussian_weights
from engine.errors import BadValue

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Keeps the slope of an even area from being 0, as kornia does, whose numbers ComfyUI has.
EPSILON = 1e-6
#: (row, column) of the neighbour at each eighth of a turn, from the right, clockwise on the screen.
NEIGHBOURS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
#: The wider of two blurs whose difference is taken: like that of a Laplacian (Marr, Hildreth 1980).
WIDER = 1.6
#: Of a blur, to where its weights are next to nothing.
REACH = 3


def canny(image: Tensor, low: float, high: float) -> Tensor:
    """Return white edges, one pixel wide, on black (Canny 1986).

    Args:
        image: (B, H, W, C) in 0..1; its luma is blurred with a Gaussian of 1 pixel over 5 by 5.
        low: slopes (of a Sobel filter) above it are edges where they join a stronger one.
        high: slopes above it are edges.

    Raises:
        BadValue: `low` is above `high`.
    """
    if low > high:
        raise BadValue(
            f"The low threshold, {low}, is above the high one, {high}. Lower it.",
            socket="low_threshold",
        )
    blurred = blurred_planes(grey(image).unsqueeze(1), gaussian_weights(2, 1.0))
    across, down = _slopes(blurred)
    steepness = (across.square() + down.square() + EPSILON).sqrt()
    thin = steepness * _is_ridge(steepness, torch.atan2(down, across))
    return _joined(thin, low, high).movedim(1, -1).expand(-1, -1, -1, 3).to(image)


def _slopes(planes: Tensor) -> tuple[Tensor, Tensor]:
    """Return Sobel's slopes to the right and downward; edges are continued."""
    padded = functional.pad(planes, (1, 1, 1, 1), mode="replicate")
    smooth, difference = planes.new_tensor([1, 2, 1]), planes.new_tensor([-1, 0, 1])
    kernels = torch.stack((smooth.outer(difference), difference.outer(smooth))).unsqueeze(1)
    across, down = functional.conv2d(padded, kernels).split(1, dim=1)
    return across, down


def _is_ridge(steepness: Tensor, angle: Tensor) -> Tensor:
    """Say where the slope is steeper than at both neighbours along it."""
    height, width = steepness.shape[-2:]
    padded = functional.pad(steepness, (1, 1, 1, 1))
    around = torch.cat(
        [padded[..., 1 + y : 1 + y + height, 1 + x : 1 + x + width] for y, x in NEIGHBOURS], dim=1
    )
    eighth = (angle / (math.pi / 4)).round().long() % 8
    ahead, behind = around.gather(1, eighth), around.gather(1, (eighth + 4) % 8)
    return (steepness > ahead) & (steepness > behind)


def _joined(steepness: Tensor, low: float, high: float) -> Tensor:
    """Keep what is above `high`, and of what is above `low` all that touches it."""
    planes = steepness.squeeze(1).cpu().numpy()
    kept = [_touching(plane > low, plane > high) for plane in planes]
    return torch.from_numpy(np.stack(kept)).float().unsqueeze(1)


def _touching(weak: NDArray[np.bool_], strong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the parts of `weak`, joined over corners too, that hold something strong."""
    labels: NDArray[np.int32] = np.zeros(weak.shape, np.int32)
    count = int(cast("int", ndimage.label(weak, structure=np.ones((3, 3)), output=labels)))
    holds = np.zeros(count + 1, dtype=bool)
    holds[labels[strong & weak]] = True
    return holds[labels]


def lines(image: Tensor, width: float, strength: float) -> Tensor:
    """Return white lines on black, as a pencil would draw them.

    The difference of two Gaussians, pressed by a soft threshold (Winnemöller, Kyprianidis and
    Olsen 2012, XDoG).

    Args:
        image: (B, H, W, C) in 0..1.
        width: of the lines, spread of the narrower blur in pixels.
        strength: how steep the threshold is; more makes faint lines white.
    """
    luma = grey(image).unsqueeze(1)
    narrow, wide = (
        blurred_planes(luma, gaussian_weights(math.ceil(REACH * sigma), sigma))
        for sigma in (width, WIDER * width)
    )
    drawn = torch.tanh((wide - narrow).clamp(min=0) * strength)
    return drawn.movedim(1, -1).expand(-1, -1, -1, 3)
