"""A diffusion model that answers in whatever memory there is."""

from __future__ import annotations

import math
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import torch

from engine.diffusion.denoising.batches import answered_in_parts
from engine.diffusion.model_files.stored import contents_of, network_of
from engine.diffusion.networks.build import module_bytes
from engine.diffusion.networks.leaner import leaner, weights_bytes
from engine.diffusion.networks.loading import surroundings
from engine.diffusion.networks.shortages import GB, Rung, first_that_fits
from engine.diffusion.networks.weights import load_model
from engine.diffusion.unet.activations import Activations
from engine.errors import OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from torch import Tensor

    from engine.diffusion.denoising.denoiser import Denoiser
    from engine.diffusion.denoising.evaluation import Given
    from engine.diffusion.levels.parameterisation import Parameterisation
    from engine.runtime import Runtime
    from engine.types import ModelHandle


class Elastic:
    """A model in one run: what it needs less memory for, it does from then on.

    What will not fit is foreseen, as an operating system kills rather than refuses: fewer of the
    network's weights stay in the memory, which changes no answer, and only then are batches split.
    A device that refuses has batches split first, which costs it less.
    """

    def __init__(
        self,
        handle: ModelHandle,
        runtime: Runtime,
        likely: Sequence[int],
        load: Callable[[ModelHandle, Runtime], Denoiser] = load_model,
        *,
        steering_bytes: int = 0,
    ) -> None:
        """Name a model; it is loaded when something of it is first asked for.

        Args:
            likely: the shape (N, C, h, w) of what it is going to be asked at once.
            steering_bytes: what the weights of ControlNets take that add to it.

        Raises:
            PathError: its file has gone.
            ModelError: it does not hold a diffusion model.
            OutOfMemory: a single sample takes more than the device has.
        """
        self._handle = handle
        self._load = load
        self._runtime = runtime
        self._steering_bytes = steering_bytes
        #: bytes for its own weights; what steers it keeps its share
        self._budget = runtime.memory.budget_bytes - int(steering_bytes * runtime.share)
        self._loaded: Denoiser | None = None
        self._ways = leaner(handle, runtime)
        #: cells that are computed at once, at most
        self._limit: float = math.inf
        #: cells for which there is known to be room, or for which something was done
        self._foreseen = 0
        self._foresee(likely)

    @property
    def parameterisation(self) -> Parameterisation:
        """Relates noise levels and outputs."""
        return self._denoiser.parameterisation

    @property
    def latent_scale(self) -> float:
        """Multiplies a latent of the autoencoder before it is noised."""
        return self._denoiser.latent_scale

    @property
    def extra_channels(self) -> int:
        """How many channels the network takes beside the latent's."""
        return self._denoiser.extra_channels

    @property
    def device(self) -> torch.device:
        """Where samples have to be."""
        return self._denoiser.device

    @property
    def remembers(self) -> bool:
        """Whether an answer depends on earlier calls."""
        return self._denoiser.remembers

    @property
    def config(self) -> Mapping[str, Any]:
        """The settings of the network."""
        return self._denoiser.unet.config

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        """Return the clean latent that the network sees in `x`, as `Denoiser` does.

        Raises:
            OutOfMemory: there is no room for a single sample.
            ModelError: the network takes another number of channels, or texts of another width.
        """
        self._foresee(x.shape)
        rungs = self._rungs(x, sigma, given)
        return first_that_fits(rungs, _what(x.shape), self.device, self._runtime.warn)

    @property
    def _denoiser(self) -> Denoiser:
        if self._loaded is None:
            self._loaded = self._load(self._handle, self._runtime)
        return self._loaded

    def _rungs(self, x: Tensor, sigma: Tensor, given: Given) -> Iterator[Rung[Tensor]]:
        cells = x[0, 0].numel()

        def compute(size: int) -> Tensor:
            if size == len(x):
                return self._denoiser(x, sigma, given)
            return answered_in_parts(self._denoiser, x, sigma, given, size)

        first, *smaller = _sizes(len(x), max(given.batches or (len(x),)), self._limit / cells)
        yield Rung(partial(compute, first))
        for size in smaller:
            self._limit = size * cells
            yield Rung(partial(compute, size), _told_of_batches(size))
        for runtime, told in self._ways:
            self._use(runtime)
            yield Rung(partial(compute, 1), told)

    def _use(self, runtime: Runtime) -> None:
        if runtime.share != self._runtime.share:
            self._loaded = None
        self._runtime = runtime

    def _foresee(self, shape: Sequence[int]) -> None:
        """Take less before it is too late, if so many samples will not fit."""
        count, _, height, width = shape
        runtime, cells = self._runtime, count * height * width
        if not runtime.room_bytes or cells <= self._foreseen:
            return
        self._foreseen = cells
        needed = self._takes(min(cells, self._limit))
        if needed <= runtime.room_bytes:
            return
        _check(self._takes(height * width), shape, runtime)
        told = list(self._leave_room(needed))
        if needed > (room := self._room_beside_weights()):
            fitting = self._activations.cells_within(room / self._itemsize)
            self._limit = max(fitting, height * width)
            size, *_ = _sizes(count, count, self._limit / (height * width))
            told.append(_told_of_batches(size))
        if told:
            runtime.warn(
                f"{_what(shape)} is going to take {needed / GB:.1f} GB, more than the "
                f"{runtime.room_bytes / GB:.1f} GB beside the weights, so {' and '.join(told)}."
            )

    def _leave_room(self, needed: float) -> Iterator[str]:
        """Have ever fewer weights in the memory, until as much is left; say what was done."""
        budget, room = self._budget, self._runtime.room_bytes
        size = weights_bytes(self._handle, self._runtime)
        for runtime, told in self._ways:
            self._use(runtime)
            yield told
            if needed + min(size * runtime.share, budget) <= budget + room:
                return

    def _room_beside_weights(self) -> int:
        held = module_bytes(self._denoiser.unet)
        return self._budget + self._runtime.room_bytes - held

    def _takes(self, cells: float) -> float:
        """Return the bytes that so many cells of samples take while the network computes."""
        return self._activations.numbers(cells) * self._itemsize

    @cached_property
    def _activations(self) -> Activations:
        handle = self._handle
        contents = contents_of(handle.weights, self._runtime)
        config = network_of(handle.weights, contents).config
        return Activations.of(config, is_steered=self._steering_bytes > 0)

    @cached_property
    def _itemsize(self) -> int:
        devices = surroundings(self._handle.patches, self._runtime).devices
        return getattr(torch, devices.dtypes["model"]).itemsize


def _sizes(count: int, largest: int, limit: float) -> list[int]:
    """Return how many samples may be computed at a time, the most first.

    Args:
        largest: of the questions that make up `count`.
    """
    sizes = [count, largest]
    while sizes[-1] > 1:
        sizes.append(sizes[-1] // 2)
    return [size for size in dict.fromkeys(sizes) if size <= max(limit, 1)]


def _what(shape: Sequence[int]) -> str:
    return f"The diffusion model at {shape[-1]} × {shape[-2]} latent cells"


def _told_of_batches(size: int) -> str:
    samples = "one sample is" if size == 1 else f"{size} samples are"
    return f"{samples} computed at a time"


def _check(needed: float, shape: Sequence[int], runtime: Runtime) -> None:
    there = runtime.devices.memory_bytes
    if there and needed > there:
        raise OutOfMemory(
            f"{_what(shape)} takes {needed / GB:.1f} GB for a single picture, but "
            f"{runtime.devices.device} has {there / GB:.1f} GB. Use a smaller picture."
        )
