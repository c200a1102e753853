"""Nodes that denoise by a seed, a number of steps and a name."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from engine import (
    Cfg,
    Choice,
    ChosenSampler,
    Conditioning,
    Context,
    Int,
    Latent,
    Model,
    Noise,
    Seed,
    Steps,
    Unit,
    lazy,
    node,
)
from engine.diffusion.levels.schedules import make_sigmas
from nodes.constraints import SamplerName, SchedulerName

if TYPE_CHECKING:
    from engine.diffusion.levels.parameterisation import Parameterisation

runs = lazy("engine.diffusion.denoising.runs")
sigmas_of = lazy("engine.diffusion.levels.sigmas")

OnAtFirst = Annotated[str, Choice(choices=("enable", "disable"))]
OffAtFirst = Annotated[str, Choice(choices=("disable", "enable"))]
FirstStep = Annotated[int, Int(default=0, min=0, max=10_000)]
LastStep = Annotated[int, Int(default=10_000, min=0, max=10_000)]


@node(category="sampling", title="KSampler", id="KSampler", lane="device")
async def ksampler(
    model: Model,
    seed: Seed,
    steps: Steps,
    cfg: Cfg,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    denoise: Unit,
    ctx: Context,
) -> Latent:
    """Turn noise, or a latent with noise added, into a latent that fits the prompt.

    Args:
        model: The diffusion model.
        seed: The same seed gives the same picture.
        steps: How often the picture is refined; 12 to 30 are usual.
        cfg: How strongly the prompt is followed; 1 ignores the negative prompt.
        sampler_name: How a step is made.
        scheduler: How the noise levels are spaced.
        positive: What is wanted.
        negative: What is not wanted.
        latent_image: Where sampling starts; empty for a new picture.
        denoise: 1 makes a new picture, less keeps more of the latent.
    """
    plan = runs.Plan(
        runs.classifier_free(model, positive, negative, cfg),
        ChosenSampler(sampler_name),
        partial(
            make_sigmas,
            scheduler=scheduler,
            steps=steps,
            denoise=denoise,
            sampler_name=sampler_name,
        ),
        Noise(seed),
        latent_image,
    )
    return (await runs.sampled(plan, ctx)).result()


@node(category="sampling", title="KSampler (Advanced)", id="KSamplerAdvanced", lane="device")
async def ksampler_advanced(
    model: Model,
    add_noise: OnAtFirst,
    noise_seed: Seed,
    steps: Steps,
    cfg: Cfg,
    sampler_name: SamplerName,
    scheduler: SchedulerName,
    positive: Conditioning,
    negative: Conditioning,
    latent_image: Latent,
    start_at_step: FirstStep,
    end_at_step: LastStep,
    return_with_leftover_noise: OffAtFirst,
    ctx: Context,
) -> Latent:
    """Run a part of a schedule, so that another sampler can go on.

    Args:
        model: The diffusion model.
        add_noise: "disable" where the latent is noisy already.
        noise_seed: The same seed gives the same picture.
        steps: How many steps the whole schedule has.
        cfg: How strongly the prompt is followed; 1 ignores the negative prompt.
        sampler_name: How a step is made.
        scheduler: How the noise levels are spaced.
        positive: What is wanted.
        negative: What is not wanted.
        latent_image: Where sampling starts; empty for a new picture.
        start_at_step: The first step that is run, counted from 0.
        end_at_step: The step before which it ends.
        return_with_leftover_noise: "disable" takes all noise away at the end.
    """

    def levels(known: "Parameterisation") -> tuple[float, ...]:
        whole = make_sigmas(known, scheduler, steps, sampler_name=sampler_name)
        to_zero = return_with_leftover_noise == "disable"
        return sigmas_of.part(whole, start_at_step, end_at_step, to_zero=to_zero)

    plan = runs.Plan(
        runs.classifier_free(model, positive, negative, cfg),
        ChosenSampler(sampler_name),
        levels,
        Noise(noise_seed) if add_noise == "enable" else Noise(),
        latent_image,
        noise_seed,
    )
    return (await runs.sampled(plan, ctx)).result()
