"""Nodes that change how the answers to the positive and the negative prompt are combined."""

from typing import Annotated, NamedTuple

from engine import Float, Int, LatentOperation, Model, node

Multiplier = Annotated[float, Float(default=0.7, min=0.0, max=1.0, step=0.01)]
Eta = Annotated[float, Float(default=1.0, min=-10.0, max=10.0, step=0.01)]
NormThreshold = Annotated[float, Float(default=5.0, min=0.0, max=50.0, step=0.1)]
Momentum = Annotated[float, Float(default=0.0, min=-5.0, max=1.0, step=0.01)]
NormStrength = Annotated[float, Float(default=1.0, min=0.0, max=100.0, step=0.01)]
ScalingFactor = Annotated[float, Float(default=1.005, min=0.5, max=1.5, step=0.001)]
LowScale = Annotated[float, Float(default=1.0, min=0, max=10, step=0.01)]
HighScale = Annotated[float, Float(default=1.25, min=0, max=10, step=0.01)]
Cutoff = Annotated[int, Int(default=20, min=1, max=10000, step=1)]
PagScale = Annotated[float, Float(default=3.0, min=0.0, max=100.0, step=0.01)]
SagScale = Annotated[float, Float(default=0.5, min=-2.0, max=5.0, step=0.01)]
BlurSigma = Annotated[float, Float(default=2.0, min=0.0, max=10.0, step=0.1)]


class Patched(NamedTuple):
    """A model under the name that these nodes give it."""

    patched_model: Model


@node(category="advanced/model", title="Rescale CFG", id="RescaleCFG", lane="inline")
def rescale_cfg(model: Model, multiplier: Multiplier) -> Model:
    """Bring the contrast of a strongly guided picture back to that of an unguided one.

    Args:
        multiplier: How much of it; 0 changes nothing.
    """
    return model.with_patch("RescaleCFG", multiplier=multiplier)


@node(
    category="sampling/custom_sampling",
    title="Adaptive Projected Guidance",
    id="APG",
    lane="inline",
)
def apg(model: Model, eta: Eta, norm_threshold: NormThreshold, momentum: Momentum) -> Model:
    """Guide strongly without burnt colours.

    Args:
        eta: How much of what only raises the contrast is kept; 1 keeps all of it.
        norm_threshold: Guidance is made no longer than this; 0 leaves its length.
        momentum: How much of the last step's guidance is added; less than 0 pushes away from it.
    """
    return model.with_patch("APG", eta=eta, norm_threshold=norm_threshold, momentum=momentum)


@node(category="advanced/guidance", title="CFG-Zero*", id="CFGZeroStar", lane="inline")
def cfg_zero_star(model: Model) -> Patched:
    """Fit the length of the negative answer to the positive one before they are combined."""
    return Patched(model.with_patch("CFGZeroStar"))


@node(
    category="advanced/guidance", title="CFG Norm", id="CFGNorm", lane="inline", experimental=True
)
def cfg_norm(model: Model, strength: NormStrength) -> Patched:
    """Keep guidance from making anything stronger than the positive prompt alone would.

    Args:
        strength: Multiplies the result.
    """
    return Patched(model.with_patch("CFGNorm", strength=strength))


@node(category="advanced/guidance", title="Tangential Damping CFG", id="TCFG", lane="inline")
def tcfg(model: Model) -> Patched:
    """Keep of the negative prompt only what lies along what both prompts say."""
    return Patched(model.with_patch("TCFG"))


@node(category="_for_testing", title="Mahiro CFG", id="Mahiro", lane="inline", experimental=True)
def mahiro(model: Model) -> Patched:
    """Follow the positive prompt more where the negative one pulls elsewhere."""
    return Patched(model.with_patch("Mahiro"))


@node(category="model_patches/unet", title="Epsilon Scaling", id="Epsilon Scaling", lane="inline")
def epsilon_scaling(model: Model, scaling_factor: ScalingFactor) -> Model:
    """Shrink the predicted noise a little, against errors that add up on the way.

    Args:
        scaling_factor: What it is divided by; 1 changes nothing.
    """
    return model.with_patch("EpsilonScaling", scaling_factor=scaling_factor)


@node(category="_for_testing", title="FreSca", id="FreSca", lane="inline", experimental=True)
def fresca(model: Model, scale_low: LowScale, scale_high: HighScale, freq_cutoff: Cutoff) -> Model:
    """Guide coarse shapes and fine detail by different amounts.

    Args:
        scale_low: Of coarse shapes.
        scale_high: Of fine detail.
        freq_cutoff: Waves over the latent from which detail begins.
    """
    return model.with_patch(
        "FreSca", scale_low=scale_low, scale_high=scale_high, freq_cutoff=freq_cutoff
    )


@node(
    category="model_patches/unet",
    title="Perturbed-Attention Guidance",
    id="PerturbedAttentionGuidance",
    lane="inline",
)
def perturbed_attention_guidance(model: Model, scale: PagScale) -> Model:
    """Guide away from what the model makes when it cannot look around; sounder structure.

    Args:
        scale: How far; 0 changes nothing. Each step takes one evaluation more.
    """
    return model.with_patch("PAG", scale=scale)


@node(
    category="_for_testing",
    title="Self-Attention Guidance",
    id="SelfAttentionGuidance",
    lane="inline",
    experimental=True,
)
def self_attention_guidance(model: Model, scale: SagScale, blur_sigma: BlurSigma) -> Model:
    """Guide away from blurred pictures where the model looks most; finer detail.

    Args:
        scale: How far; 0 changes nothing. Each step takes one evaluation more.
        blur_sigma: How blurred, in latent cells.
    """
    return model.with_patch("SAG", scale=scale, blur_sigma=blur_sigma)


@node(
    category="latent/advanced/operations",
    title="Latent Apply Operation CFG",
    id="LatentApplyOperationCFG",
    lane="inline",
    experimental=True,
)
def apply_operation_to_guidance(model: Model, operation: LatentOperation) -> Model:
    """Put what the prompts differ in through an operation before it guides.

    Args:
        operation: Sharpens or presses together; for the positive answer where no negative is asked.
    """
    return model.with_patch("LatentOperation", operation=operation)
