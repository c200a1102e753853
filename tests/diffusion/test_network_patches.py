"""Patches of a U-Net's forward pass, on a tiny one with the blocks of SD 1.x."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.diffusion.unet.hypertile import Tiling
from engine.diffusion.unet.joins import joins
from engine.diffusion.unet.network_patches import Pass, changed
from engine.errors import BadValue
from engine.types import Patch

MODEL = discrete(scaled_linear_betas())
GENERATOR = torch.Generator().manual_seed(5)
X = torch.randn(2, 4, 16, 16, generator=GENERATOR)
CONTEXT = torch.randn(2, 7, 16, generator=GENERATOR)
ONES = {"b1": 1.0, "b2": 1.0, "s1": 1.0, "s2": 1.0}
DOWNSCALE = {
    "block_number": 3,
    "downscale_factor": 2.0,
    "start_percent": 0.0,
    "end_percent": 0.35,
    "downscale_after_skip": True,
    "downscale_method": "bicubic",
    "upscale_method": "bicubic",
}
TILES = {"tile_size": 64, "swap_size": 1, "max_depth": 0, "scale_depth": False}


@pytest.fixture(scope="module")
def unet() -> UNet2DConditionModel:
    torch.manual_seed(1)
    whole = UNet2DConditionModel(
        block_out_channels=(8, 16, 32, 32),
        layers_per_block=2,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
        sample_size=16,
    )
    return whole.eval().requires_grad_(False)


def answer(
    unet: UNet2DConditionModel, *patches: Patch, sigma: float = 12.0, x: Tensor = X
) -> Tensor:
    forward = Pass(x, torch.full((len(x),), sigma), MODEL)
    with changed(unet, patches, forward):
        return unet(x, torch.tensor(700), encoder_hidden_states=CONTEXT, return_dict=False)[0]


NEUTRAL = [
    Patch("FreeU", ONES),
    Patch("FreeU_V2", ONES),
    Patch("HyperTile", TILES | {"tile_size": 128}),
    Patch("Downscale", DOWNSCALE | {"downscale_factor": 1.0}),
    Patch("TokenMerging", {"ratio": 0.0}),
    Patch("WatchAttention", {"seen": []}),
    Patch("RescaleCFG", {"multiplier": 0.7}),
]


@pytest.mark.parametrize("patch", NEUTRAL, ids=lambda patch: patch.name)
def test_neutral_setting_is_the_plain_network(unet: UNet2DConditionModel, patch: Patch):
    assert torch.equal(answer(unet, patch), answer(unet))


SMALLEST = [
    Patch("FreeU_V2", ONES | {"b1": 1.3, "s2": 0.2}),
    Patch("FreeU_V2", ONES | {"s1": 0.9}),
    Patch("HyperTile", TILES | {"tile_size": 1, "max_depth": 3}),
    Patch("TokenMerging", {"ratio": 1.0}),
    Patch("Downscale", DOWNSCALE | {"downscale_factor": 9.0, "block_number": 8}),
]


@pytest.mark.parametrize("patch", SMALLEST, ids=str)
def test_a_network_whose_middle_is_one_cell_answers_numbers(
    unet: UNet2DConditionModel, patch: Patch
):
    x = X[:, :, :8, :8]

    changed = answer(unet, patch, x=x)

    assert changed.isfinite().all()
    assert not torch.allclose(changed, answer(unet, x=x), atol=1e-4)


STRONG = [
    Patch("FreeU", ONES | {"b1": 1.3}),
    Patch("FreeU", ONES | {"b2": 1.3}),
    Patch("FreeU", ONES | {"s1": 0.3}),
    Patch("FreeU_V2", ONES | {"b1": 1.3}),
    Patch("HyperTile", TILES),
    Patch("Downscale", DOWNSCALE),
    Patch("Downscale", DOWNSCALE | {"downscale_after_skip": False}),
    Patch("IdentityAttention"),
    Patch("TokenMerging", {"ratio": 0.5}),
]


@pytest.mark.parametrize("patch", STRONG, ids=lambda patch: patch.name)
def test_network_is_as_before_after_a_changed_pass(unet: UNet2DConditionModel, patch: Patch):
    plain = answer(unet)

    assert not torch.allclose(answer(unet, patch), plain, atol=1e-4)
    assert torch.equal(answer(unet), plain)


def test_joins_tell_how_much_came_from_below(unet: UNet2DConditionModel):
    assert [join.channels for join in joins(unet)] == [32] * 7 + [16] * 3 + [8] * 2


def test_tiles_are_cut_and_joined_again():
    tokens = torch.arange(2 * 8 * 6 * 3).view(2, 48, 3)
    tiling = Tiling(height=8, width=6, rows=2, columns=3)

    tiles = tiling.cut(tokens)

    assert tiles.shape == (12, 8, 3)
    grid = tokens.view(2, 8, 6, 3)
    assert torch.equal(tiles[1].view(4, 2, 3), grid[0, :4, 2:4])
    assert torch.equal(tiling.joined(tiles), tokens)


def lengths(unet: UNet2DConditionModel, *, sigma: float = 12.0, **chosen: Any) -> list[int]:
    """Return among how many places those of the first attention of each level down look around."""
    seen: list[int] = []
    projections = [
        unet.get_submodule(f"down_blocks.{level}.attentions.0.transformer_blocks.0.attn1.to_q")
        for level in range(3)
    ]
    watching = [
        each.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[1]))
        for each in projections
    ]
    answer(unet, Patch("HyperTile", TILES | {"tile_size": 32} | chosen), sigma=sigma)
    for each in watching:
        each.remove()
    return seen


def test_tiles_go_down_to_a_depth_and_double_with_it(unet: UNet2DConditionModel):
    assert lengths(unet) == [16, 64, 16]
    assert lengths(unet, max_depth=1) == [16, 16, 16]
    assert lengths(unet, max_depth=1, scale_depth=True) == [16, 64, 16]


def test_grids_are_drawn_by_the_level_from_the_finest_ones(unet: UNet2DConditionModel):
    drawn = [lengths(unet, sigma=sigma, swap_size=3)[0] for sigma in (1, 2, 3, 4, 5, 6)]

    assert {16, 64} <= set(drawn) <= {16, 32, 64}
    assert drawn == [lengths(unet, sigma=sigma, swap_size=3)[0] for sigma in (1, 2, 3, 4, 5, 6)]


def test_shrunk_network_sees_half_the_sides_below_the_block(unet: UNet2DConditionModel):
    sizes: list[int] = []
    hook = unet.get_submodule("mid_block").register_forward_hook(
        lambda *given: sizes.append(given[-1].shape[-1])
    )
    answer(unet)
    answer(unet, Patch("Downscale", DOWNSCALE))
    answer(unet, Patch("Downscale", DOWNSCALE), sigma=0.5)
    hook.remove()

    assert sizes == [2, 1, 2]


@pytest.mark.parametrize("after_skip", [True, False])
@pytest.mark.parametrize("block", range(1, 12))
def test_any_block_can_be_shrunk_after(unet: UNet2DConditionModel, block: int, after_skip: bool):
    x = torch.randn(2, 4, 24, 32, generator=torch.Generator().manual_seed(2))
    shrunk = Patch(
        "Downscale", DOWNSCALE | {"block_number": block, "downscale_after_skip": after_skip}
    )

    assert answer(unet, shrunk, x=x).shape == x.shape


@pytest.mark.parametrize("after_skip", [True, False])
def test_controls_steer_a_shrunk_network_down_to_the_block(
    unet: UNet2DConditionModel, after_skip: bool
):
    x = torch.randn(2, 4, 24, 40, generator=torch.Generator().manual_seed(2))
    whole: Any = unet
    kept = [torch.randn(2, 8, 24, 40)] * 3 + [torch.randn(2, 8, 12, 20)] * 1
    kept += [torch.randn(2, 16, 12, 20)] * 2 + [torch.randn(2, 16, 6, 10)]
    kept += [torch.randn(2, 32, 6, 10)] * 2 + [torch.randn(2, 32, 3, 5)] * 3
    inside = [kept[place] for place in (2, 5, 8, 11)]
    shrunk = Patch("Downscale", DOWNSCALE | {"downscale_after_skip": after_skip})
    fitting = 4 if after_skip else 3

    def asked(count: int, levels: int) -> Tensor:
        with changed(unet, [shrunk], Pass(x, torch.full((2,), 12.0), MODEL)):
            return whole(
                x,
                torch.tensor(700),
                encoder_hidden_states=CONTEXT,
                down_block_additional_residuals=[
                    each if place < count else torch.zeros_like(each)
                    for place, each in enumerate(kept)
                ],
                mid_block_additional_residual=kept[-1] if count == len(kept) else kept[-1] * 0,
                down_intrablock_additional_residuals=[
                    each if place < levels else torch.zeros_like(each)
                    for place, each in enumerate(inside)
                ],
            ).sample

    torch.testing.assert_close(asked(12, 4), asked(fitting, 1))
    assert not torch.allclose(asked(12, 4), asked(0, 1), atol=1e-3)
    assert not torch.allclose(asked(12, 4), asked(fitting, 0), atol=1e-3)


def test_block_that_is_not_there_is_refused(unet: UNet2DConditionModel):
    with pytest.raises(BadValue, match="The model has 11 blocks"):
        answer(unet, Patch("Downscale", DOWNSCALE | {"block_number": 12}))


def test_watched_attention_is_a_share_for_every_place(unet: UNet2DConditionModel):
    seen: list[Tensor] = []

    answer(unet, Patch("WatchAttention", {"seen": seen}))

    assert seen[0].shape[0] == 2
    assert seen[0].shape[2:] == (4, 4)
    torch.testing.assert_close(seen[0].sum(-1), torch.ones(seen[0].shape[:3]))
