"""How strong a LoRA is where its header says so."""

from __future__ import annotations

import json
from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.patches.lora_settings import KEY, Settings, read_settings


def settings(**told: object) -> Settings:
    return read_settings("x", {KEY: json.dumps({k.replace("__", "."): v for k, v in told.items()})})


@given(st.floats(0.1, 100), st.integers(1, 200))
def test_the_alpha_of_a_part_counts_over_the_rank(alpha: float, rank: int):
    found = settings(unet__lora_alpha=alpha, text_encoder__lora_alpha=1)

    assert found.scale("unet.a.to_q", rank) == alpha / rank
    assert found.scale("text_encoder.a", rank) == 1 / rank
    assert found.scale("other.a", rank) is None


def test_a_rank_that_is_stabilised_counts_by_its_root():
    found = settings(lora_alpha=4, use_rslora=True)

    assert found.scale("a.to_q", 8) == 4 / sqrt(8)


def test_modules_have_their_own_alphas_by_the_ends_of_their_names():
    found = settings(unet__lora_alpha=4, unet__alpha_pattern={"mid.to_q": 1, "^down.to_k": 2})

    ends = ("mid.to_q", "x.mid.to_q", "amid.to_q", "down.to_k", "x.down.to_k")
    assert [found.scale(f"unet.{end}", 1) for end in ends] == [1, 1, 4, 2, 4]


def test_a_header_without_settings_says_nothing():
    assert read_settings("x", {"ss_network_alpha": "4"}).scale("unet.a", 8) is None
