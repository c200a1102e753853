"""Deep Shrink: the first steps see a smaller picture inside the network (Kohya 2023)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.diffusion.imaging.resampling import Method, resample
from engine.errors import BadValue

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.diffusion.unet.network_patches import Pass


class Layer(NamedTuple):
    """One step of the encoder: whose answer is kept, and what goes on from it."""

    gives: nn.Module
    takes: nn.Module


@contextmanager
def downscale(
    network: nn.Module,
    forward: Pass,
    *,
    block_number: int,
    downscale_factor: float,
    start_percent: float,
    end_percent: float,
    downscale_after_skip: bool,
    downscale_method: Method,
    upscale_method: Method,
) -> Generator[None, None, None]:
    """Shrink what the encoder's layer `block_number` gives, between two shares of the schedule.

    The decoder enlarges it again where it meets what the encoder kept at full size; where that is
    after one of its own upsamplers, this one goes to the full size. What controls add to layers
    that are shrunk does not fit and is left out. Both are as in ComfyUI.

    Raises:
        BadValue: the encoder has no such layer.
    """
    first = forward.model.sigma_at_percent(start_percent)
    last = forward.model.sigma_at_percent(end_percent)
    layers = list(_encoder(network))
    if block_number >= len(layers):
        raise BadValue(
            f"The model has {len(layers) - 1} blocks to shrink after, but block {block_number} "
            "was chosen. Choose a smaller block_number.",
            socket="block_number",
        )
    if downscale_factor == 1 or not last <= float(forward.sigma[0]) <= first:
        yield
        return

    def shrunk(values: Tensor) -> Tensor:
        height, width = (max(round(side / downscale_factor), 1) for side in values.shape[-2:])
        return resample(values, width, height, downscale_method)

    layer = layers[block_number]
    with ExitStack() as hooks:
        if downscale_after_skip:
            hooks.callback(layer.takes.register_forward_pre_hook(_on_first(shrunk)).remove)
        else:
            hooks.callback(layer.gives.register_forward_hook(_on_answer(shrunk)).remove)
        _enlarge(network, layers, upscale_method, hooks)
        leave_out = _leaving_out(network, block_number + downscale_after_skip)
        hooks.callback(network.register_forward_pre_hook(leave_out, with_kwargs=True).remove)
        yield


def _encoder(network: nn.Module) -> Iterator[Layer]:
    whole: Any = network
    given: nn.Module = whole.conv_in
    for block in whole.down_blocks:
        attentions = getattr(block, "attentions", None) or [None] * len(block.resnets)
        for layer, attention in zip(block.resnets, attentions, strict=True):
            yield Layer(given, layer)
            given = attention or layer
        for layer in block.downsamplers or ():
            yield Layer(given, layer)
            given = layer
    yield Layer(given, whole.mid_block.resnets[0])


def _leaving_out(network: nn.Module, first: int) -> Any:
    """Take from a U-Net's arguments what controls add from the encoder's layer `first` on."""
    whole: Any = network
    ends, last = list[int](), 0
    for block in whole.down_blocks:
        last += len(block.resnets)
        ends.append(last)
        last += len(block.downsamplers or ())
    places = {
        "down_block_additional_residuals": range(last + 1),
        "down_intrablock_additional_residuals": ends,
    }

    def hook(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        fitting = {
            name: [
                each if number < first else each.new_zeros(1)
                for number, each in zip(numbers, named[name], strict=True)
            ]
            for name, numbers in places.items()
            if name in named
        }
        middle = "mid_block_additional_residual"
        if middle in named:
            fitting[middle] = named[middle].new_zeros(1)
        return given, named | fitting

    return hook


def _enlarge(network: nn.Module, layers: Sequence[Layer], method: Method, hooks: ExitStack) -> None:
    """Let what goes through the decoder become as large as what it is joined with."""
    sizes: dict[int, tuple[int, int]] = {}  # by the number of the layer that gave what is kept

    def fitted(values: Tensor, number: int) -> Tensor:
        height, width = sizes[number]
        same = values.shape[-2:] == (height, width)
        return values if same else resample(values, width, height, method)

    for number, layer in enumerate(layers):
        hooks.callback(layer.gives.register_forward_hook(_noting(sizes, number)).remove)
    whole: Any = network
    number = len(layers) - 1
    for block in whole.up_blocks:
        change = _on_named("hidden_states", partial(fitted, number=number))
        hooks.callback(block.register_forward_pre_hook(change, with_kwargs=True).remove)
        steps = getattr(block, "attentions", None) or block.resnets
        for before, step in enumerate(steps[:-1], 1):
            change = _on_answer(partial(fitted, number=number - before))
            hooks.callback(step.register_forward_hook(change).remove)
        number -= len(steps)
        for upsampler in block.upsamplers or ():
            hooks.callback(upsampler.register_forward_pre_hook(_sized(sizes, number)).remove)


def _noting(sizes: dict[int, tuple[int, int]], number: int) -> Any:
    def hook(_: Any, __: Any, answer: Any) -> None:
        values: Tensor = answer[0] if isinstance(answer, tuple) else answer
        sizes[number] = (values.shape[-2], values.shape[-1])

    return hook


def _sized(sizes: dict[int, tuple[int, int]], number: int) -> Any:
    return lambda _, given: (given[0], sizes[number])


def _on_named(name: str, change: Any) -> Any:
    return lambda _, given, named: (given, named | {name: change(named[name])})


def _on_first(change: Any) -> Any:
    return lambda _, given: (change(given[0]), *given[1:])


def _on_answer(change: Any) -> Any:
    def hook(_: Any, __: Any, answer: Any) -> Any:
        return (change(answer[0]), *answer[1:]) if isinstance(answer, tuple) else change(answer)

    return hook
