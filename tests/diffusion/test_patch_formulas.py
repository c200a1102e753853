"""Patches of a forward pass against the pass written out; see `plain_unet`."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.diffusion.unet import merging
from engine.diffusion.unet.network_patches import NETWORK_PATCHES, Pass, changed
from engine.types import Patch
from tests.diffusion import plain_unet
from tests.diffusion.plain_unet import Joints
from tests.diffusion.test_network_patches import DOWNSCALE, unet

__all__ = ["unet"]

MODEL = discrete(scaled_linear_betas())
SIDE = 16
GENERATOR = torch.Generator().manual_seed(5)
X = torch.randn(2, 4, SIDE, SIDE, generator=GENERATOR)
CONTEXT = torch.randn(2, 7, 16, generator=torch.Generator().manual_seed(1))
TIME = torch.tensor(700)
FACTORS = {"b1": 1.3, "b2": 1.2, "s1": 0.6, "s2": 0.3}
CLOSE = 1e-4

pytestmark = pytest.mark.usefixtures("no_grad")


def freeu(rule: Callable[..., Joints], **changes: float) -> Callable[[Any], Joints]:
    f = FACTORS | changes
    return lambda net: rule(net.conv_in.out_channels, (f["b1"], f["s1"]), (f["b2"], f["s2"]))


def shrinking(number: int, *, after_skip: bool) -> tuple[Patch, Callable[[Any], Joints]]:
    chosen = {"block_number": number, "downscale_after_skip": after_skip}
    return Patch("Downscale", DOWNSCALE | chosen), lambda _: plain_unet.deep_shrink(
        number, after_skip=after_skip
    )


TILES = {"tile_size": 64, "swap_size": 1, "max_depth": 0, "scale_depth": False}
CASES: dict[str, tuple[Patch, Callable[[Any], Joints]]] = {
    "FreeU": (Patch("FreeU", FACTORS), freeu(plain_unet.freeu)),
    "FreeU_V2": (Patch("FreeU_V2", FACTORS), freeu(plain_unet.freeu_v2)),
    "HyperTile": (Patch("HyperTile", TILES), lambda _: plain_unet.hypertile(8, SIDE**2)),
    "TokenMerging": (
        Patch("TokenMerging", {"ratio": 0.5}),
        lambda _: plain_unet.tokens_merged(SIDE**2 // 2, SIDE**2),
    ),
    "IdentityAttention": (
        Patch("IdentityAttention"),
        lambda _: plain_unet.identity_in_the_middle(),
    ),
    "nothing": (Patch("WatchAttention", {"seen": []}), lambda _: Joints()),
    "Downscale after block 3": shrinking(3, after_skip=True),
    "Downscale of block 3": shrinking(3, after_skip=False),
    "Downscale after block 5": shrinking(5, after_skip=True),
    "Downscale after block 8": shrinking(8, after_skip=True),
    "Downscale of block 2": shrinking(2, after_skip=False),
}


@pytest.fixture(autouse=True)
def first_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let token merging draw the first place of every cell."""

    def targets(height: int, width: int, _drawn: object) -> Tensor:
        return torch.arange(height * width).view(height, width)[::2, ::2].flatten()

    monkeypatch.setattr(merging, "_targets", targets)


def distance(net: Any, context: Tensor, patch: Patch, joints: Joints, patched: Any = None) -> float:
    """Return how far the patched network is from the pass, as a share of the largest number.

    Args:
        patched: another network to patch than the pass goes through.
    """
    patched = patched or net
    with changed(patched, [patch], Pass(X, torch.full((len(X),), 12.0), MODEL)):
        made = patched(X, TIME, encoder_hidden_states=context).sample
    theirs = plain_unet.answer(net, X, TIME, context, joints)
    return float((made - theirs).abs().max() / theirs.abs().max())


def test_every_patch_of_a_pass_has_a_case():
    # compiling changes no number, and has tests of its own
    assert {patch.name for patch, _ in CASES.values()} == NETWORK_PATCHES.keys() - {"TorchCompile"}


@pytest.mark.parametrize("case", CASES)
def test_a_patched_network_answers_as_the_pass_that_is_written_out(unet: Any, case: str):
    patch, joints = CASES[case]

    assert distance(unet, CONTEXT, patch, joints(unet)) < CLOSE


@pytest.mark.parametrize("case", CASES)
def test_two_tensors_in_each_others_place_are_noticed(unet: Any, case: str):
    patch, joints = CASES[case]
    swapped = copy.deepcopy(unet)
    ours, theirs = (net.mid_block.attentions[0].transformer_blocks[0] for net in (swapped, unet))
    ours.attn1.to_v.weight = theirs.attn1.to_out[0].weight
    ours.attn1.to_out[0].weight = theirs.attn1.to_v.weight

    assert distance(unet, CONTEXT, patch, joints(unet), swapped) > CLOSE


@pytest.mark.parametrize("rule", ["FreeU", "FreeU_V2"])
def test_factors_in_each_others_place_are_noticed(unet: Any, rule: str):
    swapped = freeu(plain_unet.freeu if rule == "FreeU" else plain_unet.freeu_v2, b1=1.2, b2=1.3)

    assert distance(unet, CONTEXT, CASES[rule][0], swapped(unet)) > CLOSE
