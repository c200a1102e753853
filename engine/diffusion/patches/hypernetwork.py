"""Hypernetworks in A1111's layout: small networks that change what attention looks at.

Each width of a context has two, for keys and for values: `c + strength f(c)` goes into the
projection in place of c.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from engine.diffusion.model_files.pickle_file import read_pickle
from engine.diffusion.patches.registry import WEIGHT_PATCHES, Changes, Target, Wrap
from engine.errors import ModelError
from engine.files.identity import file_identity

if TYPE_CHECKING:
    from pathlib import Path

#: width -> the networks for keys and for values
Pairs = Mapping[int, tuple[nn.Module, nn.Module]]

ACTIVATIONS: Mapping[str, Callable[[], nn.Module]] = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "leakyrelu": nn.LeakyReLU,
    "elu": nn.ELU,
    "swish": nn.Hardswish,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softsign": nn.Softsign,
    "mish": nn.Mish,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "selu": nn.SELU,
    "celu": nn.CELU,
}
#: Names that early files have.
_OLD_NAMES = {"linear1": "linear.0", "linear2": "linear.1"}
_TENSOR = re.compile(r"linear\.(\d+)\.(weight|bias)")
_PROJECTION = re.compile(r"(.*\.attn[12]\.to_[kv])\.weight")


class Extended(nn.Module):
    """A projection whose input goes through hypernetworks first, in their order."""

    def __init__(self, projection: nn.Module, networks: list[tuple[nn.Module, float]]) -> None:
        super().__init__()
        self.projection = projection
        self.networks = nn.ModuleList(network for network, _ in networks)
        self.strengths = [strength for _, strength in networks]

    def forward(self, context: Tensor) -> Tensor:
        """Project (B, T, C) to (B, T, D)."""
        for network, strength in zip(self.networks, self.strengths, strict=True):
            context = context + network(context) * strength
        return self.projection(context)


def hypernetwork(
    target: Target, *, kind: str, name: str, identity: str, strength: float
) -> Changes:
    """Return what a hypernetwork changes about a U-Net.

    Args:
        target: the network.
        kind: the folder kind the file is in.
        name: of the file.
        identity: of its content.
        strength: multiplies what is added to the context.

    Raises:
        PathError: the file has gone.
        ModelError: it was changed, is no hypernetwork, or is for networks of other widths.
    """
    path = target.runtime.folders.find(kind, name)
    if file_identity(path) != identity:
        raise ModelError(f'"{name}" changed after it was chosen. Run the workflow again.')
    pairs = read_hypernetwork(path)
    widths = projection_widths(target.shapes)
    check_widths(name, set(pairs), target.weights.name, set(widths.values()))
    wraps: dict[str, Wrap] = {}
    for module, width in widths.items():
        if width in pairs:
            chosen = pairs[width][module.endswith("to_v")]
            wraps[module] = partial(_extended, chosen, strength)
    return Changes(modules=wraps)


WEIGHT_PATCHES["hypernetwork"] = hypernetwork


def projection_widths(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    """Return the projections to keys and values, with the width of what they take."""
    found = ((_PROJECTION.fullmatch(name), shape) for name, shape in shapes.items())
    return {match[1]: shape[1] for match, shape in found if match}


def check_widths(name: str, held: set[int], model: str, widths: set[int]) -> None:
    """Refuse a file that is for contexts of other widths.

    Raises:
        ModelError: naming both sides.
    """
    if not held <= widths:
        raise ModelError(
            f'Hypernetwork "{name}" does not fit "{model}": it is for widths '
            f"{_numbers(held)}, the model has {_numbers(widths)}. "
            "Use a hypernetwork that was made for this kind of model."
        )


def read_hypernetwork(path: Path) -> Pairs:
    """Read the networks of a `.pt` file, float32.

    Raises:
        ModelError: it is damaged, needs code to be run, or is no hypernetwork.
    """
    content = read_pickle(path)
    held = cast("Mapping[Any, Any]", content) if isinstance(content, Mapping) else {}
    widths = [key for key in held if type(key) is int]
    if not widths:
        raise ModelError(
            f'"{path.name}" is no hypernetwork: it holds no networks for widths such as 768. '
            "Choose another file in hypernetworks/."
        )
    return {width: _pair(path, held, width) for width in widths}


def _pair(path: Path, held: Mapping[Any, Any], width: int) -> tuple[nn.Module, nn.Module]:
    try:
        keys, values = held[width][:2]
        return _network(path, held, width, keys), _network(path, held, width, values)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as problem:
        raise ModelError(
            f'Hypernetwork "{path.name}" is damaged: its networks for width {width} can not be '
            f"read ({problem}). Download it again."
        ) from problem


def _network(
    path: Path, held: Mapping[Any, Any], width: int, state: Mapping[str, Tensor]
) -> nn.Module:
    """Build linear layers, an activation after each but the last, layer norms where there are."""
    told = str(held.get("activation_func") or "linear").lower()
    if told not in ACTIVATIONS:
        raise ModelError(
            f'Hypernetwork "{path.name}" has the activation "{told}", which is not known. '
            f"Known ones: {', '.join(ACTIVATIONS)}."
        )
    tensors = _by_place(state)
    matrices = [place for place, each in tensors.items() if each["weight"].ndim == 2]
    layers: list[nn.Module] = []
    for place, each in tensors.items():
        weight, bias = each["weight"].float(), each["bias"].float()
        layer = (
            nn.Linear(weight.shape[1], weight.shape[0])
            if weight.ndim == 2
            else nn.LayerNorm(weight.shape)
        )
        layer.load_state_dict({"weight": weight, "bias": bias})
        layers.append(layer)
        is_last = place == matrices[-1]
        if place in matrices and (not is_last or held.get("activate_output")):
            layers.append(ACTIVATIONS[told]())
    network = nn.Sequential(*layers)
    if network(torch.zeros(1, width)).shape != (1, width):
        raise ValueError("they change the width")
    return network.requires_grad_(False).eval()


def _by_place(state: Mapping[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    places: dict[int, dict[str, Tensor]] = {}
    for name, tensor in state.items():
        start, dot, leaf = name.partition(".")
        found = _TENSOR.fullmatch(_OLD_NAMES.get(start, start) + dot + leaf)
        if found is None:
            raise ValueError(f'"{name}" is no layer')
        places.setdefault(int(found[1]), {})[found[2]] = tensor
    return dict(sorted(places.items()))


def _extended(network: nn.Module, strength: float, projection: nn.Module) -> nn.Module:
    like = next(projection.parameters())
    moved = network.to(like.device, like.dtype)
    if isinstance(projection, Extended):
        before = zip(projection.networks, projection.strengths, strict=True)
        return Extended(projection.projection, [*before, (moved, strength)])
    return Extended(projection, [(moved, strength)])


def _numbers(widths: set[int]) -> str:
    return ", ".join(map(str, sorted(widths)))
