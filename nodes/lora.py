"""Nodes that change the weights of a model by files of small size."""

from typing import Annotated

from engine import Clip, Context, FileChoice, Float, Model, lazy, node

patching = lazy("engine.diffusion.patches.patching")

LoraFile = Annotated[str, FileChoice(kind="loras")]
HypernetworkFile = Annotated[str, FileChoice(kind="hypernetworks")]
LoraStrength = Annotated[float, Float(default=1.0, min=-100.0, max=100.0, step=0.01)]
Strength = Annotated[float, Float(default=1.0, min=-10.0, max=10.0, step=0.01)]


@node(category="loaders", title="Load LoRA", id="LoraLoader", lane="io")
def load_lora(
    model: Model,
    clip: Clip,
    lora_name: LoraFile,
    strength_model: LoraStrength,
    strength_clip: LoraStrength,
    ctx: Context,
) -> tuple[Model, Clip]:
    """Add a LoRA to a diffusion model and its text encoder; several may follow each other.

    Args:
        lora_name: A file in models/loras, in any of the usual layouts.
        strength_model: How strongly the diffusion model is changed; 0 leaves it as it is.
        strength_clip: How strongly the text encoder is changed; 0 leaves it as it is.
    """
    return (
        patching.with_lora(model, lora_name, strength_model, ctx.runtime),
        patching.with_lora(clip, lora_name, strength_clip, ctx.runtime),
    )


@node(category="loaders", title="Load LoRA (Model Only)", id="LoraLoaderModelOnly", lane="io")
def load_lora_model_only(
    model: Model, lora_name: LoraFile, strength_model: LoraStrength, ctx: Context
) -> Model:
    """Add a LoRA to a diffusion model and leave the text encoder alone.

    Args:
        lora_name: A file in models/loras, in any of the usual layouts.
        strength_model: How strongly the diffusion model is changed; 0 leaves it as it is.
    """
    return patching.with_lora(model, lora_name, strength_model, ctx.runtime)


@node(category="loaders", title="Load Hypernetwork", id="HypernetworkLoader", lane="io")
def load_hypernetwork(
    model: Model, hypernetwork_name: HypernetworkFile, strength: Strength, ctx: Context
) -> Model:
    """Add a hypernetwork to a diffusion model; several may follow each other.

    Args:
        hypernetwork_name: A `.pt` file in models/hypernetworks.
        strength: How strongly it acts; 0 leaves the model as it is.
    """
    return patching.with_hypernetwork(model, hypernetwork_name, strength, ctx.runtime)
