"""Token merging: which tokens become one, and that they come back."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.diffusion.unet.merging import merging_of
from engine.diffusion.unet.network_patches import Pass, changed
from engine.types import Patch
from tests.tiny_models import WIDTH, tiny_model

MODEL = discrete(scaled_linear_betas())
TARGETS = torch.tensor([0, 2])


def tokens(*directions: float) -> Tensor:
    """Return tokens (1, N, 2) that point at some angles in radians, of lengths 1, 2, 3, …"""
    angles = torch.tensor(directions)
    lengths = torch.arange(1, len(directions) + 1)[:, None]
    return (torch.stack([angles.cos(), angles.sin()], -1) * lengths)[None]


def test_the_token_most_like_a_target_is_averaged_into_it():
    given = tokens(0.0, 0.7, 1.5, 1.4, 3.0)  # 3 is nearest, to target 2; then 1, to target 0

    one, two = (merging_of(given, TARGETS, count).merged(given)[0] for count in (1, 2))

    first, second, third, fourth, fifth = given[0]
    assert torch.allclose(one, torch.stack([first, (third + fourth) / 2, second, fifth]))
    assert torch.allclose(two, torch.stack([(first + second) / 2, (third + fourth) / 2, fifth]))


def test_all_that_are_merged_into_one_target_share_its_mean():
    given = tokens(0.0, 0.1, 3.0, 0.2)

    merged = merging_of(given, TARGETS, 9).merged(given)[0]

    assert torch.allclose(merged, torch.stack([given[0, [0, 1, 3]].mean(0), given[0, 2]]))


def test_what_was_merged_gets_what_its_target_has():
    given = tokens(0.0, 0.7, 1.5, 1.4, 3.0)
    merging = merging_of(given, TARGETS, 2)

    back = merging.unmerged(torch.tensor([[[10.0], [20.0], [30.0]]]))

    assert back.flatten().tolist() == [10.0, 10.0, 20.0, 20.0, 30.0]


@given(count=st.integers(0, 20), seed=st.integers(0, 1000))
def test_tokens_that_are_equal_come_back_as_they_were(count: int, seed: int):
    generator = torch.Generator().manual_seed(seed)
    kinds = torch.randn(2, 4, 3, generator=generator)
    alike = kinds[:, torch.arange(16) % 4]
    merging = merging_of(alike, torch.arange(4), count)  # a target of every kind

    merged = merging.merged(alike)

    assert merged.shape == (2, 16 - min(count, 12), 3)
    torch.testing.assert_close(merging.unmerged(merged), alike)


def attention_in(ratio: float, size: tuple[int, int], sigma: float = 3.0) -> tuple[Any, ...]:
    """Return what the first self-attention of a tiny network was given and made, and itself."""
    unet: Any = tiny_model().unet.requires_grad_(False)
    attention = unet.down_blocks[0].attentions[0].transformer_blocks[0].attn1
    seen: list[Any] = []
    x = torch.randn(2, 4, *size, generator=torch.Generator().manual_seed(4))
    context = torch.randn(2, 7, WIDTH, generator=torch.Generator().manual_seed(5))
    patch = Patch("TokenMerging", {"ratio": ratio})
    first = attention.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with changed(unet, [patch], Pass(x, torch.full((2,), sigma), MODEL)):
        hook = attention.register_forward_pre_hook(
            lambda _, given, named: seen.append((given[0], named["encoder_hidden_states"])),
            with_kwargs=True,
        )
        last = attention.register_forward_hook(lambda *given: seen.append(given[-1]))
        unet(x, torch.tensor(500), encoder_hidden_states=context)
    for each in (first, hook, last):
        each.remove()
    return (*seen, attention)


@pytest.mark.parametrize(
    ("ratio", "size", "left"), [(0.5, (8, 8), 32), (1.0, (8, 8), 16), (0.5, (7, 6), 21)]
)
def test_merged_places_ask_once_and_look_at_all(ratio: float, size: tuple[int, int], left: int):
    whole, (asking, around), answer, attention = attention_in(ratio, size)

    assert asking.shape[1] == left
    assert torch.equal(around, whole)
    made = attention(asking, encoder_hidden_states=around)
    rows = [{tuple(row) for row in each[0].tolist()} for each in (answer, made)]
    assert answer.shape == whole.shape
    assert rows[0] == rows[1]


def test_the_same_level_merges_the_same_places_and_another_others():
    first, again, other = (attention_in(0.5, (8, 8), sigma)[1][0] for sigma in (3.0, 3.0, 2.0))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)
