"""Nodes that say how a model's answers are guided."""

from typing import Annotated

from engine import Cfg, Choice, Conditioning, Float, Guider, Model, node

CATEGORY = "sampling/custom_sampling/guiders"

Style = Annotated[str, Choice(choices=("regular", "nested"))]
Scale = Annotated[float, Float(default=1.0, min=0.0, max=100.0, step=0.01)]


@node(category=CATEGORY, title="Basic Guider", id="BasicGuider", lane="inline")
def basic_guider(model: Model, conditioning: Conditioning) -> Guider:
    """Follow one prompt as the model does by itself.

    Args:
        conditioning: What is wanted.
    """
    sides = {"positive": conditioning, "negative": Conditioning()}
    return Guider(model, "cfg", {"cfg": 1.0}, sides)


@node(category=CATEGORY, title="CFG Guider", id="CFGGuider", lane="inline")
def cfg_guider(model: Model, positive: Conditioning, negative: Conditioning, cfg: Cfg) -> Guider:
    """Follow a prompt away from a negative one.

    Args:
        positive: What is wanted.
        negative: What is not wanted.
        cfg: How strongly the prompt is followed; 1 ignores the negative prompt.
    """
    return Guider(model, "cfg", {"cfg": cfg}, {"positive": positive, "negative": negative})


@node(category=CATEGORY, title="Dual CFG Guider", id="DualCFGGuider", lane="inline")
def dual_cfg_guider(
    model: Model,
    cond1: Conditioning,
    cond2: Conditioning,
    negative: Conditioning,
    cfg_conds: Cfg,
    cfg_cond2_negative: Cfg,
    style: Style,
) -> Guider:
    """Follow two prompts, each as strongly as you like.

    Args:
        cond1: What is wanted most.
        cond2: What is wanted beside it; guidance to the first goes on from here.
        negative: What is not wanted.
        cfg_conds: How strongly the first prompt is followed away from the second.
        cfg_cond2_negative: How strongly the second is followed away from the negative.
        style: "nested" follows what both make together away from the negative.
    """
    factors = {
        "cfg_conds": cfg_conds,
        "cfg_cond2_negative": cfg_cond2_negative,
        "style": style,
    }
    sides = {"positive": cond1, "middle": cond2, "negative": negative}
    return Guider(model, "dual_cfg", factors, sides)


@node(
    category="_for_testing",
    title="Perpendicular Negative Guider",
    id="PerpNegGuider",
    lane="inline",
    experimental=True,
)
def perp_neg_guider(
    model: Model,
    positive: Conditioning,
    negative: Conditioning,
    empty_conditioning: Conditioning,
    cfg: Cfg,
    neg_scale: Scale,
) -> Guider:
    """Go away only from that in the negative prompt which the positive one does not want.

    Args:
        positive: What is wanted.
        negative: What is not wanted.
        empty_conditioning: An empty prompt; both are compared with it.
        cfg: How strongly the prompt is followed.
        neg_scale: How strongly the negative prompt is avoided.
    """
    sides = {"positive": positive, "empty": empty_conditioning, "negative": negative}
    return Guider(model, "perp_neg", {"cfg": cfg, "neg_scale": neg_scale}, sides)


@node(
    category="_for_testing",
    title="Perpendicular Negative",
    id="PerpNeg",
    lane="inline",
    deprecated=True,
    experimental=True,
)
def perp_neg(model: Model, empty_conditioning: Conditioning, neg_scale: Scale) -> Model:
    """Let a model avoid only that in the negative prompt which the positive one does not want.

    Args:
        empty_conditioning: An empty prompt; both are compared with it.
        neg_scale: How strongly the negative prompt is avoided.
    """
    return model.with_patch("PerpNeg", empty_conditioning=empty_conditioning, neg_scale=neg_scale)
