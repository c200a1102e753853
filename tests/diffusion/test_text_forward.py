"""The full-size SD 1.5 text encoder on the reference's random weights; see tests/reference."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from engine.diffusion.text import tokenizer
from engine.diffusion.text.encode import encode_prompt
from engine.paths import Folders

pytestmark = pytest.mark.slow

PREFIX = "cond_stage_model.transformer.text_model."
ANSWERS = Path(__file__).parents[1] / "reference" / "sd15_clip.npz"


def reference_weight(name: str, shape: tuple[int, ...]) -> Tensor:
    """Draw a tensor by the rule of the reference, rounded to float16."""
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(zlib.crc32(name.encode())))
    if len(shape) == 1:
        drawn = 1 + 0.1 * noise if name.endswith("weight") else 0.1 * noise
    elif "embedding" in name:
        drawn = 0.1 * noise
    else:
        drawn = noise / np.sqrt(np.prod(shape[1:]))
    return drawn.half().float()


@pytest.fixture(scope="module")
def encoder() -> CLIPTextModel:
    config = CLIPTextConfig(
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
        hidden_act="quick_gelu",
        bos_token_id=tokenizer.START,
        eos_token_id=tokenizer.END,
    )
    encoder = CLIPTextModel(config).eval()
    shapes = {name: tuple(tensor.shape) for name, tensor in encoder.state_dict().items()}
    encoder.load_state_dict({n: reference_weight(PREFIX + n, s) for n, s in shapes.items()})
    return encoder


@pytest.fixture(scope="module")
def answers() -> Mapping[str, Tensor]:
    with np.load(ANSWERS) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays}


@pytest.mark.parametrize(
    ("key", "text", "skip"),
    [
        ("clip_0", "", -1),
        ("clip_1", "a red apple", -1),
        ("clip_2", "a (red:1.5) apple on a ((white)) table", -1),
        ("clip_skip2_1", "a red apple", -2),
    ],
)
def test_encodings_are_comfyuis(
    key: str, text: str, skip: int, encoder: CLIPTextModel, answers: Mapping[str, Tensor]
):
    (entry,) = encode_prompt(encoder, text, Folders.at(Path()), skip).entries

    torch.testing.assert_close(entry.encoding, answers[key], rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("clip_0_pooled", ""),
        ("clip_1_pooled", "a red apple"),
        ("clip_2_pooled", "a (red:1.5) apple on a ((white)) table"),
    ],
)
def test_pooled_encodings_are_comfyuis(
    key: str, text: str, encoder: CLIPTextModel, answers: Mapping[str, Tensor]
):
    (entry,) = encode_prompt(encoder, text, Folders.at(Path())).entries

    torch.testing.assert_close(entry.pooled, answers[key], rtol=0, atol=1e-4)
