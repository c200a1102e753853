"""Nodes that make noise levels for samplers."""

from typing import Annotated

from engine import Choice, Context, Float, Int, Model, Sigmas, Steps, Unit, lazy, node
from nodes.constraints import SchedulerName

schedules = lazy("engine.diffusion.levels.schedules")
sigmas_of = lazy("engine.diffusion.levels.sigmas")
spacings = lazy("engine.diffusion.levels.spacings")
weights = lazy("engine.diffusion.networks.weights")

CATEGORY = "sampling/custom_sampling/schedulers"

ModelType = Annotated[str, Choice(choices=("SD1", "SDXL", "SVD"))]
Largest = Annotated[float, Float(default=14.614642, min=0.0, max=5000.0, step=0.01)]
Smallest = Annotated[float, Float(default=0.0291675, min=0.0, max=5000.0, step=0.01)]
Rho = Annotated[float, Float(default=7.0, min=0.0, max=100.0, step=0.01)]
Shape = Annotated[float, Float(default=0.6, min=0.0, max=50.0, step=0.01)]
FewSteps = Annotated[int, Int(default=1, min=1, max=10)]
TenSteps = Annotated[int, Int(default=10, min=1, max=10_000)]
Middle = Annotated[float, Float(default=0.0, min=-10.0, max=10.0, step=0.1)]
Width = Annotated[float, Float(default=0.5, min=0.0, max=10.0, step=0.1)]
Beta = Annotated[float, Float(default=19.9, min=0.0, max=5000.0, step=0.01)]
BetaMin = Annotated[float, Float(default=0.1, min=0.0, max=5000.0, step=0.01)]
Epsilon = Annotated[float, Float(default=0.001, min=0.0, max=1.0, step=0.0001)]


@node(category=CATEGORY, title="Basic Scheduler", id="BasicScheduler", lane="io")
def basic_scheduler(
    model: Model, scheduler: SchedulerName, steps: Steps, denoise: Unit, ctx: Context
) -> Sigmas:
    """Make the noise levels that KSampler would use.

    Args:
        model: Its range of noise is used.
        scheduler: How the levels are spaced.
        steps: How many steps the schedule has.
        denoise: Below 1, only the last levels of a longer schedule.
    """
    known = weights.parameterisation_of(model, ctx.runtime)
    return sigmas_of.on_link(schedules.make_sigmas(known, scheduler, steps, denoise=denoise))


@node(category=CATEGORY, title="Karras Scheduler", id="KarrasScheduler")
def karras_scheduler(steps: Steps, sigma_max: Largest, sigma_min: Smallest, rho: Rho) -> Sigmas:
    """Space noise levels by their roots: more rho spends more steps on little noise.

    Args:
        steps: How many steps the schedule has.
        sigma_max: The first level.
        sigma_min: The last level above 0.
        rho: 7 is usual, 1 spaces them evenly.
    """
    return sigmas_of.on_link(spacings.karras(steps, sigma_max, sigma_min, rho))


@node(category=CATEGORY, title="Exponential Scheduler", id="ExponentialScheduler")
def exponential_scheduler(steps: Steps, sigma_max: Largest, sigma_min: Smallest) -> Sigmas:
    """Make each noise level the same part of the one before.

    Args:
        steps: How many steps the schedule has.
        sigma_max: The first level.
        sigma_min: The last level above 0.
    """
    return sigmas_of.on_link(spacings.polyexponential(steps, sigma_max, sigma_min, 1.0))


@node(category=CATEGORY, title="Polyexponential Scheduler", id="PolyexponentialScheduler")
def polyexponential_scheduler(
    steps: Steps, sigma_max: Largest, sigma_min: Smallest, rho: Rho = 1.0
) -> Sigmas:
    """Space the logarithms of noise levels by a power.

    Args:
        steps: How many steps the schedule has.
        sigma_max: The first level.
        sigma_min: The last level above 0.
        rho: 1 is the exponential schedule, more spends more steps on little noise.
    """
    return sigmas_of.on_link(spacings.polyexponential(steps, sigma_max, sigma_min, rho))


@node(category=CATEGORY, title="Laplace Scheduler", id="LaplaceScheduler")
def laplace_scheduler(
    steps: Steps, sigma_max: Largest, sigma_min: Smallest, mu: Middle, beta: Width
) -> Sigmas:
    """Put most noise levels round one of them; the last is the smallest, not 0.

    Args:
        steps: How many steps the schedule has.
        sigma_max: No level is above it.
        sigma_min: No level is below it.
        mu: Logarithm of the level in the middle.
        beta: How far the levels spread.
    """
    return sigmas_of.on_link(spacings.laplace(steps, sigma_max, sigma_min, mu, beta))


@node(category=CATEGORY, title="VP Scheduler", id="VPScheduler")
def vp_scheduler(steps: Steps, beta_d: Beta, beta_min: BetaMin, eps_s: Epsilon) -> Sigmas:
    """Space the time of the variance preserving process evenly.

    Args:
        steps: How many steps the schedule has.
        beta_d: How much faster noise grows at the end than at the beginning.
        beta_min: How fast noise grows at the beginning.
        eps_s: Time of the cleanest level; 1 is the noisiest.
    """
    return sigmas_of.on_link(spacings.variance_preserving(steps, beta_d, beta_min, eps_s))


@node(category=CATEGORY, title="SD Turbo Scheduler", id="SDTurboScheduler", lane="io")
def sd_turbo_scheduler(model: Model, steps: FewSteps, denoise: Unit, ctx: Context) -> Sigmas:
    """Make the noise levels that SD Turbo and SDXL Turbo were trained for.

    Args:
        model: Gives the levels of their timesteps.
        steps: How many steps the schedule has, of ten.
        denoise: Below 1, the noisiest are left out.
    """
    known = weights.parameterisation_of(model, ctx.runtime)
    return sigmas_of.turbo(known, steps, denoise)


@node(category=CATEGORY, title="Beta Scheduler", id="BetaSamplingScheduler", lane="io")
def beta_scheduler(model: Model, steps: Steps, alpha: Shape, beta: Shape, ctx: Context) -> Sigmas:
    """Spend most steps at both ends of the schedule, as a Beta distribution does.

    Args:
        model: Its range of noise is used.
        steps: How many steps the schedule has.
        alpha: Less spends more steps on little noise.
        beta: Less spends more steps on much noise.
    """
    known = weights.parameterisation_of(model, ctx.runtime)
    return sigmas_of.on_link(schedules.beta(known, steps, alpha, beta))


@node(category=CATEGORY, title="Align Your Steps Scheduler", id="AlignYourStepsScheduler")
def align_your_steps_scheduler(model_type: ModelType, steps: TenSteps, denoise: Unit) -> Sigmas:
    """Use noise levels that were searched for a model; they shine at 10 steps.

    Args:
        model_type: What the levels were searched for.
        steps: How many steps the schedule has.
        denoise: Below 1, only the last levels.
    """
    return sigmas_of.on_link(spacings.align_your_steps(model_type, steps, denoise))
