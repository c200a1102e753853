"""Train canny.safetensors, the ControlNet on edges for the built-in model.

    PYTHONPATH=. python models/controlnet/emoji-mini/train.py ASSETS data.json OUT.safetensors

ASSETS is the folder `assets/` of the npm package `@lobehub/fluent-emoji-3d` 1.1.0, data.json the
file `en/data.json` of `emojibase-data` 17.0.0.
"""

# ruff: noqa: PLR2004, chances and ranges are read best where they are used

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextModel, CLIPTokenizer

from engine.diffusion.imaging.edges import canny

BASE = Path(__file__).parents[2] / "checkpoints" / "emoji-mini"
SIZE, SCALE = 128, 0.18215
#: Groups of emojibase that are drawn: no people, components and flags.
GROUPS = {0, 3, 4, 5, 6, 7, 8}
#: One picture in so many is kept from the training, to judge by.
HELD_OUT = 12
HINT_WIDTHS = (8, 16, 32, 64)
BATCH, FIRST_SAMPLES = 8, 768
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


class Emoji(NamedTuple):
    """A picture, (4, SIZE, SIZE) as uint8, and whether the model has seen its name."""

    name: str
    is_known: bool
    picture: Tensor


def emojis(assets: Path, names: Path) -> list[Emoji]:
    """Read all that may be drawn; each one in `HELD_OUT`, from the first, is to judge by."""
    known = set((BASE / "concepts.txt").read_text().replace("\n", "|").split("|"))
    found: list[Emoji] = []
    for record in json.loads(names.read_text()):
        code, label = record["hexcode"].lower(), record["label"].lower()
        paths = [assets / f"{c}.webp" for c in (code, code.replace("-fe0f", ""), f"{code}-fe0f")]
        path = next((path for path in paths if path.exists()), None)
        if path is None or record.get("group") not in GROUPS:
            continue
        picture = Image.open(path).convert("RGBA").resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        pixels = torch.from_numpy(np.array(picture)).movedim(-1, 0)
        found.append(Emoji(label, label in known, pixels))
    return found


def pasted(canvas: Tensor, emoji: Emoji, scale: float, x: float, y: float, *, turn: bool) -> Tensor:
    """Lay an emoji over a picture, (3, SIZE, SIZE); `x` and `y` are in halves of its side."""
    side = -1 if turn else 1
    theta = torch.tensor([[[side / scale, 0, -side * x / scale], [0, 1 / scale, -y / scale]]])
    grid = functional.affine_grid(theta, [1, 4, SIZE, SIZE], align_corners=False)
    layer = functional.grid_sample(emoji.picture[None] / 255, grid, align_corners=False)[0]
    return canvas * (1 - layer[3:]) + layer[:3] * layer[3:]


def composed(choice: list[Emoji], rng: random.Random) -> tuple[Tensor, str]:
    """Return a picture, (3, SIZE, SIZE) in 0..1, and its prompt, empty where there is none."""
    colour = "white" if rng.random() < 0.6 else rng.choice(list(COLOURS))
    canvas = torch.tensor(COLOURS[colour]).view(3, 1, 1).div(255).expand(3, SIZE, SIZE)
    weights = [6.0 if emoji.is_known else 1.0 for emoji in choice]
    shown = rng.choices(choice, weights, k=2 if rng.random() < 0.1 else 1)
    for place, emoji in enumerate(shown):
        if len(shown) > 1:
            scale, x, y = 0.48, place - 0.5, rng.uniform(-0.3, 0.3)
        elif rng.random() < 0.4:
            scale, x, y = 0.85, 0.0, 0.0
        else:
            scale, x, y = rng.uniform(0.5, 1.1), rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3)
        canvas = pasted(canvas, emoji, scale, x, y, turn=rng.random() < 0.4)
    text = shown[0].name if len(shown) == 1 and shown[0].is_known else ""
    if text and rng.random() < 0.5:
        text = ("an " if text[0] in "aeiou" else "a ") + text
    if text and (colour != "white" or rng.random() < 0.2):
        text += f" on a {colour} background"
    return canvas, text


def edges_of(picture: Tensor, rng: random.Random) -> Tensor:
    """Return (SIZE, SIZE) as uint8: edges by thresholds by chance, some with a hole."""
    low = rng.uniform(0.05, 0.25)
    found = canny(picture.movedim(0, -1)[None], low, low + rng.uniform(0.05, 0.4))[
        0, ..., 0
    ].clone()
    if rng.random() < 0.15:
        y, x = rng.randrange(SIZE), rng.randrange(SIZE)
        found[y : y + rng.randrange(16, 64), x : x + rng.randrange(16, 64)] = 0
    return found.to(torch.uint8)


class Samples:
    """Latents, encoded prompts and two hints of each; they become more while training."""

    def __init__(self, choice: list[Emoji]) -> None:
        self.choice, self.rng = choice, random.Random(1)
        self.vae = AutoencoderKL.from_pretrained(BASE / "vae", torch_dtype=torch.float32).eval()
        self.text = CLIPTextModel.from_pretrained(BASE / "text_encoder", dtype=torch.float32).eval()
        self.tokens = CLIPTokenizer.from_pretrained(BASE / "tokenizer", model_max_length=77)
        self.latents = torch.empty(0, 4, SIZE // 8, SIZE // 8)
        self.hints = torch.empty(0, 2, SIZE, SIZE, dtype=torch.uint8)
        self.empty = self.encoded([""])
        self.prompts = self.empty[:0]

    @torch.no_grad()
    def encoded(self, texts: list[str]) -> Tensor:
        """Encode prompts as the model is given them."""
        made = self.tokens(texts, padding="max_length", truncation=True, return_tensors="pt")
        return self.text(input_ids=made.input_ids).last_hidden_state

    @torch.no_grad()
    def grow(self, count: int) -> None:
        """Compose and encode more."""
        made = [composed(self.choice, self.rng) for _ in range(count)]
        pictures = torch.stack([picture for picture, _ in made])
        mean = self.vae.encode(pictures * 2 - 1, return_dict=False)[0].mean
        hints = [torch.stack([edges_of(each, self.rng) for _ in range(2)]) for each in pictures]
        self.latents = torch.cat([self.latents, mean * SCALE])
        self.hints = torch.cat([self.hints, torch.stack(hints)])
        self.prompts = torch.cat([self.prompts, self.encoded([text for _, text in made])])

    def drawn(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return some: latents, prompts (a quarter of them empty) and hints."""
        pick = torch.randint(0, len(self.latents), (count,))
        prompts = torch.where(torch.rand(count, 1, 1) < 0.25, self.empty, self.prompts[pick])
        hints = self.hints[pick, torch.randint(0, 2, (count,))].float()
        return self.latents[pick], prompts, hints[:, None].expand(-1, 3, -1, -1)


def rates(seconds: float, warm_up: int) -> Iterator[float]:
    """Yield shares of the learning rate, up at first and down to the end of the time."""
    began, step = time.monotonic(), 0
    while (done := (time.monotonic() - began) / seconds) < 1:
        step += 1
        yield min(1.0, step / warm_up) * (0.49 * (1 + math.cos(math.pi * done)) + 0.02)


def begin_embedding(net: ControlNetModel, samples: Samples, seconds: float) -> None:
    """Teach the hint's embedding what the first layer makes of the clean latent.

    The copied encoder then starts with features that it knows; from nothing it finds them late.
    """
    embedding = net.controlnet_cond_embedding
    nn.init.kaiming_normal_(embedding.conv_out.weight, nonlinearity="linear")
    optimizer = torch.optim.AdamW(embedding.parameters(), weight_decay=0)
    for rate in rates(seconds, 50):
        optimizer.param_groups[0]["lr"] = 2e-3 * rate
        latents, _, hints = samples.drawn(32)
        with torch.no_grad():
            wanted = net.conv_in(latents)
        optimizer.zero_grad()
        functional.mse_loss(embedding(hints), wanted).backward()
        optimizer.step()


def loss_of(unet: UNet2DConditionModel, net: ControlNetModel, samples: Samples) -> Tensor:
    """Return the error of the noise, nine in ten times at levels where shapes are decided."""
    kept = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2, 0)
    ratio = kept / (1 - kept)
    weight = ((ratio + 1) / ratio).clamp(max=6) * ratio.clamp(max=5) / ratio
    latents, prompts, hints = samples.drawn(BATCH)
    is_high = torch.rand(BATCH) < 0.9
    t = torch.where(is_high, torch.randint(300, 1000, (BATCH,)), torch.randint(0, 300, (BATCH,)))
    noise, k = torch.randn_like(latents), kept[t].view(-1, 1, 1, 1)
    noisy = k.sqrt() * latents + (1 - k).sqrt() * noise
    down, middle = net(noisy, t, prompts, hints, return_dict=False)
    answer = unet(
        noisy,
        t,
        prompts,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
    ).sample
    return ((answer - noise).square().mean((1, 2, 3)) * weight[t]).mean()


def trained(samples: Samples, minutes: float) -> dict[str, Tensor]:
    """Return the moving average of a ControlNet's weights."""
    unet = UNet2DConditionModel.from_pretrained(BASE / "unet", torch_dtype=torch.float32).eval()
    unet.requires_grad_(False)
    net = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=HINT_WIDTHS).train()
    net.requires_grad_(True)
    begin_embedding(net, samples, 0.1 * minutes * 60)
    fresh = {n: p for n, p in net.named_parameters() if n.startswith("controlnet_")}
    copied = [p for n, p in net.named_parameters() if n not in fresh]
    groups = [{"params": list(fresh.values()), "full": 1.5e-3}, {"params": copied, "full": 3e-4}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), weight_decay=0.01)
    average = {name: tensor.detach().clone() for name, tensor in net.state_dict().items()}
    for step, rate in enumerate(rates(0.9 * minutes * 60, 50), 1):
        for group in optimizer.param_groups:
            group["lr"] = group["full"] * rate
        loss = loss_of(unet, net, samples)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        for name, tensor in net.state_dict().items():
            average[name].lerp_(tensor, 1 - min(0.998, (1 + step) / (10 + step)))
        if step % 20 == 0:
            samples.grow(16)
            print(f"step {step}, loss {loss.item():.4f}", flush=True)
    return average


def main() -> None:
    """Read the pictures, train, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assets", type=Path)
    parser.add_argument("names", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    chosen = parser.parse_args()
    torch.manual_seed(0)
    every = emojis(chosen.assets, chosen.names)
    samples = Samples([emoji for number, emoji in enumerate(every) if number % HELD_OUT])
    while len(samples.latents) < FIRST_SAMPLES:
        samples.grow(32)
    weights = trained(samples, chosen.minutes)
    save_file({name: tensor.half().contiguous() for name, tensor in weights.items()}, chosen.out)


if __name__ == "__main__":
    main()
