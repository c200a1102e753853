"""Train the LoRA of flat emoji that ships with the project.

    python -m tools.training.lora PICTURES flat.safetensors --minutes 28

PICTURES are PNG files with alpha, 256 pixels a side, each named by what it shows: the SVG files of
the npm package `@lobehub/fluent-emoji-flat` 1.1.0 (MIT) whose names are in the model's
`concepts.txt`, drawn by a browser.
"""

from __future__ import annotations

import random
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn

from tools.training.base_model import SIZE, BaseModel, noise_loss
from tools.training.course import Learner, arguments, rates
from tools.training.emoji_pictures import COLOURS, prompt, tensor_of

RANK, BATCH, ROUNDS = 8, 8, 3
#: Shares of the samples: on white, without an article, turned round, without a text.
WHITE, BARE, TURNED, EMPTY = 0.65, 0.5, 0.4, 0.12
CONVOLUTIONS = {"conv1", "conv2", "proj_in", "proj_out"}


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
        is_inner = "attn" in name or ".ff." in name
        if (isinstance(layer, nn.Linear) and is_inner) or (
            isinstance(layer, nn.Conv2d) and last in CONVOLUTIONS
        ):
            found[name] = Adapted(layer)
            unet.get_submodule(parent).register_module(last, found[name])
    return found


def composed(path: Path, rng: random.Random) -> tuple[Tensor, str]:
    """Return a picture (3, SIZE, SIZE) in 0..1 on a plain ground, and its text."""
    colour = "white" if rng.random() < WHITE else rng.choice(list(COLOURS))
    side = round(SIZE * rng.uniform(0.72, 0.96))
    emoji = Image.open(path).convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", (SIZE, SIZE), COLOURS[colour])
    middle = (SIZE - side) // 2
    ground.paste(emoji, (middle + rng.randint(-4, 4), middle + rng.randint(-4, 4)), emoji)
    text = prompt(path.stem, colour, article=rng.random() >= BARE, ground=colour != "white")
    return tensor_of(ground), text


def encoded(model: BaseModel, paths: list[Path]) -> tuple[Tensor, Tensor]:
    """Return latents (N, 4, 16, 16) and prompts (N, 77, 96)."""
    rng, latents, prompts = random.Random(0), list[Tensor](), list[Tensor]()
    for start in range(0, len(paths) * ROUNDS, 32):
        chosen = (paths * ROUNDS)[start : start + 32]
        pictures, texts = zip(*(composed(path, rng) for path in chosen), strict=True)
        latents.append(model.latents(torch.stack(pictures)))
        prompts.append(model.prompts(list(texts)))
    return torch.cat(latents), torch.cat(prompts)


def key_of(name: str) -> str:
    """Return kohya's name of a layer."""
    return "lora_unet_" + name.replace(".", "_")


def train(paths: list[Path], out: Path, minutes: float) -> None:
    """Teach the difference, and write it in kohya's layout."""
    model = BaseModel()
    latents, prompts = encoded(model, paths)
    weights: dict[str, nn.Parameter] = {}
    adapted = adapt(model.unet)
    for name, layer in adapted.items():
        for part, each in (("lora_down", layer.down), ("lora_up", layer.up)):
            weights |= {f"{key_of(name)}.{part}.{n}": p for n, p in each.named_parameters()}
    learner = Learner(weights, lambda _: 2e-3, memory=0.99, decay=1e-3)
    for rate in rates(60 * minutes, 40):
        pick, times = torch.randint(len(latents), (BATCH,)), torch.randint(1000, (BATCH,))
        clean = latents[pick].flip(-1) if torch.rand(()) < TURNED else latents[pick]
        words = model.some_emptied(prompts[pick], EMPTY)
        loss = noise_loss(lambda x, t, words=words: model.unet(x, t, words).sample, clean, times)
        learner.learn(loss, rate)
    learner.write(out, {f"{key_of(name)}.alpha": float(RANK) for name in adapted})


def main() -> None:
    """Read the pictures, train, write the file."""
    chosen = arguments(__doc__, "pictures", "out", minutes=28)
    torch.manual_seed(0)
    train(sorted(chosen.pictures.glob("*.png")), chosen.out, chosen.minutes)


if __name__ == "__main__":
    main()
