"""The autoencoder between pixels and latents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from engine.diffusion.autoencoder import vae_tiles
from engine.diffusion.autoencoder.vae_stages import Stage, decoder_stages, encoder_stages
from engine.diffusion.latent.previews import PreviewMap, fit_preview_map
from engine.diffusion.networks.answers import checked
from engine.diffusion.networks.shortages import Rung, first_that_fits
from engine.diffusion.tiles import latent_tiles
from engine.diffusion.tiling import no_one
from engine.errors import ModelError
from engine.runtime import tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from diffusers import AutoencoderKL
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

    from engine.diffusion.tiles import Tiles
    from engine.diffusion.tiling import OnTile

#: Pixels of the tiles that are tried, and what they share, where the whole does not fit.
TILE_SIZES, OVERLAP = (512, 256, 128), 64
#: Copies of the largest activation that are alive at once: it, what comes before and after it, and
#: what a convolution lays out anew. Measured by `benchmarks/vae_memory.py`.
COPIES = 6
NETWORK = "The autoencoder"


@dataclass(eq=False)
class Vae:
    """A KL autoencoder on pixels in 0..1.

    Attributes:
        scale: what latents are multiplied by before a diffusion model sees them.
        room_bytes: what its activations may take before it works in tiles; 0 is no bound.
        make_room: called where that was not enough; says whether it made some.
        warn: told what was done because there was no room.
    """

    module: AutoencoderKL
    scale: float
    room_bytes: int = 0
    make_room: Callable[[], bool] = bool
    warn: Callable[[str], None] = tell_nobody

    @property
    def factor(self) -> int:
        """How many pixels a latent cell is wide and high."""
        return 2 ** (len(self.module.config["block_out_channels"]) - 1)

    @property
    def latent_channels(self) -> int:
        """Channels of a latent."""
        return self.module.config["latent_channels"]

    def encode(self, pixels: Tensor) -> Tensor:
        """Return latents, each the mean of its distribution, so that results can be repeated.

        (ComfyUI draws from the distribution with the global random state; its spread is tiny.)
        What would not fit into the memory is encoded in tiles.

        Args:
            pixels: (B, H, W, C) in 0..1; channels after the third are left out, and sides that
                are no multiple of `factor` are cropped at both ends.

        Returns:
            (B, latent_channels, H / factor, W / factor) float32, not multiplied by `scale`.

        Raises:
            ModelError: the picture is smaller than one latent cell.
            NodeError: the latents are not numbers.
        """
        inputs = self._inputs(pixels)
        cells = inputs[0, 0].numel() // self.factor**2
        # One by one: a picture's latent must not depend on the others, and the peak stays low.
        means = self._as_it_fits(inputs, cells, self._encoded, self._encoded_in_tiles)
        return checked(means.to(pixels.device), NETWORK, pixels)

    def encode_tiled(
        self, pixels: Tensor, tile_size: int, overlap: int, on_tile: OnTile = no_one
    ) -> Tensor:
        """Do the same in tiles of a size in pixels.

        Raises:
            ModelError: the picture is smaller than one latent cell.
            NodeError: the latents are not numbers.
            ValueOutOfRange: the overlap is larger than the tile.
        """
        tiles = latent_tiles(tile_size, overlap, self.factor)
        means = [
            self._encoded_in_tiles(picture[None], tiles, on_tile)
            for picture in self._inputs(pixels)
        ]
        return checked(torch.cat(means).to(pixels.device), NETWORK, pixels)

    def decode(self, samples: Tensor) -> Tensor:
        """Return pixels (B, H, W, 3) float32 in 0..1; what would not fit is decoded in tiles.

        Args:
            samples: (B, latent_channels, h, w), not multiplied by `scale`.

        Raises:
            ModelError: the latent has another number of channels.
            NodeError: the pixels are not numbers.
        """
        self._check(samples)
        return checked(self._all_decoded(samples), NETWORK, samples)

    def decode_tiled(
        self, samples: Tensor, tile_size: int, overlap: int, on_tile: OnTile = no_one
    ) -> Tensor:
        """Do the same in tiles of a size in pixels.

        Raises:
            ModelError: the latent has another number of channels.
            NodeError: the pixels are not numbers.
            ValueOutOfRange: the overlap is larger than the tile.
        """
        self._check(samples)
        tiles = latent_tiles(tile_size, overlap, self.factor)
        pictures = [self._decoded_in_tiles(sample[None], tiles, on_tile) for sample in samples]
        return checked(torch.cat(pictures).to(samples.device), NETWORK, samples)

    def activation_bytes(self, cells: int) -> int:
        """Predict what computing takes beside the weights, for a latent of so many cells."""
        dearest = max(stage.cost for stage in (*self._decoder, *self._encoder))
        return COPIES * dearest * cells * self.module.dtype.itemsize

    @cached_property
    def preview_map(self) -> PreviewMap:
        """A linear map from latents to colours, fitted to this autoencoder when first asked."""
        return fit_preview_map(
            self._all_decoded, channels=self.latent_channels, scale=self.scale, factor=self.factor
        )

    @cached_property
    def _decoder(self) -> Sequence[Stage]:
        return decoder_stages(self.module)

    @cached_property
    def _encoder(self) -> Sequence[Stage]:
        return encoder_stages(self.module)

    def _all_decoded(self, samples: Tensor) -> Tensor:
        cells = samples[0, 0].numel()
        pictures = self._as_it_fits(samples, cells, self._decoded, self._decoded_in_tiles)
        return pictures.to(samples.device)

    def _as_it_fits(
        self,
        items: Tensor,
        cells: int,
        whole: Callable[[Tensor], Tensor],
        in_tiles: Callable[[Tensor, Tiles], Tensor],
    ) -> Tensor:
        """Compute one item after the other whole, or else in ever smaller tiles.

        An operating system kills rather than refuses, so what will not fit is not tried.
        """
        rungs = self._rungs(items, cells, whole, in_tiles)
        return first_that_fits(rungs, NETWORK, self.module.device, self.warn)

    def _rungs(
        self,
        items: Tensor,
        cells: int,
        whole: Callable[[Tensor], Tensor],
        in_tiles: Callable[[Tensor, Tiles], Tensor],
    ) -> Iterator[Rung[Tensor]]:
        def compute(one: Callable[[Tensor], Tensor]) -> Tensor:
            return torch.cat([one(item[None]) for item in items])

        def compute_in_tiles(size: int) -> Tensor:
            tiles = latent_tiles(size, OVERLAP, self.factor)
            return compute(lambda item: in_tiles(item, tiles))

        needed, room = self.activation_bytes(cells), self.room_bytes
        *larger, smallest = TILE_SIZES
        fitting = [size for size in larger if not room or self._takes(size) <= room]
        if not room or needed <= room:
            yield Rung(partial(compute, whole))
        for size in (*fitting, smallest):
            yield Rung(partial(compute_in_tiles, size), f"it worked in tiles of {size} pixels")
        if self.make_room():
            compute_smallest = partial(compute_in_tiles, smallest)
            yield Rung(compute_smallest, "other networks were taken out of the memory")

    def _takes(self, size: int) -> int:
        least = COPIES * vae_tiles.LEAST_COST * self.module.dtype.itemsize
        return max(self.activation_bytes(latent_tiles(size, OVERLAP, self.factor).cells), least)

    def _check(self, samples: Tensor) -> None:
        if samples.shape[1] != self.latent_channels:
            raise ModelError(
                f"This autoencoder decodes latents of {self.latent_channels} channels, but the "
                f"latent has {samples.shape[1]}. Use the VAE that belongs to the model."
            )

    def _inputs(self, pixels: Tensor) -> Tensor:
        return self._cropped(pixels)[..., :3].movedim(-1, 1) * 2 - 1  # (B, 3, H, W) in -1..1

    def _cropped(self, pixels: Tensor) -> Tensor:
        height, width = pixels.shape[1:3]
        rows, columns = height // self.factor * self.factor, width // self.factor * self.factor
        if not rows or not columns:
            raise ModelError(
                f"A picture of {width} × {height} pixels is smaller than one latent cell of "
                f"{self.factor} × {self.factor}. Enlarge it before it is encoded."
            )
        top, left = (height - rows) // 2, (width - columns) // 2
        return pixels[:, top : top + rows, left : left + columns]

    def _encoded(self, picture: Tensor) -> Tensor:
        (distribution,) = self.module.encode(self._brought(picture), return_dict=False)
        return cast("DiagonalGaussianDistribution", distribution).mean.float()

    def _encoded_in_tiles(self, picture: Tensor, tiles: Tiles, on_tile: OnTile = no_one) -> Tensor:
        moments = vae_tiles.encoded_in_tiles(self._encoder, self._brought(picture), tiles, on_tile)
        return moments[:, : self.latent_channels].float()

    def _decoded(self, sample: Tensor) -> Tensor:
        brought = cast("torch.FloatTensor", self._brought(sample))
        return _pixels(self.module.decode(brought, return_dict=False)[0])

    def _decoded_in_tiles(self, sample: Tensor, tiles: Tiles, on_tile: OnTile = no_one) -> Tensor:
        return _pixels(
            vae_tiles.decoded_in_tiles(self._decoder, self._brought(sample), tiles, on_tile)
        )

    def _brought(self, item: Tensor) -> Tensor:
        return item.to(self.module.device, self.module.dtype)


def _pixels(picture: Tensor | tuple[Tensor, ...]) -> Tensor:
    assert isinstance(picture, Tensor)
    return picture.float().movedim(1, -1).add(1).div(2).clamp(0, 1)
