"""What an import found: which types and models are missing, and which values were changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.errors import for_terminal

#: The pack id under which ComfyUI's own node types go.
CORE = "comfy-core"
#: More nodes than this are counted, not listed.
LISTED = 8
#: format -> what people call it
FORMATS: Mapping[str, str] = {
    "sfumato": "a Sfumato workflow",
    "comfyui-ui": "a ComfyUI workflow",
    "comfyui-api": "a ComfyUI API prompt",
}


@dataclass(frozen=True)
class MissingType:
    """A node type that nothing here defines.

    Attributes:
        nodes: ids of its nodes; those inside subgraphs as `<definition>/<node>`.
        pack: id of the pack that has it, where the file says so; `comfy-core` is ComfyUI itself.
        version: of that pack, or of that commit.
    """

    type: str
    nodes: list[str]
    pack: str = ""
    version: str = ""


@dataclass(frozen=True)
class MissingModel:
    """A model file that nobody here has.

    Attributes:
        directory: folder under models/ it belongs into.
        near: names here that look like it.
    """

    name: str
    directory: str = ""
    url: str = ""
    hash: str = ""
    hash_type: str = ""
    nodes: list[str] = field(default_factory=list[str])
    near: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Note:
    """Something that a reader should know: a value that does not fit, and what was done."""

    node: str
    input: str
    message: str

    def as_text(self) -> str:
        """Return the note with its place."""
        place = f"Node {self.node}" if self.node else ""
        if self.input:
            place = f'{place}, input "{self.input}"' if place else f'Input "{self.input}"'
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True)
class Report:
    """What one import found."""

    format: str
    missing_types: list[MissingType] = field(default_factory=list)
    missing_models: list[MissingModel] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Say whether every type and every model is here."""
        return not self.missing_types and not self.missing_models

    def explained_nodes(self) -> set[str]:
        """Return the nodes whose type or model is said to be missing."""
        return {node for each in (*self.missing_types, *self.missing_models) for node in each.nodes}

    def as_text(self) -> str:
        """Return the report for people, without an end of line."""
        what = FORMATS.get(self.format, self.format)
        if self.is_complete and not self.notes:
            return f"Read {what}; nothing is missing."
        lines = [f"Read {what}."]
        lines += _types(self.missing_types)
        lines += _models(self.missing_models)
        if self.notes:
            lines += ["Notes:", *(f"  {note.as_text()}" for note in self.notes)]
        return for_terminal("\n".join(lines))

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {**asdict(self), "is_complete": self.is_complete}


def _types(missing: Sequence[MissingType]) -> list[str]:
    packs: dict[tuple[str, str], list[MissingType]] = {}
    for each in missing:
        packs.setdefault((each.pack, each.version if each.pack != CORE else ""), []).append(each)
    lines = ["Missing node types:"] if missing else []
    for (pack, version), types in sorted(packs.items(), key=lambda item: item[0]):
        lines.append(f"  {_pack(pack, version)}:")
        lines += [f"    {each.type} ({_nodes(each.nodes)})" for each in types]
    return lines


def _pack(pack: str, version: str) -> str:
    if pack == CORE:
        return "ComfyUI's own, not built in yet"
    if not pack:
        return "from a pack that the file does not name"
    return f'from the pack "{pack}"' + (f", version {version}" if version else "")


def _models(missing: Sequence[MissingModel]) -> list[str]:
    lines = ["Missing models:"] if missing else []
    for each in missing:
        place = f"{each.directory}/{each.name}" if each.directory else each.name
        lines.append(f"  {place}" + (f" ({_nodes(each.nodes)})" if each.nodes else ""))
        lines += [f"    {each.url}"] if each.url else []
        lines += [f"    {each.hash_type or 'hash'} {each.hash}"] if each.hash else []
        if each.near:
            names = ", ".join(f'"{name}"' for name in each.near)
            lines.append(f"    nearest here: {names}")
    return lines


def _nodes(nodes: Iterable[str]) -> str:
    ids = list(nodes)
    if len(ids) == 1:
        return f"node {ids[0]}"
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return f"nodes {', '.join(ids[:LISTED])}{more}"
