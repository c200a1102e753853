"""Nodes that write down, cut and change noise levels."""

from typing import Annotated, NamedTuple

from engine import Choice, Context, Float, Int, Model, Sigmas, Unit, lazy, node

sigmas_of = lazy("engine.diffusion.levels.sigmas")
weights = lazy("engine.diffusion.networks.weights")

CATEGORY = "sampling/custom_sampling/sigmas"

Step = Annotated[int, Int(default=0, min=0, max=10_000)]
Parts = Annotated[int, Int(default=2, min=1, max=100)]
FirstLevel = Annotated[float, Float(default=136.0, min=0.0, max=20_000.0, step=0.001)]
StartLevel = Annotated[float, Float(default=-1.0, min=-1.0, max=20_000.0, step=0.01)]
EndLevel = Annotated[float, Float(default=12.0, min=0.0, max=20_000.0, step=0.01)]
Percent = Annotated[float, Float(default=0.0, min=0.0, max=1.0, step=0.0001)]
Spacing = Annotated[str, Choice(choices=("linear", "cosine", "sine"))]


class SplitLevels(NamedTuple):
    """Two parts of a schedule; the level where they meet is in both."""

    high_sigmas: Sigmas
    low_sigmas: Sigmas


class SigmaValue(NamedTuple):
    """One noise level."""

    sigma_value: float


@node(category=CATEGORY, title="Manual Sigmas", id="ManualSigmas")
def manual_sigmas(sigmas: str) -> Sigmas:
    """Write noise levels down.

    Args:
        sigmas: Numbers with commas or spaces between them, descending, usually to 0.
    """
    return sigmas_of.from_text(sigmas)


@node(category=CATEGORY, title="Split Sigmas", id="SplitSigmas")
def split_sigmas(sigmas: Sigmas, step: Step) -> SplitLevels:
    """Cut a schedule in two, to sample the parts in different ways.

    Args:
        step: How many steps the first part has.
    """
    return SplitLevels(*sigmas_of.split(sigmas, step))


@node(category=CATEGORY, title="Split Sigmas by Denoise", id="SplitSigmasDenoise")
def split_sigmas_denoise(sigmas: Sigmas, denoise: Unit) -> SplitLevels:
    """Cut off the last part of a schedule.

    Args:
        denoise: Share of the steps that the second part has.
    """
    return SplitLevels(*sigmas_of.split_denoise(sigmas, denoise))


@node(category=CATEGORY, title="Flip Sigmas", id="FlipSigmas")
def flip_sigmas(sigmas: Sigmas) -> Sigmas:
    """Turn a schedule round, so that sampling goes from the picture to its noise."""
    return sigmas_of.flipped(sigmas)


@node(category=CATEGORY, title="Set First Sigma", id="SetFirstSigma")
def set_first_sigma(sigmas: Sigmas, sigma: FirstLevel) -> Sigmas:
    """Begin a schedule at another noise level.

    Args:
        sigma: Standard deviation of the noise; a model of SD 1.x begins at 14.6.
    """
    return sigmas_of.with_first(sigmas, sigma)


@node(category=CATEGORY, title="Extend Intermediate Sigmas", id="ExtendIntermediateSigmas")
def extend_intermediate_sigmas(
    sigmas: Sigmas,
    steps: Parts,
    start_at_sigma: StartLevel,
    end_at_sigma: EndLevel,
    spacing: Spacing,
) -> Sigmas:
    """Take smaller steps in a part of a schedule.

    Args:
        steps: How many each step there becomes.
        start_at_sigma: The part begins at this level; -1 is the beginning.
        end_at_sigma: The part ends at this level.
        spacing: "cosine" is finer at the end of each step, "sine" at its beginning.
    """
    return sigmas_of.extended(sigmas, steps, start_at_sigma, end_at_sigma, spacing)


@node(category=CATEGORY, title="Sampling Percent to Sigma", id="SamplingPercentToSigma", lane="io")
def sampling_percent_to_sigma(
    model: Model, sampling_percent: Percent, ctx: Context, return_actual_sigma: bool = False
) -> SigmaValue:
    """Say at which noise level a part of sampling is done.

    Args:
        model: Gives the levels.
        sampling_percent: 0 is the beginning, 1 the end.
        return_actual_sigma: At the beginning and the end, give the model's own levels.
    """
    known = weights.parameterisation_of(model, ctx.runtime)
    level = sigmas_of.at_percent(known, sampling_percent, actual=return_actual_sigma)
    return SigmaValue(level)
