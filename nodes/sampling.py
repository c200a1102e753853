"""Nodes that denoise."""

from functools import partial
from typing import Annotated

from engine import Cfg, Choice, Conditioning, Context, Latent, Model, Seed, Steps, Unit, lazy, node
from engine.context import SamplingTask
from engine.diffusion.samplers import SAMPLERS
from engine.diffusion.schedules import SCHEDULERS, make_sigmas

guidance = lazy("engine.diffusion.guidance")
sampling = lazy("engine.diffusion.sampling")
settings = lazy("engine.diffusion.settings")
weights = lazy("engine.diffusion.weights")

# Asked anew each time, because packs add to both.
SamplerName = Annotated[str, Choice(choices=lambda: tuple(SAMPLERS))]
SchedulerName = Annotated[str, Choice(choices=lambda: tuple(SCHEDULERS))]


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
    record = ctx.record_at()

    def prepare() -> SamplingTask:
        denoiser = weights.load_model(model, ctx.runtime)
        sigmas = make_sigmas(
            denoiser.parameterisation, scheduler, steps, denoise=denoise, sampler_name=sampler_name
        )
        chosen = settings.Settings(sampler_name, sigmas, seed, guidance.ClassifierFree(cfg))
        return sampling.SamplingTask(
            denoiser,
            latent_image,
            {"positive": positive, "negative": negative},
            settings.patched(chosen, model.patches),
            record=record,
            load_preview_map=partial(weights.load_preview_map, model, ctx.runtime),
            warn=ctx.warn,
        )

    return await ctx.sample(await ctx.on_device(prepare))
