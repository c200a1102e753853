"""From what sampling nodes are given to a latent: the one way that all of them go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.diffusion.control.applied import Controls
from engine.diffusion.control.networks import control_bytes, load_control
from engine.diffusion.denoising.elastic import Elastic
from engine.diffusion.denoising.noising import NoiseMaker, drawn
from engine.diffusion.denoising.sampling import SamplingTask
from engine.diffusion.denoising.settings import Settings, patched
from engine.diffusion.guidances.named import GUIDANCES
from engine.diffusion.levels.parameterisation import Parameterisation
from engine.diffusion.networks import weights
from engine.diffusion.networks.leaner import beside
from engine.diffusion.networks.loading import surroundings
from engine.diffusion.samplers.special import sampler_named
from engine.errors import NodeError
from engine.types import ChosenSampler, Conditioning, Guider, Latent, ModelHandle, Noise

if TYPE_CHECKING:
    from torch import Tensor

    from engine.context import Context
    from engine.types import Cond

#: Levels of a run, or what makes them for a model.
Levels = tuple[float, ...] | Callable[[Parameterisation], tuple[float, ...]]


def classifier_free(
    model: ModelHandle, positive: Conditioning, negative: Conditioning, cfg: float
) -> Guider:
    """Guide a model away from the negative conditioning by the positive one."""
    return Guider(model, "cfg", {"cfg": cfg}, {"positive": positive, "negative": negative})


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sampling node was given.

    Attributes:
        noise: to begin with; a pack's object that makes noise serves as well.
        seed: of the noise on the way; None takes that of `noise`.
    """

    guider: Guider
    sampler: ChosenSampler
    levels: Levels
    noise: Noise | NoiseMaker
    latent: Latent
    seed: int | None = None

    def __post_init__(self) -> None:
        _check(self.guider, Guider, "guider", "a guider such as CFGGuider")
        _check(self.sampler, ChosenSampler, "sampler", "a sampler such as KSamplerSelect")
        if isinstance(self.levels, tuple):
            sampler_named(self.sampler.name).levels(self.levels)  # before the model is loaded
        if sampler_named(self.sampler.name).resizes and self._has_places():
            raise NodeError(
                f'The sampler "{self.sampler.name}" changes the size of the latent on the way, but '
                "a mask or an area is bound to its places. Take them away, or use another sampler."
            )

    @property
    def entries(self) -> list[Cond]:
        """What is asked about on all sides."""
        sides = self.guider.conditionings.values()
        return [entry for side in sides for entry in side.entries]

    def _has_places(self) -> bool:
        return self.latent.noise_mask is not None or any(
            entry.area is not None or entry.mask is not None for entry in self.entries
        )

    def settings(self, model: Parameterisation) -> Settings:
        """Return how to sample, changed by the model's patches."""
        levels = self.levels if isinstance(self.levels, tuple) else self.levels(model)
        seed = getattr(self.noise, "seed", None) if self.seed is None else self.seed
        chosen = Settings(
            self.sampler.name,
            levels,
            seed or 0,
            GUIDANCES[self.guider.guidance](**self.guider.parameters),
            add_noise=self.noise != Noise(),
            options=self.sampler.options,
        )
        return patched(chosen, self.guider.model.patches)

    def given_noise(self) -> Tensor | None:
        """Return what a pack's object makes; None where noise is drawn from a seed."""
        return None if isinstance(self.noise, Noise) else drawn(self.noise, self.latent)


async def sampled(plan: Plan, ctx: Context) -> SamplingTask:
    """Sample on the device lane, a step at a time; return the finished task.

    Raises:
        NodeError: the model gave values that are not numbers.
        ModelError: the file does not hold the model.
        Interrupted: the job is to stop.
    """
    record = ctx.record_at()  # before the first wait, so that mapped calls ask in order

    def prepare() -> SamplingTask:
        model = plan.guider.model
        count, *sides = plan.latent.samples.shape
        likely = (count * len(plan.guider.conditionings), *sides)
        steering = [control for entry in plan.entries for control in entry.controls]
        steering_bytes = control_bytes(steering, surroundings(model.patches, ctx.runtime))
        runtime = beside(model, steering_bytes, ctx.runtime)
        denoiser = Elastic(
            model, runtime, likely, weights.load_model, steering_bytes=steering_bytes
        )
        controls = Controls(
            lambda control: load_control(control.net, surroundings(model.patches, runtime)),
            denoiser.parameterisation,
            lambda: denoiser.config,
        )
        return SamplingTask(
            denoiser,
            plan.latent,
            plan.guider.conditionings,
            plan.settings(denoiser.parameterisation),
            controls=controls.of,
            noise=plan.given_noise(),
            record=record,
            load_preview_map=partial(weights.load_preview_map, model, ctx.runtime),
            warn=ctx.warn,
        )

    task = await ctx.on_device(prepare)
    await ctx.sample(task)
    return task


def _check(value: Any, kind: type, socket: str, instead: str) -> None:
    if not isinstance(value, kind):
        raise NodeError(
            f'What comes in at "{socket}" was made by a pack ({type(value).__name__}) and cannot '
            f"be run here. Use {instead}.",
            socket=socket,
        )
