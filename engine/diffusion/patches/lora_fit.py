"""Whether what a LoRA file holds fits a network, and what of it is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import torch

from engine.diffusion.families.family import PART_TITLES
from engine.diffusion.model_files.recognise import UNKNOWN
from engine.diffusion.patches.lora_file import Adapter, LoraFile, some
from engine.diffusion.patches.lora_layouts import LAYOUTS, MAGNITUDES, magnitude_axis
from engine.diffusion.patches.lora_names import part_of, spellings
from engine.errors import ModelError

#: The one module that models for inpainting have in another shape.
INPUT = "conv_in"


@dataclass(frozen=True)
class Side:
    """The network that a LoRA is to be added to.

    Attributes:
        name: of its file.
        shapes: its tensors, by their names inside the module.
    """

    name: str
    part: str
    family: str
    shapes: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Fitted:
    """What a file adds to a network.

    Attributes:
        placed: by module; empty where the file is for the other part alone.
        left_out: what is for this part and has no place in it, for people.
    """

    placed: Mapping[str, Adapter]
    left_out: str = ""


def fitted(file: LoraFile, side: Side) -> Fitted:
    """Return what a file adds to a network.

    Modules that the network does not have are left out, as long as others fit and nothing says
    that the file is for another family.

    Raises:
        ModelError: it does not fit the network; both are named.
    """
    known = spellings(side.part, {name.rpartition(".")[0] for name in side.shapes})
    placed: dict[str, Adapter] = {}
    astray: list[str] = []
    unlike: list[str] = []
    for adapter in file.for_part(side.part):
        module = known.get(adapter.spelled)
        if module is None or module in placed:
            astray.append(adapter.spelled)
        elif not (other := _unlike(adapter, module, side.shapes)):
            placed[module] = adapter
        elif module == INPUT:
            astray.append(adapter.spelled)
        else:
            unlike += other
    is_of_another = file.family not in (UNKNOWN, side.family)
    if unlike or (astray and (is_of_another or not placed)):
        raise ModelError(_misfit(file, side, astray, unlike))
    return Fitted(placed, _left_out(file, side, astray))


def _left_out(file: LoraFile, side: Side, astray: list[str]) -> str:
    unknown = [key for key in file.unknown if part_of(key) == side.part]
    told = [
        f"{len(names)} {what} ({some(names)})"
        for what, names in (
            (f"modules without a place in the {PART_TITLES[side.part]}", astray),
            ("tensors in a layout that is not known", unknown),
        )
        if names
    ]
    if not told:
        return ""
    return f'Of LoRA "{file.path.name}" is left out for "{side.name}": {", ".join(told)}.'


def _unlike(adapter: Adapter, module: str, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Return sentences about what has another shape than the module."""
    weight, bias = shapes.get(f"{module}.weight"), shapes.get(f"{module}.bias")
    found = [(_delta_shape(adapter, weight or ()), weight)] if adapter.layout else []
    found += [(adapter.roles["bias"].shape, bias)] if "bias" in adapter.roles else []
    unlike = [(shape, wanted) for shape, wanted in found if not _reshapes(shape, wanted)]
    if (alpha := adapter.roles.get("alpha")) is not None and alpha.elements != 1:
        unlike.append((alpha.shape, ()))
    if weight is not None and not unlike:
        unlike += [(shape, weight) for shape in _unlike_magnitudes(adapter, weight)]
    return [
        f'"{adapter.spelled}" {list(shape) or "of no shape"} for {_listed(wanted)}'
        for shape, wanted in unlike
    ]


def _unlike_magnitudes(adapter: Adapter, weight: tuple[int, ...]) -> list[tuple[int, ...]]:
    found = {role: adapter.roles[role] for role in MAGNITUDES if role in adapter.roles}
    axes = {role: magnitude_axis(role, info.shape, weight) for role, info in found.items()}
    return [i.shape for role, i in found.items() if weight[axes[role] :][:1] != (i.elements,)]


def _delta_shape(adapter: Adapter, weight: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of the difference; () where its tensors do not even fit each other."""
    if not all(info.elements for info in adapter.roles.values()):
        return ()
    with torch.device("meta"):
        roles = {role: info for role, info in adapter.roles.items() if role != "alpha"}
        parts = {role: torch.empty(info.shape) for role, info in roles.items()}
        try:
            return tuple(LAYOUTS[adapter.layout].delta(parts, torch.empty(weight)).shape)
        except (IndexError, RuntimeError, ValueError):
            return ()


def _reshapes(shape: tuple[int, ...], wanted: tuple[int, ...] | None) -> bool:
    if wanted is None or not shape:
        return False
    if len(wanted) == 1:
        return shape == wanted
    return shape[0] == wanted[0] and prod(shape) == prod(wanted)


def _listed(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else str(list(shape))


def _misfit(file: LoraFile, side: Side, astray: list[str], unlike: list[str]) -> str:
    counted = defaultdict[str, list[str]](list)
    counted["with no place in it"] = [f'"{each}"' for each in astray]
    counted["of another shape"] = unlike
    what = ", ".join(f"{len(each)} {told} ({some(each)})" for told, each in counted.items() if each)
    is_known = file.family not in (UNKNOWN, side.family)
    made_for = f"It looks made for {file.family}; t" if is_known else "T"
    return (
        f'LoRA "{file.path.name}" does not fit the {PART_TITLES[side.part]} of "{side.name}": '
        f"it has {len(file.for_part(side.part))} modules for it, {what}. {made_for}he model is "
        f"of the family {side.family}. Use a LoRA that was made for this kind of model."
    )
