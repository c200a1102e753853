"""The forward pass of SD 1.x's U-Net written out over the layers of diffusers', open at its joints.

What patches of a forward pass do is written here by their papers, apart from the engine's hooks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.utils import torch_utils
from torch import Tensor
from torch.nn import functional


def attention(module: Any, tokens: Tensor, around: Tensor) -> Tensor:
    """Let tokens (B, N, C) look at others (B, M, D): Vaswani et al. 2017, eq. 1."""

    def heads(values: Tensor) -> Tensor:
        return values.unflatten(-1, (module.heads, -1)).transpose(1, 2)

    q, k, v = heads(module.to_q(tokens)), heads(module.to_k(around)), heads(module.to_v(around))
    shares = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1)
    return module.to_out[0]((shares @ v).transpose(1, 2).flatten(2))


def looking_around(module: Any, tokens: Tensor, _size: tuple[int, int], _middle: bool) -> Tensor:
    return attention(module, tokens, tokens)


#: Typed as if it took whole numbers only.
slow_waves_scaled: Any = torch_utils.fourier_filter


@dataclass(frozen=True)
class Joints:
    """Where the pass can be changed.

    Attributes:
        keep: given the number of a layer of the encoder and what it gives, says what is kept for
            the decoder and what goes on.
        join: given what came from below and what was kept, changes both.
        look: self-attention of tokens on a grid; told whether it is the middle block's.
    """

    keep: Callable[[int, Tensor], tuple[Tensor, Tensor]] = lambda _, h: (h, h)
    join: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] = lambda h, kept: (h, kept)
    look: Callable[[Any, Tensor, tuple[int, int], bool], Tensor] = looking_around


def answer(net: Any, x: Tensor, time: Tensor, context: Tensor, joints: Joints) -> Tensor:
    """Return the network's output for (B, C, h, w)."""
    emb = net.time_embedding(net.time_proj(time.expand(len(x))))
    kept: list[Tensor] = []

    def noted(h: Tensor) -> Tensor:
        one, h = joints.keep(len(kept), h)
        kept.append(one)
        return h

    def layer(h: Tensor, resnet: Any, transformer: Any, *, is_middle: bool = False) -> Tensor:
        h = resnet(h, emb)
        return h if transformer is None else _block(transformer, h, context, joints, is_middle)

    h = noted(net.conv_in(x))
    for block in net.down_blocks:
        for resnet, transformer in _layers(block):
            h = noted(layer(h, resnet, transformer))
        for down in block.downsamplers or ():
            h = noted(down(h))
    middle = net.mid_block
    h = layer(h, middle.resnets[0], middle.attentions[0], is_middle=True)
    h = middle.resnets[1](h, emb)
    for block in net.up_blocks:
        for resnet, transformer in _layers(block):
            h = layer(torch.cat(joints.join(h, kept.pop()), 1), resnet, transformer)
        for up in block.upsamplers or ():
            h = up(h, kept[-1].shape[-2:])
    return net.conv_out(functional.silu(net.conv_norm_out(h)))


def _layers(block: Any) -> Any:
    transformers = getattr(block, "attentions", None) or [None] * len(block.resnets)
    return zip(block.resnets, transformers, strict=True)


def _block(module: Any, h: Tensor, context: Tensor, joints: Joints, is_middle: bool) -> Tensor:
    size = (h.shape[-2], h.shape[-1])
    tokens = module.proj_in(module.norm(h)).flatten(2).mT  # (B, h w, C)
    for block in module.transformer_blocks:
        tokens = tokens + joints.look(block.attn1, block.norm1(tokens), size, is_middle)
        tokens = tokens + attention(block.attn2, block.norm2(tokens), context)
        tokens = tokens + block.ff(block.norm3(tokens))
    return module.proj_out(tokens.mT.unflatten(-1, size)) + h


def freeu(width: int, first: tuple[float, float], second: tuple[float, float]) -> Joints:
    """Si et al. 2023 in its first form: by how wide what comes from below is."""

    def join(h: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
        b, s = {4 * width: first, 2 * width: second}.get(h.shape[1], (1.0, 1.0))
        half = h.shape[1] // 2
        return torch.cat([h[:, :half] * b, h[:, half:]], 1), slow_waves_scaled(kept, 1, s)

    return Joints(join=join)


def freeu_v2(width: int, first: tuple[float, float], second: tuple[float, float]) -> Joints:
    """Si et al. 2023, eq. 6: by how much there is at each place."""

    def join(h: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
        if h.shape[1] not in (4 * width, 2 * width):
            return h, kept
        b, s = first if h.shape[1] == 4 * width else second
        made, half = h.clone(), h.shape[1] // 2
        for item in made:
            mean = item.mean(0)
            item[:half] *= (b - 1) * (mean - mean.min()) / (mean.max() - mean.min()) + 1
        return made, slow_waves_scaled(kept, 1, s)

    return Joints(join=join)


def hypertile(side: int, cells: int) -> Joints:
    """Attention inside tiles of side x side places, where there are as many as `cells`."""

    def look(module: Any, tokens: Tensor, size: tuple[int, int], _middle: bool) -> Tensor:
        if tokens.shape[1] != cells:
            return attention(module, tokens, tokens)
        grid = tokens.unflatten(1, size)
        made = torch.zeros_like(grid)
        for y in range(0, size[0], side):
            for x in range(0, size[1], side):
                tile = grid[:, y : y + side, x : x + side].flatten(1, 2)
                answer = attention(module, tile, tile).unflatten(1, (side, side))
                made[:, y : y + side, x : x + side] = answer
        return made.flatten(1, 2)

    return Joints(look=look)


def tokens_merged(count: int, cells: int) -> Joints:
    """Bolya & Hoffman 2023 on queries; the first place of every 2x2 cells is a target."""

    def look(module: Any, tokens: Tensor, size: tuple[int, int], _middle: bool) -> Tensor:
        if tokens.shape[1] != cells:
            return attention(module, tokens, tokens)
        places = torch.arange(cells).unflatten(0, size)
        targets = places[::2, ::2].flatten().tolist()
        sources = [place for place in range(cells) if place not in targets]
        return torch.cat([_merged(module, each, targets, sources, count) for each in tokens])

    return Joints(look=look)


def _merged(
    module: Any, tokens: Tensor, targets: list[int], sources: list[int], count: int
) -> Tensor:
    """Answer for the tokens (N, C) of one picture."""
    unit = tokens / tokens.norm(dim=-1, keepdim=True)
    likeness, column = (unit[sources] @ unit[targets].mT).max(1)
    ranked = likeness.argsort(descending=True)[:count].tolist()
    into = {sources[rank]: targets[int(column[rank])] for rank in ranked}
    asked = tokens.clone()
    for target in {*into.values()}:
        group = [target, *(place for place in into if into[place] == target)]
        asked[target] = tokens[group].mean(0)
    answers = attention(module, asked[None], tokens[None]).clone()
    answers[:, [*into]] = answers[:, [*into.values()]]
    return answers


def identity_in_the_middle() -> Joints:
    """Ahn et al. 2024: the map of self-attention is the identity."""

    def look(module: Any, tokens: Tensor, _size: tuple[int, int], middle: bool) -> Tensor:
        return (
            module.to_out[0](module.to_v(tokens)) if middle else attention(module, tokens, tokens)
        )

    return Joints(look=look)


def deep_shrink(number: int, *, after_skip: bool) -> Joints:
    """Kohya 2023: half the sides from a layer of the encoder on, whole again at the joints."""

    def sized(h: Tensor, height: int, width: int) -> Tensor:
        return functional.interpolate(h, size=(height, width), mode="bicubic")

    def keep(place: int, h: Tensor) -> tuple[Tensor, Tensor]:
        if place != number:
            return h, h
        small = sized(h, h.shape[-2] // 2, h.shape[-1] // 2)
        return (h if after_skip else small), small

    def join(h: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
        return (h if h.shape[-2:] == kept.shape[-2:] else sized(h, *kept.shape[-2:])), kept

    return Joints(keep=keep, join=join)
