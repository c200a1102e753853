"""Nodes that steer a model by a picture: its edges, depth, pose, colours or whatever else."""

from typing import Annotated, NamedTuple

from engine import (
    Conditioning,
    Context,
    ControlNet,
    FileChoice,
    Float,
    Image,
    Model,
    Vae,
    lazy,
    node,
)
from nodes.constraints import End, Start

conditionings = lazy("engine.diffusion.conditioning")
networks = lazy("engine.diffusion.control.networks")

ControlFile = Annotated[str, FileChoice(kind="controlnet")]
Strength = Annotated[float, Float(default=1.0, min=0.0, max=10.0, step=0.01)]


class Sides(NamedTuple):
    """Both prompts."""

    positive: Conditioning
    negative: Conditioning


@node(category="loaders", title="Load ControlNet Model", id="ControlNetLoader", lane="io")
def load_controlnet(control_net_name: ControlFile, ctx: Context) -> ControlNet:
    """Read a ControlNet or a T2I-Adapter.

    Args:
        control_net_name: A file in models/controlnet.
    """
    return networks.read_control(control_net_name, ctx.runtime)


@node(
    category="loaders", title="Load ControlNet Model (diff)", id="DiffControlNetLoader", lane="io"
)
def load_difference(model: Model, control_net_name: ControlFile, ctx: Context) -> ControlNet:
    """Read a ControlNet that holds only how it differs from the model.

    Args:
        model: The model whose weights it adds to.
        control_net_name: A file in models/controlnet.
    """
    return networks.read_control(control_net_name, ctx.runtime, model)


@node(
    category="conditioning/controlnet",
    title="Apply ControlNet (old)",
    id="ControlNetApply",
    lane="inline",
    deprecated=True,
)
def apply(
    conditioning: Conditioning, control_net: ControlNet, image: Image, strength: Strength
) -> Conditioning:
    """Steer the model by a picture, for the negative prompt as well.

    Args:
        image: What the ControlNet was trained for: edges, depth, a pose.
        strength: How closely it is followed; 0 not at all.
    """
    return conditionings.controlled(
        conditioning, control_net, image, strength=strength, is_for_both=True
    )


@node(
    category="conditioning/controlnet",
    title="Apply ControlNet",
    id="ControlNetApplyAdvanced",
    lane="inline",
)
def apply_advanced(
    positive: Conditioning,
    negative: Conditioning,
    control_net: ControlNet,
    image: Image,
    strength: Strength,
    start_percent: Start,
    end_percent: End,
    vae: Vae | None = None,
) -> Sides:
    """Steer the model by a picture.

    Args:
        positive: What is wanted.
        negative: What is not wanted.
        image: What the ControlNet was trained for: edges, depth, a pose.
        strength: How closely it is followed; 0 not at all.
        start_percent: Share of the steps after which it begins.
        end_percent: Share of the steps after which it ends.
        vae: For ControlNets that see latents; those of SD 1.x see pixels and need none.
    """
    wanted, unwanted = (
        conditionings.controlled(
            side, control_net, image, strength=strength, start=start_percent, end=end_percent
        )
        for side in (positive, negative)
    )
    return Sides(wanted, unwanted)
