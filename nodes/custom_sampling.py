"""Nodes that denoise by parts: noise, guider, sampler and levels."""

from typing import Annotated, NamedTuple

from engine import (
    Bool,
    Cfg,
    ChosenSampler,
    Conditioning,
    Context,
    Guider,
    Latent,
    Model,
    Noise,
    Seed,
    Sigmas,
    Unit,
    lazy,
    node,
)

noising = lazy("engine.diffusion.denoising.noising")
runs = lazy("engine.diffusion.denoising.runs")
sigmas_of = lazy("engine.diffusion.levels.sigmas")

CATEGORY = "sampling/custom_sampling"
NOISE_CATEGORY = f"{CATEGORY}/noise"

On = Annotated[bool, Bool(default=True)]


class Sampled(NamedTuple):
    """A finished run: the sample, and what the model last saw in it without noise."""

    output: Latent
    denoised_output: Latent


@node(category=CATEGORY, title="Sampler Custom", id="SamplerCustom", lane="device")
async def sampler_custom(
    model: Model,
    add_noise: On,
    noise_seed: Seed,
    cfg: Cfg,
    positive: Conditioning,
    negative: Conditioning,
    sampler: ChosenSampler,
    sigmas: Sigmas,
    latent_image: Latent,
    ctx: Context,
) -> Sampled:
    """Sample with a sampler and noise levels of your own.

    Args:
        model: The diffusion model.
        add_noise: Off where the latent is noisy already.
        noise_seed: The same seed gives the same picture.
        cfg: How strongly the prompt is followed; 1 ignores the negative prompt.
        positive: What is wanted.
        negative: What is not wanted.
        sampler: How a step is made.
        sigmas: Noise levels of the steps.
        latent_image: Where sampling starts; empty for a new picture.
    """
    plan = runs.Plan(
        runs.classifier_free(model, positive, negative, cfg),
        sampler,
        sigmas_of.from_link(sigmas),
        Noise(noise_seed) if add_noise else Noise(),
        latent_image,
        noise_seed,
    )
    task = await runs.sampled(plan, ctx)
    return Sampled(task.result(), task.denoised())


@node(
    category=CATEGORY, title="Sampler Custom (Advanced)", id="SamplerCustomAdvanced", lane="device"
)
async def sampler_custom_advanced(
    noise: Noise,
    guider: Guider,
    sampler: ChosenSampler,
    sigmas: Sigmas,
    latent_image: Latent,
    ctx: Context,
) -> Sampled:
    """Sample with noise, guidance, sampler and noise levels of your own.

    Args:
        noise: What is added at the beginning.
        guider: The model and how its answers are guided.
        sampler: How a step is made.
        sigmas: Noise levels of the steps.
        latent_image: Where sampling starts; empty for a new picture.
    """
    levels = sigmas_of.from_link(sigmas)
    task = await runs.sampled(runs.Plan(guider, sampler, levels, noise, latent_image), ctx)
    return Sampled(task.result(), task.denoised())


@node(category=NOISE_CATEGORY, title="Random Noise", id="RandomNoise", lane="inline")
def random_noise(noise_seed: Seed) -> Noise:
    """Draw the noise that sampling begins with from a seed.

    Args:
        noise_seed: The same seed gives the same noise.
    """
    return Noise(noise_seed)


@node(category=NOISE_CATEGORY, title="Disable Noise", id="DisableNoise", lane="inline")
def disable_noise() -> Noise:
    """Add no noise, for a latent that is noisy already."""
    return Noise()


@node(
    category="_for_testing/custom_sampling/noise",
    title="Add Noise",
    id="AddNoise",
)
def add_noise(
    model: Model, noise: Noise, sigmas: Sigmas, latent_image: Latent, ctx: Context
) -> Latent:
    """Bring a latent to a noise level, for samplers that add none themselves.

    Args:
        model: Says how noise is added.
        sigmas: The difference of the first level to the last is added.
    """
    return noising.noised(model, noise, sigmas_of.from_link(sigmas), latent_image, ctx.runtime)


@node(
    category="_for_testing",
    title="Differential Diffusion",
    id="DifferentialDiffusion",
    lane="inline",
    experimental=True,
)
def differential_diffusion(model: Model, strength: Unit | None = 1.0) -> Model:
    """Let grey in a noise mask mean "change this less".

    Args:
        strength: Less mixes the plain mask in; 0 is as 1, as in ComfyUI.
    """
    return model.with_patch("DifferentialDiffusion", strength=1.0 if strength is None else strength)
