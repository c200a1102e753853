"""Nodes that find the noise behind a picture, to sample it again under another prompt."""

from typing import Annotated, NamedTuple

from engine import (
    ChosenSampler,
    Context,
    Guider,
    Int,
    Latent,
    Seed,
    Sigmas,
    Unit,
    lazy,
    node,
)

encoding = lazy("engine.diffusion.denoising.encoding")
sigmas_of = lazy("engine.diffusion.levels.sigmas")

CATEGORY = "sampling/custom_sampling/encoding"

Iterations = Annotated[int, Int(default=3, min=1, max=20)]


class Encoded(NamedTuple):
    """A path through noise: where it begins, and the sampler that follows it."""

    latent: Latent
    sampler: ChosenSampler


@node(category=CATEGORY, title="Cycle Diffusion Encode", id="SfumatoCycleEncode", lane="device")
async def cycle_encode(
    guider: Guider, noise_seed: Seed, sigmas: Sigmas, latent_image: Latent, eta: Unit, ctx: Context
) -> Encoded:
    """Encode a picture into noises that lead to it, so that another prompt changes only itself.

    Sample the latent with the sampler, the same noise levels, no noise added and another prompt.

    Args:
        guider: The model and the prompt that describes the picture as it is.
        noise_seed: The same seed gives the same noises.
        sigmas: Noise levels; fewer of them, from a denoise below 1, keep more of the picture.
        latent_image: The picture.
        eta: How much of each step is noise; less keeps closer to the picture.
    """
    levels = sigmas_of.from_link(sigmas)
    found = await encoding.cycled(guider, levels, latent_image, ctx, seed=noise_seed, eta=eta)
    return Encoded(*found)


@node(category=CATEGORY, title="DDIM Inversion", id="SfumatoDDIMInversion", lane="device")
async def ddim_inversion(
    guider: Guider, sigmas: Sigmas, latent_image: Latent, iterations: Iterations, ctx: Context
) -> Latent:
    """Find the noise from which sampling leads to a picture.

    Sample it with "euler" or "ddim", the same noise levels and no noise added.

    Args:
        guider: The model and the prompt that describes the picture as it is; use a cfg of 1.
        sigmas: Noise levels that lead to the picture, descending.
        latent_image: The picture.
        iterations: How often each step is asked about; more come closer to the picture.
    """
    levels = sigmas_of.from_link(sigmas)
    return await encoding.inverted(guider, levels, latent_image, iterations, ctx)
