"""Gives the layers of a network their weights just before they compute, and takes them after."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from engine.diffusion.streaming.ring import Ring, aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch

    from engine.diffusion.streaming.layers import Layer
    from engine.diffusion.streaming.movers import Mover
    from engine.diffusion.streaming.sources import Source

_ATTRIBUTE = "_sfumato_stream"


@dataclass(eq=False)
class _Coming:
    """A layer whose values are on their way, or there."""

    layer: Layer
    values: dict[str, Tensor]
    wait: Callable[[], None]


class Stream:
    """Moves the weights of layers into a ring of memory, those that follow ahead of their turn.

    Which follow is learnt from the last time. Everything but the moves happens on the thread that
    computes. Nothing here refers to the network, so that it is gone as soon as nobody uses it.
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        source: Source,
        memory: Tensor,
        *,
        dtype: torch.dtype,
        mover: Mover,
    ) -> None:
        """Prepare to stream.

        Args:
            layers: by path, in the order they are likely to be called.
            memory: (bytes,) uint8 on the device that computes.
        """
        self._layers = layers
        self._source = source
        self._memory = memory
        self._dtype = dtype
        self._mover = mover
        self._ring = Ring(memory.numel())
        paths = list(layers)
        self._after = dict(zip(paths, paths[1:] + paths[:1], strict=True))
        self._coming: deque[_Coming] = deque()
        self._inside: str | None = None
        self._last: str | None = None
        self._placeholder = memory[: dtype.itemsize].clone().view(dtype)

    def __deepcopy__(self, memo: object) -> Stream:
        """Stay one: a light copy of a network streams from where the network does."""
        return self

    def attach(self, network: nn.Module) -> None:
        """Take the weights from a network's layers, and give them back around each call."""
        for path in self._layers:
            layer = network.get_submodule(path)
            self._take(path, layer)
            layer.register_forward_pre_hook(_Enter(self, path))
            layer.register_forward_hook(_Leave(self, path), always_call=True)
        setattr(network, _ATTRIBUTE, self)
        # Counted with the network's own tensors, and moved to no file.
        network.register_buffer(f"{_ATTRIBUTE}_memory", self._memory, persistent=False)

    @property
    def streamed_bytes(self) -> int:
        """What is moved in one pass through the network."""
        return sum(layer.size_bytes(self._dtype) for layer in self._layers.values())

    def value(self, name: str) -> Tensor | None:
        """Return a copy of a streamed tensor by its name in the network; None if it is not."""
        path, _, parameter = name.rpartition(".")
        if path not in self._layers:
            return None
        shape = self._layers[path].tensors[parameter]
        out = self._memory.new_empty(shape, dtype=self._dtype)
        self._source.fill(name, out)
        return out

    def enter(self, path: str, module: nn.Module) -> None:
        """Give a layer its weights; those of the next begin to come."""
        if self._last is not None:
            self._after[self._last] = path
        self._last = path
        if not self._coming or self._coming[0].layer.path != path:
            self._drop()
            self._begin(self._layers[path])
        coming = self._coming[0]
        try:
            coming.wait()
        except BaseException:
            self._drop()
            raise
        for name, value in coming.values.items():
            module.register_parameter(name, nn.Parameter(value, requires_grad=False))
        self._inside = path
        self._look_ahead()

    def leave(self, path: str, module: nn.Module) -> None:
        """Take a layer's weights; more of the next begin to come."""
        self._take(path, module)
        if self._inside != path:  # its weights never came
            return
        self._inside = None
        self._coming.popleft()
        self._ring.free_oldest()
        self._look_ahead()

    def _take(self, path: str, module: nn.Module) -> None:
        for name, shape in self._layers[path].tensors.items():
            empty = self._placeholder.expand(shape)
            module.register_parameter(name, nn.Parameter(empty, requires_grad=False))

    def _look_ahead(self) -> None:
        path = self._coming[-1].layer.path if self._coming else self._last
        while path is not None and len(self._coming) < len(self._layers):
            path = self._after[path]
            if not self._begin(self._layers[path]):
                return

    def _begin(self, layer: Layer) -> bool:
        """Begin to move a layer's values; False if there is no place for them yet."""
        start = self._ring.place(layer.size_bytes(self._dtype))
        if start is None:
            return False
        values: dict[str, Tensor] = {}
        for name, shape in layer.tensors.items():
            end = start + prod(shape) * self._dtype.itemsize
            values[name] = self._memory[start:end].view(self._dtype).view(shape)
            start += aligned(end - start)

        def move() -> None:
            for name, value in values.items():
                self._source.fill(f"{layer.path}.{name}", value)

        self._coming.append(_Coming(layer, values, self._mover(move)))
        return True

    def _drop(self) -> None:
        """Forget what is on its way; its place may be used again."""
        for coming in self._coming:
            with suppress(Exception):  # it is told when the layer is asked for
                coming.wait()
        self._coming.clear()
        self._ring.clear()


@dataclass(frozen=True, eq=False)
class _Enter:
    stream: Stream
    path: str

    def __call__(self, module: nn.Module, inputs: Any) -> None:
        self.stream.enter(self.path, module)


@dataclass(frozen=True, eq=False)
class _Leave:
    stream: Stream
    path: str

    def __call__(self, module: nn.Module, inputs: Any, output: Any) -> None:
        self.stream.leave(self.path, module)


def stream_of(network: nn.Module) -> Stream | None:
    """Return what streams a network's weights; None if all of them are there."""
    return getattr(network, _ATTRIBUTE, None)
