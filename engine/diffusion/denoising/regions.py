"""Several conditionings a side: where, when and how strongly each applies.

Each is evaluated on its own crop, and a side's answer is the average, weighted at every element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from engine.diffusion.denoising.evaluation import Evaluation, Given
from engine.diffusion.imaging import masks
from engine.diffusion.imaging.images import repeated
from engine.diffusion.unet.beside import Beside, nothing_beside

if TYPE_CHECKING:
    from engine.diffusion.control.applied import Applied
    from engine.diffusion.guidances.guidance import Side
    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.types import Cond, Conditioning, Patch

#: Rows that fade at an edge inside the picture, at most.
FADE = 8
#: A mask's bounding box has at least this many cells a side.
MIN_BOUNDS = 8


class Area(NamedTuple):
    """A rectangle of latent cells."""

    height: int
    width: int
    y: int
    x: int

    @property
    def cells(self) -> int:
        """How many cells it has."""
        return self.height * self.width

    def contains(self, other: Area) -> bool:
        """Say whether the other lies inside."""
        return (
            self.y <= other.y
            and self.x <= other.x
            and self.y + self.height >= other.y + other.height
            and self.x + self.width >= other.x + other.width
        )

    def crop(self, tensor: Tensor) -> Tensor:
        """Take the rectangle out of (..., h, w)."""
        return tensor[..., self.y : self.y + self.height, self.x : self.x + self.width]


@dataclass(frozen=True, slots=True)
class Attach:
    """Makes what a conditioning's network is given beside its text."""

    channels: Beside = nothing_beside
    controls: Callable[[Cond], tuple[Applied, ...]] = lambda _: ()


@dataclass(frozen=True, eq=False)
class Region:
    """One conditioning, ready to be evaluated.

    Attributes:
        context: (B, T, D) on the network's device.
        area: where it is evaluated; None is everywhere.
        mask: (B or 1, 1, h, w), already multiplied by its strength; None is 1.
        strength: weight against other regions.
        first_sigma, last_sigma: it takes part between these levels.
        channels: (B, C', h, w) that the network takes beside the samples.
        controls: what steers the network from pictures.
    """

    context: Tensor
    area: Area | None = None
    mask: Tensor | None = None
    strength: float = 1.0
    first_sigma: float = float("inf")
    last_sigma: float = 0.0
    channels: Tensor | None = None
    controls: tuple[Applied, ...] = ()

    def is_active(self, sigma: float) -> bool:
        """Say whether it takes part at this level."""
        return self.last_sigma <= sigma <= self.first_sigma

    def evaluation(self, x: Tensor, sigma: float, changes: tuple[Patch, ...] = ()) -> Evaluation:
        """Ask about its crop of x, by a network changed so."""
        given = replace(self._given, changes=changes) if changes else self._given
        if self.controls:
            active = tuple(control for control in self.controls if control.is_active(sigma))
            given = replace(given, controls=active)
        return Evaluation(self._crop(x), sigma, given)

    @cached_property
    def _given(self) -> Given:
        beside = None if self.channels is None else self._crop(self.channels)
        return Given(self.context, channels=beside)

    def _crop(self, values: Tensor) -> Tensor:
        return values if self.area is None else self.area.crop(values)

    def weight(self, height: int, width: int) -> Tensor | float:
        """Return its weight on its crop of a latent of (h, w)."""
        if self.mask is not None:
            mask = self.mask if self.area is None else self.area.crop(self.mask)
            return mask * self.strength
        if self.area is not None:
            return _fade(self.area, height, width).to(self.context.device) * self.strength
        return self.strength


def regions_of(
    conditionings: Mapping[Side, Conditioning],
    like: Tensor,
    model: Parameterisation,
    attach: Attach = Attach(),
) -> dict[Side, list[Region]]:
    """Prepare every side for samples like (B, C, h, w), on its device.

    Args:
        conditionings: by side.
        like: gives shape and device.
        model: relates shares of the schedule to levels.
        attach: makes what the network is given beside texts.

    A region with an area gets a counterpart on each other side, so that guidance compares like
    with like there.
    """
    sides = {side: _prepared(each, like, model, attach) for side, each in conditionings.items()}
    for one, other in permutations(sides.values(), 2):
        for region in one:
            other.extend(_counterpart(region, other))
    return sides


def averaged(regions: Sequence[Region], answers: Iterator[Tensor], like: Tensor) -> Tensor:
    """Take an answer a region; return their weighted average, 0 where no region is."""
    if len(regions) == 1 and regions[0].area is None and regions[0].mask is None:
        return next(answers)
    height, width = like.shape[-2:]
    total, weights = torch.zeros_like(like), torch.zeros_like(like)
    for region, answer in zip(regions, answers, strict=False):
        area = region.area or Area(height, width, 0, 0)
        weight = region.weight(height, width)
        area.crop(total).add_(answer * weight)
        area.crop(weights).add_(weight)
    return total / weights.clamp(min=torch.finfo(weights.dtype).tiny)


def _prepared(
    side: Conditioning, like: Tensor, model: Parameterisation, attach: Attach
) -> list[Region]:
    regions = (_region(entry, like, model, attach) for entry in side.entries)
    return [region for region in regions if region.area is None or region.area.cells > 0]


def _region(entry: Cond, like: Tensor, model: Parameterisation, attach: Attach) -> Region:
    height, width = like.shape[-2:]
    mask, area = None, _area(entry.area, height, width)
    if entry.mask is not None:
        mask = masks.resized(entry.mask, width, height).unsqueeze(1).to(like)  # (B, 1, h, w)
        if entry.set_area_to_bounds:
            area = _clipped(_bounds(mask), height, width)
        mask = repeated(mask, like.shape[0]) * entry.mask_strength
    return Region(
        context=repeated(entry.encoding, like.shape[0]).to(like.device),
        area=area,
        mask=mask,
        strength=entry.strength,
        first_sigma=model.sigma_at_percent(entry.start_percent),
        last_sigma=model.sigma_at_percent(entry.end_percent),
        channels=attach.channels(entry),
        controls=attach.controls(entry),
    )


def _area(area: tuple[float | str, ...] | None, height: int, width: int) -> Area | None:
    if area is None:
        return None
    if area[0] != "percentage":
        return _clipped(Area(*(int(cells) for cells in area)), height, width)
    shares = [float(share) for share in area[1:]]
    cells = [round(share * side) for share, side in zip(shares, (height, width) * 2, strict=True)]
    return _clipped(Area(max(1, cells[0]), max(1, cells[1]), *cells[2:]), height, width)


def _clipped(area: Area, height: int, width: int) -> Area:
    y, x = min(area.y, height), min(area.x, width)
    return Area(min(area.height, height - y), min(area.width, width - x), y, x)


def _bounds(mask: Tensor) -> Area:
    """Return the bounding box of what is not black in any mask of the batch."""
    rows, columns = mask.abs().amax((0, 1)).nonzero(as_tuple=True)
    if not len(rows):
        return Area(MIN_BOUNDS, MIN_BOUNDS, 0, 0)
    y, x = int(rows.min()), int(columns.min())
    height, width = int(rows.max()) - y + 1, int(columns.max()) - x + 1
    return Area(max(MIN_BOUNDS, height), max(MIN_BOUNDS, width), y, x)


def _counterpart(region: Region, others: Sequence[Region]) -> Iterable[Region]:
    """Ask the other side's best fitting conditioning where `region` is, if nothing is there yet."""
    area = region.area
    if area is None:
        return
    around = [other for other in others if other.area is not None and other.area.contains(area)]
    everywhere = [other for other in others if other.area is None]
    if around:
        best = min(around, key=lambda other: other.area.cells if other.area else 0)
        if best.area != area:
            yield _about(best, region)
    elif everywhere:
        yield _about(everywhere[0], region)


def _about(other: Region, region: Region) -> Region:
    """Ask about what `other` says where `region` is, as strongly and as steered; as ComfyUI."""
    return replace(region, context=other.context, channels=other.channels)


def _fade(area: Area, height: int, width: int) -> Tensor:
    """Return weights (height, width) that fade towards edges inside the picture."""
    down = _ramp(area.height, area.y, height)
    across = _ramp(area.width, area.x, width)
    return down[:, None] * across[None, :]


def _ramp(side: int, start: int, whole: int) -> Tensor:
    ramp, rows = torch.ones(side), min(FADE, side // 4)
    rise = torch.arange(1, rows + 1) / max(1, rows)
    if start > 0:
        ramp[:rows] *= rise
    if start + side < whole:
        ramp[side - rows :] *= rise.flip(0)
    return ramp
