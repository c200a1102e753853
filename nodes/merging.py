"""Nodes that mix the weights of two models, or scale those of one.

Nothing is computed here: a handle names both parents, and whoever samples mixes them once.
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from engine import Clip, Context, Float, InputSpec, Model, Unit, lazy, node

patching = lazy("engine.diffusion.patches.patching")

Multiplier = Annotated[float, Float(default=1.0, min=-10.0, max=10.0, step=0.01)]

#: Parts of a Stable Diffusion 1.x U-Net, as tensors in the original layout begin.
SD1_BLOCKS = (
    *("time_embed.", "label_emb."),
    *(f"input_blocks.{number}." for number in range(12)),
    *(f"middle_block.{number}." for number in range(3)),
    *(f"output_blocks.{number}." for number in range(12)),
    "out.",
)
#: Of attention, with whose weights each is.
PROJECTIONS = {"q": "queries'", "k": "keys'", "v": "values'", "out": "output's"}


def _factor_of(projection: str, whose: str) -> InputSpec:
    widget = Float(default=1.0, min=0.0, max=10.0, step=0.01)
    tooltip = f"Factor of the {whose} weights."
    return InputSpec(projection, "FLOAT", widget, tooltip=tooltip, has_default=True)


def _ratio_of(block: str) -> InputSpec:
    widget = Float(default=1.0, min=0.0, max=1.0, step=0.01)
    tooltip = "1 keeps the first model here, 0 takes the second."
    return InputSpec(block, "FLOAT", widget, tooltip=tooltip, has_default=True)


@node(category="advanced/model_merging", title="Merge Models", id="ModelMergeSimple", lane="io")
def merge_models(model1: Model, model2: Model, ratio: Unit, ctx: Context) -> Model:
    """Mix two models: the weighted sum of their weights.

    Args:
        model1: Its text encoder, patches and settings of sampling stay.
        ratio: 1 is the first model, 0 the second.
    """
    return patching.merged(model1, model2, "mix", {"": ratio}, ctx.runtime)


@node(category="advanced/model_merging", title="Add Models", id="ModelMergeAdd", lane="io")
def add_models(model1: Model, model2: Model, ctx: Context) -> Model:
    """Add the weights of a model, such as the difference of two others, to another's.

    Args:
        model2: What Subtract Models gives.
    """
    return patching.merged(model1, model2, "add", {"": 1.0}, ctx.runtime)


@node(
    category="advanced/model_merging", title="Subtract Models", id="ModelMergeSubtract", lane="io"
)
def subtract_models(model1: Model, model2: Model, multiplier: Multiplier, ctx: Context) -> Model:
    """Take the weights of a model from another's: what the first learnt beyond the second.

    Args:
        multiplier: Of the difference.
    """
    return patching.merged(model1, model2, "subtract", {"": multiplier}, ctx.runtime)


@node(
    category="advanced/model_merging",
    title="Merge Models by Blocks",
    id="ModelMergeBlocks",
    lane="io",
)
def merge_blocks(
    model1: Model,
    model2: Model,
    input: Unit,  # noqa: A002 ComfyUI's name
    middle: Unit,
    out: Unit,
    ctx: Context,
) -> Model:
    """Mix two models with a ratio for each third of the U-Net.

    Args:
        input: Of the way down, and of what belongs to no block; 1 is the first model, 0 the second.
        middle: Of the middle.
        out: Of the way up.
    """
    ratios = {"": input, "input": input, "middle": middle, "out": out}
    return patching.merged(model1, model2, "mix", ratios, ctx.runtime)


@node(
    category="advanced/model_merging/model_specific",
    title="Merge Models by SD1 Blocks",
    id="ModelMergeSD1",
    lane="io",
    more=[_ratio_of(block) for block in SD1_BLOCKS],
)
def merge_sd1_blocks(model1: Model, model2: Model, ctx: Context, **ratios: float) -> Model:
    """Mix two Stable Diffusion 1.x models with a ratio for each block of the U-Net."""
    return patching.merged(model1, model2, "mix", _with_default(ratios), ctx.runtime)


def _with_default(ratios: Mapping[str, float]) -> Mapping[str, float]:
    """Let the first ratio count for what no other names, as ComfyUI does."""
    return {"": next(iter(ratios.values()), 1.0), **ratios}


@node(category="advanced/model_merging", title="Merge CLIPs", id="CLIPMergeSimple", lane="io")
def merge_clips(clip1: Clip, clip2: Clip, ratio: Unit, ctx: Context) -> Clip:
    """Mix two text encoders: the weighted sum of their weights.

    Args:
        ratio: 1 is the first text encoder, 0 the second.
    """
    return patching.merged(clip1, clip2, "mix", {"": ratio}, ctx.runtime)


@node(category="advanced/model_merging", title="Add CLIPs", id="CLIPMergeAdd", lane="io")
def add_clips(clip1: Clip, clip2: Clip, ctx: Context) -> Clip:
    """Add the weights of a text encoder, such as the difference of two others, to another's.

    Args:
        clip2: What Subtract CLIPs gives.
    """
    return patching.merged(clip1, clip2, "add", {"": 1.0}, ctx.runtime)


@node(category="advanced/model_merging", title="Subtract CLIPs", id="CLIPMergeSubtract", lane="io")
def subtract_clips(clip1: Clip, clip2: Clip, multiplier: Multiplier, ctx: Context) -> Clip:
    """Take the weights of a text encoder from another's.

    Args:
        multiplier: Of the difference.
    """
    return patching.merged(clip1, clip2, "subtract", {"": multiplier}, ctx.runtime)


FACTORS = [_factor_of(*each) for each in PROJECTIONS.items()]
experiment = partial(
    node,
    category="_for_testing/attention_experiments",
    lane="inline",
    experimental=True,
    more=FACTORS,
)


@experiment(title="Multiply Self-Attention", id="UNetSelfAttentionMultiply")
def multiply_self_attention(model: Model, **factors: float) -> Model:
    """Scale the projections of a U-Net's self-attention."""
    return patching.with_unet_attention(model, "attn1", **factors)


@experiment(title="Multiply Cross-Attention", id="UNetCrossAttentionMultiply")
def multiply_cross_attention(model: Model, **factors: float) -> Model:
    """Scale the projections of a U-Net's attention to the prompt."""
    return patching.with_unet_attention(model, "attn2", **factors)


@experiment(title="Multiply CLIP's Attention", id="CLIPAttentionMultiply")
def multiply_clip_attention(clip: Clip, **factors: float) -> Clip:
    """Scale the projections of a text encoder's attention."""
    return patching.with_text_attention(clip, **factors)
