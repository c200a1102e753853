"""Nodes that write models to the output folder, in the original layout."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

from engine import Bool, Choice, Clip, Context, Int, Model, NodeResult, Text, Vae, lazy, node
from engine.diffusion.imaging.output_names import numbered_files, widget_value

if TYPE_CHECKING:
    from engine.diffusion.model_files.saving import Content

extraction = lazy("engine.diffusion.patches.extraction")
pictures = lazy("engine.diffusion.imaging.pictures")
safetensors_file = lazy("engine.diffusion.model_files.safetensors_file")
saving = lazy("engine.diffusion.model_files.saving")

CheckpointPrefix = Annotated[str, Text(default="checkpoints/ComfyUI")]
ModelPrefix = Annotated[str, Text(default="diffusion_models/ComfyUI")]
ClipPrefix = Annotated[str, Text(default="clip/ComfyUI")]
VaePrefix = Annotated[str, Text(default="vae/ComfyUI_vae")]
LoraPrefix = Annotated[str, Text(default="loras/ComfyUI_extracted_lora")]
Rank = Annotated[int, Int(default=8, min=1, max=4096)]
LoraType = Annotated[str, Choice(choices=("standard", "full_diff"))]
Biases = Annotated[bool, Bool(default=True)]


@node(
    category="advanced/model_merging",
    title="Save Checkpoint",
    id="CheckpointSave",
    output=True,
    lane="device",
)
def save_checkpoint(
    model: Model, clip: Clip, vae: Vae, filename_prefix: CheckpointPrefix, ctx: Context
) -> NodeResult:
    """Write a checkpoint with all that was changed about its weights, as it is computed with.

    Args:
        filename_prefix: Below the output folder; a number is added.
    """
    return _write(saving.checkpoint(ctx.runtime, model, clip, vae), filename_prefix, ctx)


@node(
    category="advanced/model_merging",
    title="Save Model",
    id="ModelSave",
    output=True,
    lane="device",
)
def save_model(model: Model, filename_prefix: ModelPrefix, ctx: Context) -> NodeResult:
    """Write a diffusion model with all that was changed about its weights.

    Args:
        filename_prefix: Below the output folder; a number is added.
    """
    return _write(saving.checkpoint(ctx.runtime, model), filename_prefix, ctx)


@node(
    category="advanced/model_merging", title="Save CLIP", id="CLIPSave", output=True, lane="device"
)
def save_clip(clip: Clip, filename_prefix: ClipPrefix, ctx: Context) -> NodeResult:
    """Write a text encoder with all that was changed about its weights.

    Args:
        filename_prefix: Below the output folder; the encoder's kind and a number are added.
    """
    return _write(saving.part(ctx.runtime, clip), f"{filename_prefix}_clip_l", ctx)


@node(category="advanced/model_merging", title="Save VAE", id="VAESave", output=True, lane="device")
def save_vae(vae: Vae, filename_prefix: VaePrefix, ctx: Context) -> NodeResult:
    """Write an autoencoder.

    Args:
        filename_prefix: Below the output folder; a number is added.
    """
    return _write(saving.part(ctx.runtime, vae), filename_prefix, ctx)


@node(
    category="_for_testing",
    title="Extract and Save LoRA",
    id="LoraSave",
    output=True,
    lane="device",
    experimental=True,
)
def save_lora(
    filename_prefix: LoraPrefix,
    rank: Rank,
    lora_type: LoraType,
    bias_diff: Biases,
    ctx: Context,
    model_diff: Model | None = None,
    text_encoder_diff: Clip | None = None,
) -> NodeResult:
    """Write the difference of two models as a LoRA.

    Args:
        filename_prefix: Below the output folder; a number is added.
        rank: Of the matrices: more keeps more of the difference and makes a larger file.
        lora_type: "standard" makes matrices of the rank, "full_diff" keeps the whole difference.
        bias_diff: Also keep the differences of biases and norms.
        model_diff: What Subtract Models gives.
        text_encoder_diff: What Subtract CLIPs gives.
    """
    entries = [
        entry
        for handle in (model_diff, text_encoder_diff)
        if handle is not None
        for entry in extraction.extracted(handle, rank, lora_type, ctx.runtime, biases=bias_diff)
    ]
    return _write(saving.Content(entries), filename_prefix, ctx) if entries else NodeResult()


def _write(content: "Content", prefix: str, ctx: Context) -> NodeResult:
    (root,) = ctx.folders.roots("output")
    files = numbered_files(
        root,
        prefix,
        width=0,
        height=0,
        now=datetime.now(),
        find_widget=partial(widget_value, ctx.prompt),
        name_for=ctx.names_in("output"),
    )
    texts = pictures.graph_texts(ctx.prompt, ctx.extra_pnginfo) | content.metadata
    parts = safetensors_file.safetensors_parts(content.entries, texts)
    ctx.wrote(files.write(parts, ".safetensors"))
    return NodeResult()
