"""The built-in model, whose parts the others are trained beside."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import cast

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from engine.workflow import HOME

BASE = HOME / "models" / "checkpoints" / "emoji-mini"
#: Pixels of a side of what it draws, and what its latents are times the autoencoder's.
SIZE, SCALE = 128, 0.18215
#: The share of the picture's power in noisy latents, at each of its 1,000 times.
KEPT = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2, 0)


class BaseModel:
    """Its networks in float32, each read where it is first asked for."""

    @cached_property
    def vae(self) -> AutoencoderKL:
        """The autoencoder."""
        return AutoencoderKL.from_pretrained(BASE / "vae", torch_dtype=torch.float32).eval()

    @cached_property
    def unet(self) -> UNet2DConditionModel:
        """The U-Net, which is not trained."""
        unet = UNet2DConditionModel.from_pretrained(BASE / "unet", torch_dtype=torch.float32)
        return unet.eval().requires_grad_(False)

    @cached_property
    def _text(self) -> tuple[CLIPTokenizer, CLIPTextModel]:
        tokens = CLIPTokenizer.from_pretrained(BASE / "tokenizer", model_max_length=77)
        network = CLIPTextModel.from_pretrained(BASE / "text_encoder", dtype=torch.float32)
        return tokens, network.eval()

    @torch.no_grad()
    def prompts(self, texts: list[str]) -> Tensor:
        """Return (N, 77, 96) for N texts."""
        tokens, network = self._text
        made = tokens(texts, padding="max_length", truncation=True, return_tensors="pt")
        return network(input_ids=made.input_ids).last_hidden_state

    @cached_property
    def _empty(self) -> Tensor:
        return self.prompts([""])

    def some_emptied(self, prompts: Tensor, share: float) -> Tensor:
        """Put the empty prompt in the place of a share of prompts, chosen by chance."""
        return torch.where(torch.rand(len(prompts), 1, 1) < share, self._empty, prompts)

    @torch.no_grad()
    def latents(self, pictures: Tensor) -> Tensor:
        """Return (N, 4, h / 8, w / 8) as the U-Net is given them, for (N, 3, h, w) in 0..1."""
        mean = self.vae.encode(pictures * 2 - 1, return_dict=False)[0].mean
        return mean * SCALE

    @torch.no_grad()
    def pictures(self, latents: Tensor) -> Tensor:
        """Return (N, 3, h * 8, w * 8) in 0..1."""
        scaled = cast("torch.FloatTensor", latents / SCALE)  # what diffusers calls a Tensor
        decoded = self.vae.decode(scaled, return_dict=False)[0]
        return (decoded / 2 + 0.5).clamp(0, 1)


def noise_loss(
    answered: Callable[[Tensor, Tensor], Tensor], latents: Tensor, times: Tensor
) -> Tensor:
    """Return the error of the noise that is found in latents at the times, in 0..999.

    Each is weighed as min-SNR does up to 5 (Hang et al. 2023, arXiv:2303.09556), times at most 6 of
    what (snr + 1) / snr is.

    Args:
        answered: gives the noise for noisy latents and their times.
        latents: (N, 4, h, w).
        times: (N,).
    """
    noise, kept = torch.randn_like(latents), KEPT[times].view(-1, 1, 1, 1)
    answer = answered(kept.sqrt() * latents + (1 - kept).sqrt() * noise, times)
    snr = KEPT[times] / (1 - KEPT[times])
    weight = snr.clamp(max=5) / snr * ((snr + 1) / snr).clamp(max=6)
    return ((answer - noise).square().mean((1, 2, 3)) * weight).mean()
