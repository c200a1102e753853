"""The whole path from prompt to picture, against a loop written with diffusers alone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from engine import Workflow
from engine.engine import Engine, Settings
from engine.paths import Folders

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "checkpoints" / "emoji-mini"
PROMPT, SEED, STEPS, CFG = "a blue heart on a black background", 11, 6, 4.0


@pytest.fixture
def engine(tmp_path: Path):
    (tmp_path / "models").symlink_to(ROOT / "models")
    engine = Engine.with_built_ins(Folders.at(tmp_path), Settings(precision="fp32", device="cpu"))
    yield engine
    engine.close()


def karras_sigmas(steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return noise levels (Karras et al. 2022, eq. 5) and the log of the model's own 1000."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    alphas = (1 - betas).cumprod(0)
    table = ((1 - alphas) / alphas) ** 0.5
    ramp = torch.linspace(0, 1, steps, dtype=torch.float64)
    low, high = table[0] ** (1 / 7), table[-1] ** (1 / 7)
    sigmas = (high + ramp * (low - high)) ** 7
    return torch.cat([sigmas, sigmas.new_zeros(1)]).float(), table.log().float()


def plain_diffusers_loop() -> torch.Tensor:
    """Return (1, H, W, 3) in 0..1; Karras et al. 2022, Algorithm 2 without churn."""
    tokenizer = CLIPTokenizer.from_pretrained(MODEL / "tokenizer")
    encoder = CLIPTextModel.from_pretrained(MODEL / "text_encoder", dtype=torch.float32)
    unet = UNet2DConditionModel.from_pretrained(MODEL / "unet", torch_dtype=torch.float32)
    vae: Any = AutoencoderKL.from_pretrained(MODEL / "vae", torch_dtype=torch.float32)
    ids = tokenizer(["", PROMPT], padding="max_length", max_length=77, return_tensors="pt")
    context = encoder(ids.input_ids).last_hidden_state
    sigmas, log_table = karras_sigmas(STEPS)
    noise = torch.randn((1, 4, 16, 16), generator=torch.Generator().manual_seed(SEED))
    x = noise * (1 + sigmas[0] ** 2) ** 0.5
    for sigma, following in pairwise(sigmas):
        time = (log_table - sigma.log()).abs().argmin()
        scaled = x / (1 + sigma**2) ** 0.5
        eps = unet(torch.cat([scaled, scaled]), time, context).sample
        x = x + (eps[:1] + CFG * (eps[1:] - eps[:1])) * (following - sigma)
    pixels = vae.decode(x / 0.18215).sample
    return (pixels / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)


def test_text_to_image_agrees_with_a_plain_diffusers_loop(engine: Engine):
    workflow = Workflow.load(ROOT / "workflows" / "text_to_image.json", engine)
    with torch.no_grad():
        expected = plain_diffusers_loop()

    result = workflow.run(
        prompt=PROMPT, seed=SEED, steps=STEPS, cfg=CFG, sampler="euler", scheduler="karras"
    )

    torch.testing.assert_close(result.outputs["images"][0], expected, atol=2e-4, rtol=0)
