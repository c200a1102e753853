"""Say how near enlarged pictures come to the large ones, on those that were kept from the training.

python -m tools.training.upscaler_figures ASSETS data.json FILE.safetensors
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from engine.diffusion.model_files.checkpoint import read_header
from engine.diffusion.networks.build import build
from engine.diffusion.upscaling.rrdb_names import rrdb_network
from tools.training.base_model import SIZE, BaseModel
from tools.training.course import arguments
from tools.training.emoji_pictures import COLOURS, Emoji, picture_of, read_emojis, tensor_of
from tools.training.upscaler import LARGE, on_ground

Enlarge = Callable[[Tensor], Tensor]
WINDOW, WIDTH = 11, 1.5  # Wang et al. 2004's
GROUNDS = ("white", "white", "blue", "black")
WIDTH_SHOWN = round(0.85 * LARGE)
CORNER = (LARGE - WIDTH_SHOWN) // 2


def psnr(made: Tensor, wanted: Tensor) -> float:
    """Return the likeness of two pictures in dB."""
    return -10 * math.log10((made - wanted).square().mean().item())


def ssim(made: Tensor, wanted: Tensor) -> float:
    """Return the likeness of structures, at most 1 (Wang et al. 2004), over each channel."""
    places = torch.arange(WINDOW) - WINDOW // 2
    bell = torch.exp(-(places**2) / (2 * WIDTH**2))
    window = (bell[:, None] * bell / bell.sum() ** 2)[None, None]

    def mean(x: Tensor) -> Tensor:
        return functional.conv2d(x[:, None], window)

    mine, theirs = mean(made), mean(wanted)
    spread = mean(made**2) - mine**2 + mean(wanted**2) - theirs**2
    together = mean(made * wanted) - mine * theirs
    small, less = 0.01**2, 0.03**2
    alike = (2 * mine * theirs + small) / (mine**2 + theirs**2 + small)
    return (alike * (2 * together + less) / (spread + less)).mean().item()


def resized(small: Tensor, how: Image.Resampling) -> Tensor:
    """Return (3, LARGE, LARGE), enlarged without a network."""
    return tensor_of(picture_of(small).resize((LARGE, LARGE), how))


def network(path: Path) -> Enlarge:
    """Read a file as the engine does."""
    tensors = read_header(path).tensors
    described = rrdb_network(path.name, tensors)
    if described is None:
        raise SystemExit(f"{path} holds no RRDB network.")
    net = build(described, torch.float32, "cpu", path.name)

    @torch.no_grad()
    def enlarge(small: Tensor) -> Tensor:
        return net(small[None])[0].clamp(0, 1)

    return enlarge


def pairs(emojis: list[Emoji], *, drawn: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield small pictures with their large ones; `drawn`: through the model's autoencoder."""
    model = BaseModel()
    for number, emoji in enumerate(emojis):
        colour = COLOURS[GROUNDS[number % len(GROUNDS)]]
        large = on_ground(emoji, colour, WIDTH_SHOWN, (CORNER, CORNER))
        small = tensor_of(large.resize((SIZE, SIZE), Image.Resampling.BICUBIC))
        if drawn:
            small = model.pictures(model.latents(small[None]))[0]
        yield tensor_of(picture_of(small)), tensor_of(large)


def main() -> None:
    """Print a row for each way to enlarge."""
    chosen = arguments(__doc__, "assets", "names", "file")
    held_out = read_emojis(chosen.assets, chosen.names, LARGE).held_out
    ways: dict[str, Enlarge] = {
        "bicubic": partial(resized, how=Image.Resampling.BICUBIC),
        "lanczos": partial(resized, how=Image.Resampling.LANCZOS),
        chosen.file.stem: network(chosen.file),
    }
    for drawn in (False, True):
        known = list(pairs(held_out, drawn=drawn))
        print(f"{len(known)} pictures, {'through the autoencoder' if drawn else 'clean'}")
        for name, enlarge in ways.items():
            made = [(enlarge(small), large) for small, large in known]
            near = sum(psnr(*pair) for pair in made) / len(made)
            alike = sum(ssim(*pair) for pair in made) / len(made)
            print(f"  {name}: PSNR {near:.2f} dB, SSIM {alike:.4f}")


if __name__ == "__main__":
    main()
