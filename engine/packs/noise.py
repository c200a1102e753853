"""Noise as packs know it: an object that is asked for the noise of a latent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.lazy import lazy
from engine.types import Latent, Noise

if TYPE_CHECKING:
    from torch import Tensor

noising = lazy("engine.diffusion.denoising.noising")


class PackNoise:
    """Stands for a `Noise` while a pack has it."""

    def __init__(self, noise: Noise) -> None:
        self.noise = noise
        self.seed = noise.seed or 0

    def generate_noise(self, input_latent: Mapping[str, Any]) -> Tensor:
        """Return noise (B, C, h, w) for a latent in ComfyUI's form."""
        index = input_latent.get("batch_index")
        latent = Latent(input_latent["samples"], None, None if index is None else tuple(index))
        return noising.drawn(self.noise, latent)


def from_pack(_: str, value: Any) -> Any:
    """Return the noise that was given to a pack; what a pack made itself stays as it is."""
    return value.noise if isinstance(value, PackNoise) else value
