"""What a LoRA file holds, by its header, and whether it fits a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

import torch

from engine.diffusion.families.family import PART_TITLES
from engine.diffusion.families.unknown import what_it_looks_like
from engine.diffusion.model_files.checkpoint import read_header
from engine.diffusion.model_files.recognise import UNKNOWN, recognise
from engine.diffusion.patches.lora_layouts import BESIDE, LAYOUTS
from engine.diffusion.patches.lora_names import part_of, spellings
from engine.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from engine.diffusion.model_files.tensor_info import TensorInfo

SHOWN = 3
MAGNITUDES = ("magnitude", "dora_scale")
_OF_LAYOUTS = {
    ending: (name, role)
    for name, layout in LAYOUTS.items()
    for ending, role in layout.endings.items()
}
_ALL_ENDINGS = _OF_LAYOUTS | {ending: ("", role) for ending, role in BESIDE.items()}
#: How the names of tensors end -> (layout, role); the longer ones are tried first.
_ENDINGS: Mapping[str, tuple[str, str]] = {
    ending: _ALL_ENDINGS[ending] for ending in sorted(_ALL_ENDINGS, key=len, reverse=True)
}


@dataclass
class Adapter:
    """What a file adds to one module.

    Attributes:
        spelled: the module's name in the file.
        layout: a name in `LAYOUTS`; "" where only the bias is changed.
        roles: the layout's tensors and those beside, by role.
    """

    spelled: str
    layout: str = ""
    roles: dict[str, TensorInfo] = field(default_factory=dict[str, "TensorInfo"])


@dataclass(frozen=True)
class LoraFile:
    """The modules that a file changes, and the family of models it seems to be for."""

    path: Path
    adapters: tuple[Adapter, ...]
    family: str
    tensors: Mapping[str, TensorInfo]

    def for_part(self, part: str) -> list[Adapter]:
        """Return what is for "model" or "text_encoder"."""
        return [each for each in self.adapters if part_of(each.spelled) == part]


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


def read_lora(path: Path) -> LoraFile:
    """Read the header of a LoRA file.

    Raises:
        ModelError: it is damaged, no LoRA, in a layout that is not known, or lacks tensors.
    """
    tensors = read_header(path).tensors
    found: dict[str, Adapter] = {}
    unknown: list[str] = []
    for key, info in tensors.items():
        ending = next((ending for ending in _ENDINGS if key.endswith(ending)), None)
        if ending is None:
            unknown.append(key)
            continue
        spelled = key.removesuffix(ending)
        adapter = found.setdefault(spelled, Adapter(spelled))
        layout, role = _ENDINGS[ending]
        if layout and adapter.layout not in ("", layout):
            raise ModelError(
                f'"{path.name}" holds "{spelled}" in two layouts at once. The file is damaged.'
            )
        adapter.layout = adapter.layout or layout
        adapter.roles[role] = info
    _check_known(path, tensors, unknown, found.values())
    return LoraFile(path, tuple(found.values()), recognise(tensors).family, tensors)


def _check_known(
    path: Path,
    tensors: Mapping[str, TensorInfo],
    unknown: list[str],
    adapters: Iterable[Adapter],
) -> None:
    if len(unknown) == len(tensors):
        raise ModelError(
            f'"{path.name}" is no LoRA: {what_it_looks_like(tensors)}. Choose another file.'
        )
    if unknown:
        raise ModelError(
            f'"{path.name}" holds {len(unknown)} tensors in a layout that is not known '
            f"({_some(unknown)}). Known layouts: {', '.join(LAYOUTS)}."
        )
    lacking = [
        f"{each.spelled}{ending}"
        for each in adapters
        for ending in (_lacking(each) if each.layout or "bias" not in each.roles else ())
    ]
    if lacking:
        raise ModelError(
            f'LoRA "{path.name}" is incomplete, with {len(lacking)} of '
            f"{len(tensors) + len(lacking)} tensors missing ({_some(lacking)}). Download it again."
        )


def _lacking(adapter: Adapter) -> list[str]:
    if not adapter.layout:
        return [" (all but what stands beside it)"]
    roles = frozenset(adapter.roles) - frozenset(BESIDE.values())
    return LAYOUTS[adapter.layout].lacking(roles)


def fitted(file: LoraFile, side: Side) -> dict[str, Adapter]:
    """Return what a file adds to a network, by module; {} where it is for the other part alone.

    Raises:
        ModelError: modules have no place in the network or other shapes there; both are named.
    """
    modules = {name.rpartition(".")[0] for name in side.shapes}
    known = spellings(side.part, modules)
    placed: dict[str, Adapter] = {}
    astray: list[str] = []
    unlike: list[str] = []
    for adapter in file.for_part(side.part):
        module = known.get(adapter.spelled)
        if module is None or module in placed:
            astray.append(adapter.spelled)
        else:
            placed[module] = adapter
            unlike += _unlike(adapter, module, side.shapes)
    if astray or unlike:
        raise ModelError(_misfit(file, side, astray, unlike))
    return placed


def _unlike(adapter: Adapter, module: str, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Return sentences about what has another shape than the module."""
    weight, bias = shapes.get(f"{module}.weight"), shapes.get(f"{module}.bias")
    found = [(_delta_shape(adapter), weight)] if adapter.layout else []
    found += [(adapter.roles["bias"].shape, bias)] if "bias" in adapter.roles else []
    unlike = [(shape, wanted) for shape, wanted in found if not _reshapes(shape, wanted)]
    magnitudes = [info for role, info in adapter.roles.items() if role in MAGNITUDES]
    if weight is not None and not unlike:
        unlike += [(each.shape, weight) for each in magnitudes if each.elements not in weight[:2]]
    return [
        f'"{adapter.spelled}" {list(shape) or "of no shape"} for {_listed(wanted)}'
        for shape, wanted in unlike
    ]


def _delta_shape(adapter: Adapter) -> tuple[int, ...]:
    """Return the shape of the difference; () where its tensors do not even fit each other."""
    with torch.device("meta"):
        parts = {role: torch.empty(info.shape) for role, info in adapter.roles.items()}
        try:
            return tuple(LAYOUTS[adapter.layout].delta(parts).shape)
        except (IndexError, RuntimeError, ValueError):
            return ()


def _reshapes(shape: tuple[int, ...], wanted: tuple[int, ...] | None) -> bool:
    if wanted is None or not shape:
        return False
    return shape[0] == wanted[0] and prod(shape) == prod(wanted)


def _listed(shape: tuple[int, ...] | None) -> str:
    return "none" if shape is None else str(list(shape))


def _misfit(file: LoraFile, side: Side, astray: list[str], unlike: list[str]) -> str:
    counted = defaultdict[str, list[str]](list)
    counted["with no place in it"] = [f'"{each}"' for each in astray]
    counted["of another shape"] = unlike
    what = ", ".join(
        f"{len(each)} {told} ({_some(each)})" for told, each in counted.items() if each
    )
    is_known = file.family not in (UNKNOWN, side.family)
    made_for = f"It looks made for {file.family}; t" if is_known else "T"
    return (
        f'LoRA "{file.path.name}" does not fit the {PART_TITLES[side.part]} of "{side.name}": '
        f"it has {len(file.for_part(side.part))} modules for it, {what}. {made_for}he model is "
        f"of the family {side.family}. Use a LoRA that was made for this kind of model."
    )


def _some(items: list[str]) -> str:
    return ", ".join(items[:SHOWN]) + (", …" if len(items) > SHOWN else "")
