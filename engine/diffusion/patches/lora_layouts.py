"""How LoRA files hold what they add to a weight, a layout an entry.

* "lora": Hu et al. 2021, "LoRA"; on convolutions LoCon, whose `mid` is the core of a Tucker
  decomposition.
* "loha", "lokr": Hyeon-Woo et al. 2022, "FedPara", and Yeh et al. 2024, "Navigating
  Text-To-Image Customization: From LyCORIS Fine-Tuning to Model Evaluation".
* "oft": Qiu et al. 2023, "Controlling Text-to-Image Diffusion by Orthogonal Finetuning", and Liu et
  al. 2024, "Parameter-Efficient Orthogonal Finetuning via Butterfly Factorization".
* "glora": Chavan et al. 2023, "One-for-All: Generalized LoRA".
* "full": the difference itself.

A layout's tensors have roles. From them and the weight it makes the difference, which is multiplied
by alpha over the rank, where the file holds an alpha and the layout has a rank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

from engine.diffusion.patches.lora_of_weights import generalized, generalized_rank, turned

Parts = Mapping[str, Tensor]


@dataclass(frozen=True)
class Layout:
    """One way to hold a difference.

    Attributes:
        endings: how the names of its tensors end -> their role.
        forms: sets of roles that are a whole.
        delta: makes the difference of its tensors and the weight; it has as many numbers.
        rank: what alpha is divided by; None where the form has none.
        low_rank: returns (out, r) and (r, in) whose product is the difference, where it has them.
    """

    endings: Mapping[str, str]
    forms: tuple[frozenset[str], ...]
    delta: Callable[[Parts, Tensor], Tensor]
    rank: Callable[[Parts], int | None]
    low_rank: Callable[[Parts], tuple[Tensor, Tensor] | None] = lambda parts: None

    def lacking(self, roles: frozenset[str]) -> list[str]:
        """Return the endings of the tensors that are missing to the nearest form; [] if whole."""
        if roles in self.forms:
            return []
        wanted = min((form for form in self.forms if form > roles), key=len, default=frozenset())
        first = {role: ending for ending, role in reversed([*self.endings.items()])}
        return [first[role] for role in sorted(wanted - roles)] or ["a part"]


def _low_rank(parts: Parts) -> tuple[Tensor, Tensor] | None:
    if "mid" in parts:
        return None
    return parts["up"].flatten(1), parts["down"].flatten(1)  # (out, r), (r, in kh kw)


def _lora(parts: Parts, _: Tensor) -> Tensor:
    up, down = parts["up"].flatten(1), parts["down"].flatten(1)
    return up @ down if "mid" not in parts else _tucker(parts["mid"], up.T, down)


def _tucker(core: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Return (out, in, kh, kw) of a core (r, s, kh, kw), a (r, out) and b (s, in)."""
    return torch.einsum("rskl,ro,si->oikl", core, a, b).contiguous()


def _loha(parts: Parts, _: Tensor) -> Tensor:
    halves: list[Tensor] = []
    for number in ("1", "2"):
        a, b, core = parts[f"w{number}_a"], parts[f"w{number}_b"], parts.get(f"t{number}")
        halves.append(a @ b if core is None else _tucker(core, a, b))
    return halves[0] * halves[1]


def _lokr(parts: Parts, _: Tensor) -> Tensor:
    first, second = (_lokr_half(parts, number) for number in ("1", "2"))
    if second.ndim == 4:
        first = first[:, :, None, None]
    return torch.kron(first, second)


def _lokr_half(parts: Parts, number: str) -> Tensor:
    if (whole := parts.get(f"w{number}")) is not None:
        return whole
    a, b, core = parts[f"w{number}_a"], parts[f"w{number}_b"], parts.get(f"t{number}")
    if core is not None:
        return _tucker(core, a, b)
    return (a @ b.flatten(1)).reshape(a.shape[0], *b.shape[1:])


def _lokr_rank(parts: Parts) -> int | None:
    # of the second half where both are factored
    for name in ("w2_b", "w1_b"):
        if name in parts:
            return parts[name].shape[0]
    return None


_LOKR_FIRST = ({"w1"}, {"w1_a", "w1_b"})
_LOKR_SECOND = ({"w2"}, {"w2_a", "w2_b"}, {"w2_a", "w2_b", "t2"})

#: All layouts by name.
LAYOUTS: dict[str, Layout] = {
    "lora": Layout(
        {
            ".lora_up.weight": "up",  # kohya
            ".lora_down.weight": "down",
            ".lora_mid.weight": "mid",
            ".lora_B.weight": "up",  # PEFT
            ".lora_A.weight": "down",
            ".lora_B.default.weight": "up",
            ".lora_A.default.weight": "down",
            ".lora.up.weight": "up",  # diffusers
            ".lora.down.weight": "down",
            "_lora.up.weight": "up",  # diffusers' attention processors
            "_lora.down.weight": "down",
            ".lora_linear_layer.up.weight": "up",
            ".lora_linear_layer.down.weight": "down",
        },
        (frozenset({"up", "down"}), frozenset({"up", "down", "mid"})),
        _lora,
        lambda parts: parts["down"].shape[0],
        _low_rank,
    ),
    "loha": Layout(
        {f".hada_{role}": role for role in ("w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2")},
        (
            frozenset({"w1_a", "w1_b", "w2_a", "w2_b"}),
            frozenset({"w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2"}),
        ),
        _loha,
        lambda parts: parts["w1_b"].shape[0],
    ),
    "lokr": Layout(
        {f".lokr_{role}": role for role in ("w1", "w1_a", "w1_b", "w2", "w2_a", "w2_b", "t2")},
        tuple(frozenset(a | b) for a, b in product(_LOKR_FIRST, _LOKR_SECOND)),
        _lokr,
        _lokr_rank,
    ),
    "oft": Layout(
        {".oft_blocks": "blocks", ".rescale": "rescale"},
        (frozenset({"blocks"}), frozenset({"blocks", "rescale"})),
        turned,
        lambda parts: None,
    ),
    "glora": Layout(
        {f".{role}.weight": role for role in ("a1", "a2", "b1", "b2")},
        (frozenset({"a1", "a2", "b1", "b2"}),),
        generalized,
        generalized_rank,
    ),
    "full": Layout(
        {".diff": "diff", ".w_norm": "diff"},
        (frozenset({"diff"}),),
        lambda parts, _: parts["diff"],
        lambda parts: None,
    ),
}

#: Tensors beside those of a layout: how their names end -> their role.
BESIDE: Mapping[str, str] = {
    ".alpha": "alpha",
    ".dora_scale": "dora_scale",
    ".lora_magnitude_vector": "magnitude",
    ".lora_magnitude_vector.weight": "magnitude",
    ".lora_magnitude_vector.default.weight": "magnitude",
    ".diff_b": "bias",
    ".b_norm": "bias",
}

#: Roles of DoRA's magnitudes, PEFT's and LyCORIS's.
MAGNITUDES = ("magnitude", "dora_scale")


def magnitude_axis(role: str, stored: tuple[int, ...], weight: tuple[int, ...]) -> int:
    """Say whether magnitudes are of a weight's outputs, 0, or its inputs, 1.

    PEFT's are of the outputs; those of LyCORIS are where their shape says.
    """
    return 0 if role == "magnitude" or stored[:1] == weight[:1] else 1
