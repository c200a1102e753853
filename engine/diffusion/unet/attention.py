"""Changes of the self-attention of a U-Net's middle block."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.diffusion.unet.network_patches import Pass

#: What stands for an attention: called with its module and tokens (B, T, D).
Processor = Callable[..., "Tensor"]


@contextmanager
def identity_attention(network: nn.Module, _forward: Pass) -> Generator[None, None, None]:
    """Let every place of the middle block attend to itself alone."""

    def processor(attention: Any, tokens: Tensor, *_: Any, **__: Any) -> Tensor:
        return attention.to_out[0](attention.to_v(tokens))

    with _replaced(_middle(network), lambda _: processor):
        yield


@contextmanager
def watch_attention(
    network: nn.Module, _forward: Pass, seen: list[Tensor]
) -> Generator[None, None, None]:
    """Note the middle block's first self-attention, (B, heads, cells, cells), in `seen`."""
    first = next(_middle(network))

    def watching(plain: Processor) -> Processor:
        def processor(attention: Any, tokens: Tensor, *rest: Any, **named: Any) -> Tensor:
            query = attention.head_to_batch_dim(attention.to_q(tokens))
            key = attention.head_to_batch_dim(attention.to_k(tokens))
            scores: Tensor = attention.get_attention_scores(query, key)
            seen[:] = [scores.view(len(tokens), -1, *scores.shape[1:]).float()]
            return plain(attention, tokens, *rest, **named)

        return processor

    with _replaced(iter([first]), watching):
        yield


def _middle(network: nn.Module) -> Iterator[Any]:
    middle: Any = network.get_submodule("mid_block")
    return (block.attn1 for each in middle.attentions for block in each.transformer_blocks)


@contextmanager
def _replaced(
    attentions: Iterator[Any], made: Callable[[Processor], Processor]
) -> Generator[None, None, None]:
    before = [(attention, attention.processor) for attention in attentions]
    try:
        for attention, plain in before:
            attention.processor = made(plain)
        yield
    finally:
        for attention, plain in before:
            attention.processor = plain
