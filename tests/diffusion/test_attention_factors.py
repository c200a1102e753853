"""Attention multipliers against factors on what the projections of diffusers' networks give."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.runtime import Runtime
from nodes import merging
from tests.tiny_models import (
    TinyModel,
)

NAME = "tiny.safetensors"
X = torch.linspace(-2, 2, 4 * 8 * 8).reshape(1, 4, 8, 8)
TOKENS = torch.tensor([[998, 5, 17, 999]])
FACTORS = (1.5, 0.7, 1.2, 0.4)
PROJECTIONS = ("to_q", "to_k", "to_v", "to_out.0")
OF_TEXT = ("q_proj", "k_proj", "v_proj", "out_proj")
CLOSE = 1e-4


@pytest.fixture
def runtime(tiny_runtime: Runtime) -> Runtime:
    return tiny_runtime


@torch.no_grad()
def asked(unet: nn.Module, encoder: nn.Module) -> Tensor:
    encoding = encoder(TOKENS).last_hidden_state
    return unet(X, torch.tensor([500]), encoder_hidden_states=encoding).sample


def multiplied(network: nn.Module, factors: Mapping[str, float]) -> nn.Module:
    """Return a copy whose modules of these names give so many times as much."""
    changed = copy.deepcopy(network)
    for name, module in changed.named_modules():
        for ending, factor in factors.items():
            if name.endswith(ending):
                module.register_forward_hook(lambda _, __, made, factor=factor: made * factor)
    return changed


@pytest.mark.parametrize("what", ["attn1", "attn2", "text"])
def test_factors_act_on_what_projections_give(runtime: Runtime, model: TinyModel, what: str):
    handle, clip, _ = read_checkpoint("checkpoints", NAME, runtime)
    node: Any = {
        "attn1": merging.multiply_self_attention,
        "attn2": merging.multiply_cross_attention,
        "text": merging.multiply_clip_attention,
    }[what]
    factors = dict(zip(("q", "k", "v", "out"), FACTORS, strict=True))
    changed = node(clip if what == "text" else handle, **factors)
    encoder = load_text_encoder(changed if what == "text" else clip, runtime)

    made = asked(load_model(handle if what == "text" else changed, runtime).unet, encoder)

    right, swapped = (by_hooks(model, what, factors) for factors in (FACTORS, FACTORS[::-1]))
    assert (made - right).abs().max() < CLOSE
    assert (made - swapped).abs().max() > CLOSE


def by_hooks(model: TinyModel, what: str, factors: tuple[float, ...]) -> Tensor:
    places = OF_TEXT if what == "text" else [f"{what}.{each}" for each in PROJECTIONS]
    names = dict(zip(places, factors, strict=True))
    if what == "text":
        return asked(model.unet, multiplied(model.text_encoder, names))
    return asked(multiplied(model.unet, names), model.text_encoder)
