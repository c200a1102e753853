"""Train double.safetensors, the network that enlarges pictures of the built-in model.

    python -m tools.training.upscaler ASSETS data.json OUT.safetensors

`tools/training/emoji_pictures.py` says where ASSETS and data.json are from.
"""

# ruff: noqa: PLR2004, chances and ranges are read best where they are used

from __future__ import annotations

import random
from pathlib import Path

import torch
from PIL import Image, ImageFilter
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.upscaling.rrdb import RRDBNet
from tools.training.base_model import SIZE, BaseModel
from tools.training.course import Learner, arguments, rates
from tools.training.emoji_pictures import COLOURS, Colour, Emoji, read_emojis, tensor_of

SCALE = 2
LARGE = SCALE * SIZE
NETWORK = {"channels": 3, "features": 24, "growth": 12, "blocks": 3, "doublings": 1, "fold": 1}
#: Pixels of a side of what is enlarged in a step, how many there are, and the rate of learning.
PIECE, BATCH, RATE = 40, 6, 1.5e-3
#: Pictures that there are at first, and how many more each so many steps.
FIRST_PICTURES, MORE, EVERY = 256, 16, 50
THROUGH_VAE = 0.5
FILTERS = (
    Image.Resampling.BOX,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)


def on_ground(emoji: Emoji, colour: Colour, width: int, corner: tuple[int, int]) -> Image.Image:
    """Return an emoji, `width` pixels wide, on a plain ground, LARGE pixels a side."""
    ground = Image.new("RGB", (LARGE, LARGE), colour)
    shown = emoji.picture.resize((width, width), Image.Resampling.LANCZOS)
    ground.paste(shown, corner, shown)
    return ground


def composed(emojis: list[Emoji], rng: random.Random) -> Image.Image:
    """Return an emoji somewhere on a ground of some colour."""
    colour = COLOURS["white"] if rng.random() < 0.5 else rng.choice(list(COLOURS.values()))
    width = round(LARGE * rng.uniform(0.65, 1))
    emoji, left = rng.choice(emojis), LARGE - width
    return on_ground(emoji, colour, width, (rng.randint(0, left), rng.randint(0, left)))


def smaller(picture: Image.Image, rng: random.Random) -> Tensor:
    """Return (3, SIZE, SIZE) in 0..1: some a little blurred, some with a little noise."""
    if rng.random() < 0.4:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.3)))
    made = tensor_of(picture.resize((SIZE, SIZE), rng.choice(FILTERS)))
    noise = rng.uniform(0, 0.015) if rng.random() < 0.3 else 0.0
    return (made + noise * torch.randn_like(made)).clamp(0, 1)


class Pairs:
    """Pictures and the small ones that lead to them; they become more while training."""

    def __init__(self, emojis: list[Emoji]) -> None:
        self.emojis, self.rng, self.model = emojis, random.Random(1), BaseModel()
        self.large = torch.empty(0, 3, LARGE, LARGE, dtype=torch.uint8)
        self.small = torch.empty(0, 3, SIZE, SIZE, dtype=torch.uint8)

    def through_vae(self, small: Tensor) -> Tensor:
        """Return (N, 3, SIZE, SIZE) as the built-in model gives it, of latents not quite clean."""
        latents = self.model.latents(small)
        return self.model.pictures(latents + self.rng.uniform(0, 0.1) * torch.randn_like(latents))

    def grow(self, count: int) -> None:
        """Compose more, half of them through the autoencoder."""
        pictures = [composed(self.emojis, self.rng) for _ in range(count)]
        small = torch.stack([smaller(picture, self.rng) for picture in pictures])
        some = round(count * THROUGH_VAE)
        small[:some] = self.through_vae(small[:some])
        large = torch.stack([tensor_of(picture) for picture in pictures])
        self.small = torch.cat([self.small, small.mul(255).round().byte()])
        self.large = torch.cat([self.large, large.mul(255).round().byte()])

    def piece(self) -> tuple[Tensor, Tensor]:
        """Return (3, PIECE, PIECE) in 0..1 and its large one, turned round by chance."""
        number, piece = self.rng.randrange(len(self.small)), SCALE * PIECE
        y, x = (self.rng.randint(0, SIZE - PIECE) for _ in range(2))
        small = self.small[number, :, y : y + PIECE, x : x + PIECE]
        y, x = SCALE * y, SCALE * x
        large = self.large[number, :, y : y + piece, x : x + piece]
        turns, flip = self.rng.randrange(4), [-1] if self.rng.random() < 0.5 else []
        small, large = (torch.rot90(each, turns, (1, 2)).flip(flip) for each in (small, large))
        return small.float() / 255, large.float() / 255

    def drawn(self) -> tuple[Tensor, Tensor]:
        """Return a batch of pieces."""
        small, large = zip(*(self.piece() for _ in range(BATCH)), strict=True)
        return torch.stack(small), torch.stack(large)


def begun() -> RRDBNet:
    """Return a network whose first channels carry the picture through, enlarged bilinearly."""
    net = RRDBNet(**NETWORK)
    tensors = dict(net.named_parameters())
    with torch.no_grad():
        tensors["conv_body.weight"].mul_(0.1)
        for name in ("conv_first", "conv_up1", "conv_hr", "conv_last"):
            weight, ramp = tensors[f"{name}.weight"], (0.0, 1.0, 0.0)
            if name == "conv_up1":  # of doubled pixels
                ramp = (0.25, 0.5, 0.25)
            weight[:3].mul_(0.1)
            tensors[f"{name}.bias"][:3].zero_()
            for plane in range(3):
                weight[plane, plane] += torch.tensor(ramp).outer(torch.tensor(ramp))
    return net


def slopes(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the differences of neighbours, down and to the right."""
    return x.diff(dim=-2), x.diff(dim=-1)


def loss_of(made: Tensor, wanted: Tensor) -> Tensor:
    """Return how far colours and edges are off."""
    pairs = zip(slopes(made), slopes(wanted), strict=True)
    edges = sum(functional.l1_loss(mine, theirs) for mine, theirs in pairs)
    return functional.l1_loss(made, wanted) + 0.5 * edges


def train(pairs: Pairs, out: Path, minutes: float) -> None:
    """Teach it, and write it."""
    net = begun().train()
    nn.utils.convert_conv2d_weight_memory_format(net, torch.channels_last)  # faster
    weights = dict(net.named_parameters())
    learner = Learner(weights, lambda _: RATE, memory=0.995, decay=1e-4, longest=0.5)
    for rate in rates(60 * minutes, 30):
        small, large = pairs.drawn()
        made = net(small.contiguous(memory_format=torch.channels_last))
        learner.learn(loss_of(made, large), rate)
        if learner.steps % EVERY == 0:
            pairs.grow(MORE)
    learner.write(out)


def main() -> None:
    """Read the pictures, train, write the file."""
    chosen = arguments(__doc__, "assets", "names", "out", minutes=33)
    torch.manual_seed(0)
    pairs = Pairs(read_emojis(chosen.assets, chosen.names, LARGE).trained)
    while len(pairs.small) < FIRST_PICTURES:
        pairs.grow(16)
    train(pairs, chosen.out, chosen.minutes)


if __name__ == "__main__":
    main()
