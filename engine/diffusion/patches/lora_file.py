"""What a LoRA file holds, by its header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.diffusion.families.unknown import what_it_looks_like
from engine.diffusion.model_files.checkpoint import read_header
from engine.diffusion.model_files.recognise import recognise
from engine.diffusion.patches.lora_layouts import BESIDE, LAYOUTS
from engine.diffusion.patches.lora_names import part_of
from engine.diffusion.patches.lora_settings import Settings, read_settings
from engine.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from engine.diffusion.model_files.tensor_info import TensorInfo

SHOWN = 3
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
    """The modules that a file changes, and the family of models it seems to be for.

    Attributes:
        unknown: names of tensors that belong to no known layout, nor to a module of one.
        settings: how strong it is, where its header says so instead of tensors.
    """

    path: Path
    adapters: tuple[Adapter, ...]
    family: str
    tensors: Mapping[str, TensorInfo]
    unknown: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)

    def for_part(self, part: str) -> list[Adapter]:
        """Return what is for "model" or "text_encoder"."""
        return [each for each in self.adapters if part_of(each.spelled) == part]


def read_lora(path: Path) -> LoraFile:
    """Read the header of a LoRA file.

    Raises:
        ModelError: it is damaged, no LoRA, in a layout that is not known, or lacks tensors.
    """
    header = read_header(path)
    found, unknown = _sorted(path, header.tensors)
    guess = recognise(header.tensors)
    if not found and guess.what not in ("LoRA", "LyCORIS"):
        raise ModelError(
            f'"{path.name}" is no LoRA: {what_it_looks_like(header.tensors)}. Choose another file.'
        )
    adapters = _whole(path, found, unknown)
    _check_complete(path, len(header.tensors), adapters)
    settings = read_settings(path.name, header.metadata)
    return LoraFile(path, adapters, guess.family, header.tensors, tuple(unknown), settings)


def _sorted(path: Path, tensors: Mapping[str, TensorInfo]) -> tuple[dict[str, Adapter], list[str]]:
    """Return what is known by module, and the names of the tensors that are not."""
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
    return found, unknown


def _whole(path: Path, found: Mapping[str, Adapter], unknown: list[str]) -> tuple[Adapter, ...]:
    """Return the modules of which everything is known, without those of which nothing is."""
    owners = {key: owner for key in unknown if (owner := _owner(key, found)) is not None}
    half = [key for key, owner in owners.items() if owner.layout]
    strange = {owner.spelled for owner in owners.values()}
    adapters = tuple(each for each in found.values() if each.spelled not in strange)
    if half or not adapters:
        raise ModelError(
            f'"{path.name}" holds {len(half or unknown)} tensors in a layout that is not known '
            f"({some(half or unknown)}). Known layouts: {', '.join(LAYOUTS)}."
        )
    return adapters


def _owner(key: str, found: Mapping[str, Adapter]) -> Adapter | None:
    while key:
        key = key.rpartition(".")[0]
        if key in found:
            return found[key]
    return None


def _check_complete(path: Path, count: int, adapters: Iterable[Adapter]) -> None:
    lacking = [
        f"{each.spelled}{ending}"
        for each in adapters
        for ending in (_lacking(each) if each.layout or "bias" not in each.roles else ())
    ]
    if lacking:
        raise ModelError(
            f'LoRA "{path.name}" is incomplete, with {len(lacking)} of '
            f"{count + len(lacking)} tensors missing ({some(lacking)}). Download it again."
        )


def _lacking(adapter: Adapter) -> list[str]:
    if not adapter.layout:
        return [" (all but what stands beside it)"]
    roles = frozenset(adapter.roles) - frozenset(BESIDE.values())
    return LAYOUTS[adapter.layout].lacking(roles)


def some(items: list[str]) -> str:
    """Return the first of some names, and dots where there are more."""
    return ", ".join(items[:SHOWN]) + (", …" if len(items) > SHOWN else "")
