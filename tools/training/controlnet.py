"""Train canny.safetensors, the ControlNet on edges for the built-in model.

    python -m tools.training.controlnet ASSETS data.json OUT.safetensors

`tools/training/emoji_pictures.py` says where ASSETS and data.json are from.
"""

# ruff: noqa: PLR2004, chances and ranges are read best where they are used

from __future__ import annotations

import random
from pathlib import Path

import torch
from diffusers import ControlNetModel
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.imaging.edges import canny
from tools.training.base_model import SIZE, BaseModel, noise_loss
from tools.training.course import Learner, arguments, rates
from tools.training.emoji_pictures import COLOURS, Emoji, prompt, read_emojis, tensor_of

HINT_WIDTHS = (8, 16, 32, 64)
BATCH = 8
#: Samples that there are at first, and how many more each so many steps.
FIRST_SAMPLES, MORE, EVERY = 768, 16, 20


def pasted(canvas: Tensor, emoji: Emoji, scale: float, x: float, y: float, *, turn: bool) -> Tensor:
    """Lay an emoji over a picture, (3, SIZE, SIZE); `x` and `y` are in halves of its side."""
    side = -1 if turn else 1
    theta = torch.tensor([[[side / scale, 0, -side * x / scale], [0, 1 / scale, -y / scale]]])
    grid = functional.affine_grid(theta, [1, 4, SIZE, SIZE], align_corners=False)
    layer = functional.grid_sample(tensor_of(emoji.picture)[None], grid, align_corners=False)[0]
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
    if text:
        ground = colour != "white" or rng.random() < 0.2
        text = prompt(text, colour, article=rng.random() < 0.5, ground=ground)
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
        self.choice, self.rng, self.model = choice, random.Random(1), BaseModel()
        self.latents = torch.empty(0, 4, SIZE // 8, SIZE // 8)
        self.hints = torch.empty(0, 2, SIZE, SIZE, dtype=torch.uint8)
        self.prompts = self.model.prompts([""])[:0]

    def grow(self, count: int) -> None:
        """Compose and encode more."""
        made = [composed(self.choice, self.rng) for _ in range(count)]
        pictures = torch.stack([picture for picture, _ in made])
        hints = [torch.stack([edges_of(each, self.rng) for _ in range(2)]) for each in pictures]
        self.latents = torch.cat([self.latents, self.model.latents(pictures)])
        self.hints = torch.cat([self.hints, torch.stack(hints)])
        self.prompts = torch.cat([self.prompts, self.model.prompts([text for _, text in made])])

    def drawn(self, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return some: latents, prompts (a quarter of them empty) and hints."""
        pick = torch.randint(0, len(self.latents), (count,))
        prompts = self.model.some_emptied(self.prompts[pick], 0.25)
        hints = self.hints[pick, torch.randint(0, 2, (count,))].float()
        return self.latents[pick], prompts, hints[:, None].expand(-1, 3, -1, -1)


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


def loss_of(net: ControlNetModel, samples: Samples) -> Tensor:
    """Return the error of the noise, nine in ten times at levels where shapes are decided."""
    latents, prompts, hints = samples.drawn(BATCH)
    is_high = torch.rand(BATCH) < 0.9
    t = torch.where(is_high, torch.randint(300, 1000, (BATCH,)), torch.randint(0, 300, (BATCH,)))

    def answered(noisy: Tensor, times: Tensor) -> Tensor:
        down, middle = net(noisy, times, prompts, hints, return_dict=False)
        return samples.model.unet(
            noisy,
            times,
            prompts,
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
        ).sample

    return noise_loss(answered, latents, t)


def train(samples: Samples, out: Path, minutes: float) -> None:
    """Teach a copy of the encoder, and write it."""
    unet = samples.model.unet
    net = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=HINT_WIDTHS).train()
    net.requires_grad_(True)
    begin_embedding(net, samples, 0.1 * minutes * 60)

    def rate_of(name: str) -> float:
        return 1.5e-3 if name.startswith("controlnet_") else 3e-4  # the rest is a copy

    learner = Learner(dict(net.named_parameters()), rate_of, memory=0.998, decay=0.01)
    for rate in rates(0.9 * minutes * 60, 50):
        learner.learn(loss_of(net, samples), rate)
        if learner.steps % EVERY == 0:
            samples.grow(MORE)
    learner.write(out)


def main() -> None:
    """Read the pictures, train, write the file."""
    chosen = arguments(__doc__, "assets", "names", "out", minutes=60)
    torch.manual_seed(0)
    samples = Samples(read_emojis(chosen.assets, chosen.names, SIZE).trained)
    while len(samples.latents) < FIRST_SAMPLES:
        samples.grow(32)
    train(samples, chosen.out, chosen.minutes)


if __name__ == "__main__":
    main()
