"""Controls in one run: each loaded and prepared once, whatever asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.diffusion.guidances.guidance import POSITIVE
from engine.diffusion.imaging.images import repeated
from engine.diffusion.imaging.resampling import resample
from engine.diffusion.latent.latents import CELL
from engine.errors import ModelError
from engine.types import Conditioning, Control

if TYPE_CHECKING:
    from engine.diffusion.control.networks import Controlling
    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.types import Cond


@dataclass(frozen=True, eq=False)
class Applied:
    """One control in one run.

    Attributes:
        hint: (B, C, H, W) in 0..1.
        first_sigma, last_sigma: it takes part between these levels.
        part: which samples of how many a question is about; None where it is about all.
        made: what was computed of the hint, by the size of the samples; one with all its parts.
    """

    network: Controlling
    hint: Tensor
    strength: float
    first_sigma: float
    last_sigma: float
    part: tuple[slice, int] | None = None
    made: dict[tuple[int, int], list[Tensor]] = field(
        default_factory=dict[tuple[int, int], list[Tensor]]
    )

    def is_active(self, sigma: float) -> bool:
        """Say whether it takes part at this level."""
        return self.last_sigma <= sigma <= self.first_sigma

    def added(
        self, x: Tensor, time: Tensor, context: Tensor, batches: Sequence[int]
    ) -> dict[str, Any]:
        """Return what a U-Net is given more, by the names of its arguments.

        Args:
            x: (N, C, h, w) as the U-Net is given it.
            time: (N,) timesteps.
            context: (N, T, D) text encodings.
            batches: samples of each question, N in all.
        """
        prepared = [
            torch.cat([self._for(each, count) for count in batches]) for each in self._prepared(x)
        ]
        made = self.network.residuals(prepared, x, time, context)
        answer: dict[str, Any] = {}
        if made.middle is not None:
            answer["down_block_additional_residuals"] = [each * self.strength for each in made.kept]
            answer["mid_block_additional_residual"] = made.middle * self.strength
        if made.inside:
            answer["down_intrablock_additional_residuals"] = [
                each * self.strength for each in made.inside
            ]
        return answer

    def _for(self, prepared: Tensor, count: int) -> Tensor:
        if self.part is None:
            return repeated(prepared, count)
        places, whole = self.part
        return repeated(prepared, whole)[places]

    def _prepared(self, x: Tensor) -> list[Tensor]:
        height, width = x.shape[-2:]
        if (height, width) not in self.made:
            hint = resample(self.hint, width * CELL, height * CELL, "nearest-exact", "center")
            self.made[height, width] = self.network.prepared(hint)
        return self.made[height, width]


def all_added(
    controls: Sequence[Applied],
    x: Tensor,
    time: Tensor,
    context: Tensor,
    batches: Sequence[int],
) -> dict[str, Any]:
    """Return the sums of what several controls add to a U-Net."""
    total: dict[str, Any] = {}
    for control in controls:
        for name, value in control.added(x, time, context, batches).items():
            total[name] = _sum(total[name], value) if name in total else value
    return total


def _sum(one: Any, other: Any) -> Any:
    if isinstance(one, Tensor):
        return one + other
    return [a + b for a, b in zip(one, other, strict=True)]


class Controls:
    """The controls of one run; those that are alike are one."""

    def __init__(
        self,
        load: Callable[[Control], Controlling],
        model: Parameterisation,
        config: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Prepare a run.

        Args:
            load: loads a control's network.
            model: relates shares of the schedule to levels.
            config: gives the settings of the U-Net that is steered.
        """
        self._load = load
        self._model = model
        self._config = config
        self._made: list[tuple[Control, Applied]] = []

    def of(self, cond: Cond) -> tuple[Applied, ...]:
        """Return what applies to a conditioning.

        Raises:
            ModelError: a control is for models of other widths.
        """
        return tuple(self._applied(control) for control in cond.controls)

    def _applied(self, control: Control) -> Applied:
        for known, applied in self._made:
            if _is_same(known, control):
                return applied
        network = self._load(control)
        _check(control, network, self._config())
        applied = Applied(
            network,
            _hint(control.hint, network.hint_channels),
            control.strength,
            self._model.sigma_at_percent(control.start_percent),
            self._model.sigma_at_percent(control.end_percent),
        )
        self._made.append((control, applied))
        return applied


def _is_same(one: Control, other: Control) -> bool:
    if one.hint is not other.hint and not torch.equal(one.hint, other.hint):
        return False
    return replace(one, hint=None) == replace(other, hint=None)  # what is left is plain


def _hint(pixels: Tensor, channels: int) -> Tensor:
    planes = pixels.movedim(-1, 1)
    if channels == 1:
        return planes.mean(1, keepdim=True)
    return planes[:, :channels]


def _check(control: Control, network: Controlling, config: Mapping[str, Any]) -> None:
    for name, wanted in network.facts.items():
        there = config.get(name, wanted)
        if _plain(there) != _plain(wanted):
            raise ModelError(
                f'The ControlNet "{control.net.weights.name}" is for models of {name} '
                f"{_plain(wanted)}, but this diffusion model has {_plain(there)}. Choose a "
                "ControlNet of the model's family."
            )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value


def shared_with_others(conditionings: Mapping[str, Conditioning]) -> dict[str, Conditioning]:
    """Give the other sides the controls of which the positive one says that they are for all.

    As in ComfyUI: the last of several in a row says it; only among entries without an area, one for
    one and the later in place of the earlier, and only where a side has none of its own there.
    """
    given = [
        entry.controls
        for entry in conditionings.get(POSITIVE, Conditioning()).entries
        if _is_everywhere(entry) and entry.controls and entry.controls[-1].is_for_both
    ]
    return {
        side: each if side == POSITIVE else _with_controls(each, given)
        for side, each in conditionings.items()
    }


def _with_controls(side: Conditioning, given: Sequence[tuple[Control, ...]]) -> Conditioning:
    entries = list(side.entries)
    free = [index for index, entry in enumerate(entries) if _is_everywhere(entry)]
    if not free or any(entries[index].controls for index in free):
        return side
    for number, controls in enumerate(given):
        index = free[number % len(free)]
        entries[index] = replace(entries[index], controls=controls)
    return Conditioning(tuple(entries))


def _is_everywhere(entry: Cond) -> bool:
    return entry.area is None and not (entry.mask is not None and entry.set_area_to_bounds)
