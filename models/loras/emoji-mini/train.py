"""Train the LoRA of flat emoji that ships with the project.

    python train.py PICTURES flat.safetensors --minutes 28

PICTURES are PNG files with alpha, 256 pixels a side, each named by what it shows: the SVG files of
the npm package `@lobehub/fluent-emoji-flat` 1.1.0 (MIT) whose names are in the model's
`concepts.txt`, drawn by a browser.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

BASE = Path(__file__).parents[2] / "checkpoints" / "emoji-mini"
RANK, SIZE, SCALE, BATCH, ROUNDS = 8, 128, 0.18215, 8, 3
#: Shares of the samples: on white, without an article, turned round, without a text.
WHITE, BARE, TURNED, EMPTY = 0.65, 0.5, 0.4, 0.12
CONVOLUTIONS = {"conv1", "conv2", "proj_in", "proj_out"}
COLOURS = {
    "white": (255, 255, 255),
    "black": (20, 20, 20),
    "red": (225, 60, 60),
    "orange": (245, 150, 50),
    "yellow": (250, 215, 70),
    "green": (80, 180, 90),
    "blue": (70, 130, 230),
    "purple": (145, 90, 205),
    "pink": (245, 150, 190),
    "gray": (150, 150, 150),
}


class Adapted(nn.Module):
    """A layer and a difference of low rank beside it (Hu et al. 2021, arXiv:2106.09685)."""

    def __init__(self, base: nn.Linear | nn.Conv2d) -> None:
        super().__init__()
        self.base = base
        if isinstance(base, nn.Linear):
            self.down: nn.Module = nn.Linear(base.in_features, RANK, bias=False)
            self.up: nn.Module = nn.Linear(RANK, base.out_features, bias=False)
        else:
            square, step, around = base.kernel_size[0], base.stride[0], int(base.padding[0])
            self.down = nn.Conv2d(base.in_channels, RANK, square, step, around, bias=False)
            self.up = nn.Conv2d(RANK, base.out_channels, 1, bias=False)
        nn.init.zeros_(next(self.up.parameters()))

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layer gives, changed."""
        return self.base(x) + self.up(self.down(x))


def adapt(unet: nn.Module) -> dict[str, Adapted]:
    """Put an adapter around the layers of attention, feed-forward and residual blocks."""
    found: dict[str, Adapted] = {}
    for name, layer in list(unet.named_modules()):
        parent, _, last = name.rpartition(".")
        is_inner = isinstance(layer, nn.Linear) and ("attn" in name or ".ff." in name)
        if is_inner or (isinstance(layer, nn.Conv2d) and last in CONVOLUTIONS):
            found[name] = Adapted(layer)
            unet.get_submodule(parent).register_module(last, found[name])
    return found


def composed(path: Path, rng: random.Random) -> tuple[Tensor, str]:
    """Return a picture (3, SIZE, SIZE) in -1..1 on a plain ground, and its text."""
    colour = "white" if rng.random() < WHITE else rng.choice(list(COLOURS))
    side = round(SIZE * rng.uniform(0.72, 0.96))
    emoji = Image.open(path).convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", (SIZE, SIZE), COLOURS[colour])
    middle = (SIZE - side) // 2
    ground.paste(emoji, (middle + rng.randint(-4, 4), middle + rng.randint(-4, 4)), emoji)
    article = "" if rng.random() < BARE else "an " if path.stem[0] in "aeiou" else "a "
    behind = "" if colour == "white" else f" on a {colour} background"
    pixels = torch.from_numpy(np.array(ground)).permute(2, 0, 1) / 127.5 - 1
    return pixels, f"{article}{path.stem}{behind}"


@torch.no_grad()
def encoded(paths: list[Path]) -> tuple[Tensor, Tensor, Tensor]:
    """Return latents (N, 4, 16, 16), texts (N, 77, 96) and the empty text."""
    vae = AutoencoderKL.from_pretrained(BASE / "vae", torch_dtype=torch.float32).eval()
    encoder = CLIPTextModel.from_pretrained(BASE / "text_encoder", torch_dtype=torch.float32)
    tokens = CLIPTokenizer.from_pretrained(BASE / "tokenizer", model_max_length=77)

    def read(texts: list[str]) -> Tensor:
        ids = tokens(texts, padding="max_length", truncation=True, return_tensors="pt")
        return encoder(input_ids=ids.input_ids).last_hidden_state

    rng, latents, texts = random.Random(0), list[Tensor](), list[Tensor]()
    for start in range(0, len(paths) * ROUNDS, 32):
        chosen = (paths * ROUNDS)[start : start + 32]
        pictures, words = zip(*(composed(path, rng) for path in chosen), strict=True)
        latents.append(vae.encode(torch.stack(pictures)).latent_dist.mean * SCALE)
        texts.append(read(list(words)))
    return torch.cat(latents), torch.cat(texts), read([""])


def save(adapted: dict[str, Adapted], weights: list[Tensor], path: Path) -> None:
    """Write kohya's layout in float16."""
    tensors: dict[str, Tensor] = {}
    for index, name in enumerate(adapted):
        key = "lora_unet_" + name.replace(".", "_")
        tensors[f"{key}.lora_down.weight"] = weights[2 * index].half().contiguous()
        tensors[f"{key}.lora_up.weight"] = weights[2 * index + 1].half().contiguous()
        tensors[f"{key}.alpha"] = torch.tensor(float(RANK)).half()
    save_file(tensors, path)


def train(paths: list[Path], out: Path, minutes: float) -> None:
    """Teach the difference: eps loss with the weights of min-SNR 5, a moving average is kept."""
    latents, texts, empty = encoded(paths)
    unet = UNet2DConditionModel.from_pretrained(BASE / "unet", torch_dtype=torch.float32).eval()
    adapted = adapt(unet.requires_grad_(False))
    weights = [p for a in adapted.values() for p in (*a.down.parameters(), *a.up.parameters())]
    average = [weight.detach().clone() for weight in weights]
    optimizer = torch.optim.AdamW(weights, betas=(0.9, 0.99), weight_decay=1e-3)
    kept = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2, 0)
    snr = kept / (1 - kept)
    importance = snr.clamp(max=5) / snr * ((snr + 1) / snr).clamp(max=6)
    start, step = time.time(), 0
    while (done := (time.time() - start) / 60 / minutes) < 1:
        rate = 2e-3 * min(1, (step + 1) / 40) * (0.5 + 0.5 * math.cos(math.pi * done)) + 1e-5
        optimizer.param_groups[0]["lr"] = rate
        pick, times = torch.randint(len(latents), (BATCH,)), torch.randint(1000, (BATCH,))
        clean = latents[pick].flip(-1) if torch.rand(()) < TURNED else latents[pick]
        words = torch.where(torch.rand(BATCH, 1, 1) < EMPTY, empty, texts[pick])
        noise, share = torch.randn_like(clean), kept[times].view(-1, 1, 1, 1)
        answer = unet(share.sqrt() * clean + (1 - share).sqrt() * noise, times, words).sample
        loss = (((answer - noise) ** 2).mean((1, 2, 3)) * importance[times]).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        step += 1
        behind = 1 - min(0.99, (1 + step) / (10 + step))
        torch._foreach_lerp_(average, [weight.detach() for weight in weights], behind)
    save(adapted, average, out)
    print(f"{step} steps, loss {loss.item():.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=28)
    given = parser.parse_args()
    torch.manual_seed(0)
    train(sorted(given.pictures.glob("*.png")), given.out, given.minutes)
