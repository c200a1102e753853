"""Name, load and run a network that enlarges pictures."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

import torch

from engine.diffusion.model_files.checkpoint import read_header
from engine.diffusion.networks.answers import checked
from engine.diffusion.networks.build import build, module_bytes
from engine.diffusion.networks.shortages import Rung, first_that_fits
from engine.diffusion.tiles import Tiles
from engine.diffusion.tiling import no_one, tiled
from engine.diffusion.upscaling.rrdb_names import PART, rrdb_network
from engine.diffusion.upscaling.spandrel import check_there, load_with_spandrel
from engine.errors import ModelError
from engine.files.identity import file_identity
from engine.runtime import tell_nobody
from engine.types import UpscaleModelHandle, Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

    from engine.diffusion.tiling import OnTile
    from engine.runtime import Runtime

KIND = "upscale_models"
RRDB, SPANDREL = "rrdb", "spandrel"
#: Pixels of the tiles that are tried, and what they share; ComfyUI's.
TILE_SIZES, OVERLAP = (512, 256, 128), 32
#: Copies of the largest activation that are alive at once; measured were 4.4, at scale 4.
COPIES = 5
NETWORK = "The upscaling network"


class Enlarging(Protocol):
    """A network from (N, C, h, w) in 0..1 to (N, C, h * scale, w * scale)."""

    channels: int

    @property
    def scale(self) -> int:
        """How many times larger the sides of the result are."""
        ...

    @property
    def cost(self) -> int:
        """Numbers of the largest activation to a pixel of the input."""
        ...

    def __call__(self, x: Tensor) -> Tensor:
        """Enlarge."""
        ...


@dataclass(frozen=True, eq=False)
class Upscaler:
    """A network on its device.

    Attributes:
        room_bytes: what its activations may take; 0 is no bound.
        make_room: called where that was not enough; says whether it made some.
        warn: told what was done because there was no room.
    """

    network: Enlarging
    device: str
    room_bytes: int = 0
    make_room: Callable[[], bool] = bool
    warn: Callable[[str], None] = tell_nobody

    def enlarge(self, pixels: Tensor, on_tile: OnTile = no_one) -> Tensor:
        """Return (B, H * scale, W * scale, 3) in 0..1, made in tiles that the memory holds.

        Args:
            pixels: (B, H, W, C) in 0..1; channels after the third are left out.

        Raises:
            NodeError: the answer is not numbers.
            OutOfMemory: the device has no room for the smallest of tiles.
        """
        planes = pixels[..., : self.network.channels].movedim(-1, 1)
        fitting = first_that_fits(self._rungs(planes, on_tile), NETWORK, self.device, self.warn)
        return checked(fitting, NETWORK, pixels)

    def activation_bytes(self, pixels: int) -> int:
        """Predict what enlarging so many pixels at once takes beside the weights."""
        return COPIES * self.network.cost * pixels * torch.float32.itemsize

    def _tile_sizes(self) -> list[int]:
        room = self.room_bytes
        fitting = [s for s in TILE_SIZES if not room or self.activation_bytes(s * s) <= room]
        return fitting or [TILE_SIZES[-1]]

    def _rungs(self, planes: Tensor, on_tile: OnTile) -> Iterator[Rung[Tensor]]:
        first, *smaller = self._tile_sizes()
        yield Rung(partial(self._in_tiles, planes, first, on_tile))
        for size in smaller:
            compute = partial(self._in_tiles, planes, size, on_tile)
            yield Rung(compute, f"it worked in tiles of {size} pixels")
        if self.make_room():
            compute = partial(self._in_tiles, planes, TILE_SIZES[-1], on_tile)
            yield Rung(compute, "other networks were taken out of the memory")

    def _in_tiles(self, planes: Tensor, size: int, on_tile: OnTile) -> Tensor:
        def compute(piece: Tensor) -> Tensor:
            return self.network(piece.to(self.device, torch.float32)).to(planes.device)

        tiles, scale = Tiles(size, size, OVERLAP), Fraction(self.network.scale)
        return tiled(planes, compute, tiles, scale, on_tile).movedim(1, -1).clamp(0, 1)


def read_upscaler(name: str, runtime: Runtime) -> UpscaleModelHandle:
    """Name the network of a file in upscale_models/; only its header is read.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, or of an architecture that nothing here knows.
    """
    path = runtime.folders.find(KIND, name)
    tensors = read_header(path).tensors
    network = rrdb_network(path.name, tensors)
    if network is None:
        check_there(path.name, tensors)
    elif network.config["channels"] != 3:
        raise ModelError(
            f'"{name}" enlarges pictures of {network.config["channels"]} channels, but pictures '
            "here have 3. Choose another file in upscale_models/."
        )
    family = SPANDREL if network is None else RRDB
    return UpscaleModelHandle(Weights(KIND, name, file_identity(path), PART, family))


def load_upscaler(handle: UpscaleModelHandle, runtime: Runtime) -> Upscaler:
    """Load the network, or find it in memory. It computes in float32, as it was trained.

    Raises:
        PathError: the file has gone.
        ModelError: it is not the network that was named.
    """
    weights, device = handle.weights, runtime.devices.device

    def load() -> nn.Module:
        path = runtime.folders.find(weights.kind, weights.name)
        if file_identity(path) != weights.identity:
            raise ModelError(
                f'"{weights.name}" changed after it was chosen. Run the workflow again.'
            )
        tensors = read_header(path).tensors
        network = rrdb_network(path.name, tensors)
        if network is None:
            return load_with_spandrel(path.name, tensors, device)
        return build(network, torch.float32, device, path.name)

    key = (weights.identity, weights.part, "float32", device)
    module = runtime.memory.get(key, load, module_bytes)
    return Upscaler(
        cast("Enlarging", module),
        device,
        runtime.room_bytes,
        partial(runtime.memory.forget_others, key),
        runtime.warn,
    )
