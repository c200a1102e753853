"""Nodes that turn prompts into conditionings."""

from dataclasses import replace
from typing import Annotated

from engine import Clip, Conditioning, Context, Int, Prompt, lazy, node
from engine.diffusion.text.embedding_names import embedding_files

encode = lazy("engine.diffusion.text.encode")

PromptText = Annotated[str, Prompt(multiline=True, dynamic_prompts=True, find=embedding_files)]
LastLayer = Annotated[int, Int(default=-1, min=-24, max=-1)]


@node(
    category="conditioning", title="CLIP Text Encode (Prompt)", id="CLIPTextEncode", lane="device"
)
def encode_prompt(text: PromptText, clip: Clip, ctx: Context) -> Conditioning:
    """Encode a prompt, so that it can steer a diffusion model.

    Args:
        text: `(word:1.2)` weighs a part, `embedding:name` inserts a learnt one; any length.
        clip: The text encoder, which must belong to the model that is steered.
    """
    return encode.encode_text(clip, text, ctx.runtime, ctx.warn)


@node(category="conditioning", title="CLIP Set Last Layer", id="CLIPSetLastLayer", lane="inline")
def set_last_layer(clip: Clip, stop_at_clip_layer: LastLayer) -> Clip:
    """Take the encoding from an earlier layer of the text encoder ("clip skip").

    Args:
        stop_at_clip_layer: -1 is the last layer, -2 the one before it.
    """
    return replace(clip, skip=stop_at_clip_layer)
