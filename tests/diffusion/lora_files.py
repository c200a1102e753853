"""Small LoRA files in every layout, and what they make of a weight by the published formulas.

The formulas are written out in numpy, in float64 and by another route than the engine's.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

RANK = 3
ALPHA = 2.0
Array = np.ndarray[Any, Any]
Tensors = dict[str, Tensor]
#: tensors by the end of their names, and the weight that they make of one (out, in kh kw)
Made = tuple[Tensors, Callable[[Array, float], Array]]


def noise(name: str, *shape: int) -> Tensor:
    """Draw a tensor by its name, never zero."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    return torch.randn(shape, generator=generator) * 0.2 + 0.01


def array(tensor: Tensor) -> Array:
    return tensor.double().numpy()


def flat(tensor: Tensor) -> Array:
    return array(tensor).reshape(tensor.shape[0], -1)


def kohya(name: str, shape: tuple[int, ...]) -> Made:
    out, *rest = shape
    ones = [1] * len(rest[1:])
    tensors = {
        ".lora_down.weight": noise(f"{name}down", RANK, *rest),
        ".lora_up.weight": noise(f"{name}up", out, RANK, *ones),
        ".alpha": torch.tensor(ALPHA),
    }
    up, down = flat(tensors[".lora_up.weight"]), flat(tensors[".lora_down.weight"])
    return tensors, lambda weight, strength: weight + strength * (up @ down) * ALPHA / RANK


def kohya_with_core(name: str, shape: tuple[int, ...]) -> Made:
    if len(shape) == 2:
        return kohya(name, shape)
    out, width, *kernel = shape
    tensors = {
        ".lora_down.weight": noise(f"{name}down", RANK, width, 1, 1),
        ".lora_mid.weight": noise(f"{name}mid", RANK, RANK, *kernel),
        ".lora_up.weight": noise(f"{name}up", out, RANK, 1, 1),
        ".alpha": torch.tensor(ALPHA),
    }
    down, core, up = (array(t) for t in list(tensors.values())[:3])
    delta = np.zeros(shape)
    for r in range(RANK):
        for s in range(RANK):
            pair = np.outer(up[:, r, 0, 0], down[s, :, 0, 0])
            delta += pair[:, :, None, None] * core[r, s]
    delta = delta.reshape(out, -1) * ALPHA / RANK
    return tensors, lambda weight, strength: weight + strength * delta


def peft(name: str, shape: tuple[int, ...]) -> Made:
    tensors, _ = kohya(name, shape)
    down, up = tensors[".lora_down.weight"], tensors[".lora_up.weight"]
    renamed = {".lora_A.weight": down, ".lora_B.weight": up}
    return renamed, lambda weight, strength: weight + strength * (flat(up) @ flat(down))


def peft_dora(name: str, shape: tuple[int, ...]) -> Made:
    tensors, _ = peft(name, shape)
    magnitude = noise(f"{name}m", shape[0]).abs() + 1
    delta = flat(tensors[".lora_B.weight"]) @ flat(tensors[".lora_A.weight"])
    stored = magnitude if len(shape) == 2 else magnitude[None, :, None, None]
    tensors[".lora_magnitude_vector"] = stored.contiguous()
    return tensors, decomposed(delta, array(magnitude)[:, None], axis=1)


def kohya_dora(name: str, shape: tuple[int, ...]) -> Made:
    tensors, _ = kohya(name, shape)
    delta = flat(tensors[".lora_up.weight"]) @ flat(tensors[".lora_down.weight"]) * ALPHA / RANK
    magnitude = noise(f"{name}m", shape[0]).abs() + 1
    tensors[".dora_scale"] = magnitude.reshape(-1, *[1] * (len(shape) - 1))
    return tensors, decomposed(delta, array(magnitude)[:, None], axis=1)


def old_lycoris_dora(name: str, shape: tuple[int, ...]) -> Made:
    """Make one whose magnitudes are of the inputs."""
    tensors, _ = kohya(name, shape)
    delta = flat(tensors[".lora_up.weight"]) @ flat(tensors[".lora_down.weight"]) * ALPHA / RANK
    magnitude = noise(f"{name}m", shape[1]).abs() + 1
    tensors[".dora_scale"] = magnitude.reshape(1, -1, *[1] * (len(shape) - 2))

    def weight_of(weight: Array, strength: float) -> Array:
        moved = (weight + delta).reshape(shape[0], shape[1], -1)
        norm = np.sqrt((moved**2).sum((0, 2), keepdims=True))
        moved = (moved * array(magnitude)[None, :, None] / norm).reshape(weight.shape)
        return weight + strength * (moved - weight)

    return tensors, weight_of


def decomposed(delta: Array, magnitude: Array, axis: int) -> Callable[[Array, float], Array]:
    def weight_of(weight: Array, strength: float) -> Array:
        moved = weight + delta
        moved = moved * magnitude / np.sqrt((moved**2).sum(axis, keepdims=True))
        return weight + strength * (moved - weight)

    return weight_of


def loha(name: str, shape: tuple[int, ...]) -> Made:
    out, width = shape[0], int(np.prod(shape[1:]))
    tensors = {
        ".hada_w1_a": noise(f"{name}1a", out, RANK),
        ".hada_w1_b": noise(f"{name}1b", RANK, width),
        ".hada_w2_a": noise(f"{name}2a", out, RANK),
        ".hada_w2_b": noise(f"{name}2b", RANK, width),
        ".alpha": torch.tensor(ALPHA),
    }
    a, b, c, d = (array(t) for t in list(tensors.values())[:4])
    delta = np.einsum("or,ri,os,si->oi", a, b, c, d) * ALPHA / RANK
    return tensors, lambda weight, strength: weight + strength * delta


def loha_with_core(name: str, shape: tuple[int, ...]) -> Made:
    if len(shape) == 2:
        return loha(name, shape)
    out, width, *kernel = shape
    tensors = {
        ".hada_t1": noise(f"{name}t1", RANK, RANK, *kernel),
        ".hada_w1_a": noise(f"{name}1a", RANK, out),
        ".hada_w1_b": noise(f"{name}1b", RANK, width),
        ".hada_t2": noise(f"{name}t2", RANK, RANK, *kernel),
        ".hada_w2_a": noise(f"{name}2a", RANK, out),
        ".hada_w2_b": noise(f"{name}2b", RANK, width),
        ".alpha": torch.tensor(ALPHA),
    }
    t, a, b, u, c, d = (array(each) for each in list(tensors.values())[:6])
    first = np.tensordot(a, np.tensordot(b, t, (0, 1)), (0, 1))  # (out, in, kh, kw)
    second = np.tensordot(c, np.tensordot(d, u, (0, 1)), (0, 1))
    delta = (first * second).reshape(out, -1) * ALPHA / RANK
    return tensors, lambda weight, strength: weight + strength * delta


def lokr(name: str, shape: tuple[int, ...]) -> Made:
    """Make one whose first half is whole and whose second is factored."""
    out, width = shape[0], int(np.prod(shape[1:]))
    tensors = {
        ".lokr_w1": noise(f"{name}1", 4, 4),
        ".lokr_w2_a": noise(f"{name}2a", out // 4, RANK),
        ".lokr_w2_b": noise(f"{name}2b", RANK, width // 4),
        ".alpha": torch.tensor(ALPHA),
    }
    first, a, b = (array(t) for t in list(tensors.values())[:3])
    delta = kronecker(first, a @ b * ALPHA / RANK)
    return tensors, lambda weight, strength: weight + strength * delta


def lokr_whole(name: str, shape: tuple[int, ...]) -> Made:
    """Make one of two whole halves, where alpha says nothing."""
    out, width, *kernel = shape
    tensors = {
        ".lokr_w1": noise(f"{name}1", 2, 4),
        ".lokr_w2": noise(f"{name}2", out // 2, width // 4, *kernel),
        ".alpha": torch.tensor(ALPHA),
    }
    first, second = array(tensors[".lokr_w1"]), flat(tensors[".lokr_w2"])
    delta = kronecker(first, second)
    return tensors, lambda weight, strength: weight + strength * delta


def lokr_with_core(name: str, shape: tuple[int, ...]) -> Made:
    if len(shape) == 2:
        return lokr(name, shape)
    out, width, *kernel = shape
    tensors = {
        ".lokr_w1_a": noise(f"{name}1a", 4, RANK),
        ".lokr_w1_b": noise(f"{name}1b", RANK, 4),
        ".lokr_t2": noise(f"{name}t2", RANK, RANK, *kernel),
        ".lokr_w2_a": noise(f"{name}2a", RANK, out // 4),
        ".lokr_w2_b": noise(f"{name}2b", RANK, width // 4),
        ".alpha": torch.tensor(ALPHA),
    }
    a, b, core, c, d = (array(t) for t in list(tensors.values())[:5])
    second = np.tensordot(c, np.tensordot(d, core, (0, 1)), (0, 1)).reshape(out // 4, -1)
    delta = kronecker(a @ b, second) * ALPHA / RANK
    return tensors, lambda weight, strength: weight + strength * delta


def kronecker(first: Array, second: Array) -> Array:
    """Return blocks `first[i, j] second`, side by side."""
    return np.block([[value * second for value in row] for row in first])


def oft(name: str, shape: tuple[int, ...]) -> Made:
    """Make rotations whose norm is bound by alpha times the outputs."""
    out, size = shape[0], 4
    blocks = noise(f"{name}oft", out // size, size, size)
    tensors = {".oft_blocks": blocks, ".alpha": torch.tensor(0.02)}
    turns = rotations(array(blocks), 0.02 * out)

    def weight_of(weight: Array, strength: float) -> Array:
        turned = np.concatenate(
            [turn.T @ weight[n * size :][:size] for n, turn in enumerate(turns)]
        )
        return weight + strength * (turned - weight)

    return tensors, weight_of


def boft(name: str, shape: tuple[int, ...]) -> Made:
    """Make as many stages of rotations as there are distances, and factors of the outputs."""
    out, size = shape[0], 4
    blocks = noise(f"{name}boft", (out // size).bit_length(), out // size, size, size)
    rescale = noise(f"{name}rescale", out, *[1] * (len(shape) - 1)) + 1
    tensors = {".oft_blocks": blocks, ".rescale": rescale, ".alpha": torch.tensor(0.0)}

    def weight_of(weight: Array, strength: float) -> Array:
        turned = weight.copy()
        for stage, turns in enumerate(rotations(array(blocks), np.inf)):
            far = 2**stage * size // 2
            pairs = ((c + k, c + k + far) for c in range(0, out, 2 * far) for k in range(far))
            rows = [row for pair in pairs for row in pair]
            for n, turn in enumerate(turns):
                mine = rows[n * size : (n + 1) * size]
                turned[mine] = turn @ turned[mine]
        turned *= array(rescale).reshape(-1, 1)
        return weight + strength * (turned - weight)

    return tensors, weight_of


def rotations(blocks: Array, bound: float) -> Array:
    """Return `(I + Q) (I - Q)^-1` of `Q = B - B^T`."""
    skew = blocks - np.swapaxes(blocks, -1, -2)
    skew = skew * min(1.0, bound / np.sqrt((skew**2).sum()))
    one = np.eye(blocks.shape[-1])
    return (one + skew) @ np.linalg.inv(one - skew)


def glora(name: str, shape: tuple[int, ...]) -> Made:
    out, width, *kernel = shape
    ones = [1] * len(kernel)
    tensors = {
        ".a1.weight": noise(f"{name}a1", width, RANK, *ones),
        ".a2.weight": noise(f"{name}a2", RANK, width, *ones),
        ".b1.weight": noise(f"{name}b1", out, RANK, *ones),
        ".b2.weight": noise(f"{name}b2", RANK, width, *kernel),
        ".alpha": torch.tensor(ALPHA),
    }
    a, b, c, d = (flat(t) for t in list(tensors.values())[:4])

    def weight_of(weight: Array, strength: float) -> Array:
        inputs = np.moveaxis(weight.reshape(out, width, -1), 1, 2) @ (a @ b)
        delta = np.moveaxis(inputs, 2, 1).reshape(out, -1) + c @ d
        return weight + strength * delta * ALPHA / RANK

    return tensors, weight_of


def early_glora(name: str, shape: tuple[int, ...]) -> Made:
    tensors, weight_of = glora(name, shape)
    swapped = {".a1.weight": ".a2.weight", ".a2.weight": ".a1.weight"}
    swapped |= {".b1.weight": ".b2.weight", ".b2.weight": ".b1.weight"}
    return {swapped.get(ending, ending): t for ending, t in tensors.items()}, weight_of


def full(name: str, shape: tuple[int, ...]) -> Made:
    tensors = {".diff": noise(f"{name}diff", *shape)}
    delta = flat(tensors[".diff"])
    return tensors, lambda weight, strength: weight + strength * delta


LAYOUTS: Mapping[str, Callable[[str, tuple[int, ...]], Made]] = {
    "kohya": kohya,
    "kohya with a core": kohya_with_core,
    "kohya DoRA": kohya_dora,
    "DoRA of inputs": old_lycoris_dora,
    "PEFT": peft,
    "PEFT DoRA": peft_dora,
    "LoHa": loha,
    "LoHa with a core": loha_with_core,
    "LoKr": lokr,
    "LoKr whole": lokr_whole,
    "LoKr with a core": lokr_with_core,
    "OFT": oft,
    "BOFT": boft,
    "GLoRA": glora,
    "GLoRA of old": early_glora,
    "full": full,
}


def adapted_modules(network: nn.Module) -> list[str]:
    """Return the modules that LoRAs change: projections and, on U-Nets, convolutions."""
    return [
        name
        for name, module in network.named_modules()
        if isinstance(module, (nn.Linear, nn.Conv2d)) and name not in ("conv_in", "conv_out")
    ]


def make(
    network: nn.Module, spell: Callable[[str], str], layout: str, modules: Iterable[str]
) -> tuple[Tensors, dict[str, Callable[[Array, float], Array]]]:
    """Make the tensors of a file, and what each module's weight becomes."""
    tensors: Tensors = {}
    weights: dict[str, Callable[[Array, float], Array]] = {}
    for module in modules:
        shape = tuple(network.get_parameter(f"{module}.weight").shape)
        made, weights[module] = LAYOUTS[layout](module, shape)
        tensors |= {spell(module) + ending: tensor for ending, tensor in made.items()}
    return tensors, weights


@torch.no_grad()
def write_into(
    network: nn.Module, weights: Mapping[str, Callable[[Array, float], Array]], strength: float
) -> None:
    """Change a network in place."""
    for module, weight_of in weights.items():
        weight = network.get_parameter(f"{module}.weight")
        new = weight_of(flat(weight), strength).reshape(weight.shape)
        weight.copy_(torch.from_numpy(new))


X = torch.linspace(-2, 2, 2 * 4 * 8 * 8).reshape(2, 4, 8, 8)
TIME = torch.tensor([20, 700])
TOKENS = torch.tensor([[998, 5, 17, 999], [998, 7, 1, 999]])


@torch.no_grad()
def asked(unet: nn.Module, encoder: nn.Module) -> tuple[Tensor, Tensor]:
    """Return what a tiny text encoder and U-Net answer."""
    encoding = encoder(TOKENS).last_hidden_state
    return encoding, unet(X, TIME, encoder_hidden_states=encoding).sample


def distance(mine: tuple[Tensor, ...], theirs: tuple[Tensor, ...]) -> float:
    """Return the largest difference of two networks' answers."""
    return max(float((a - b).abs().max()) for a, b in zip(mine, theirs, strict=True))


def underscored(name: str) -> str:
    """Return a module's name as kohya spells it."""
    return name.replace(".", "_")
