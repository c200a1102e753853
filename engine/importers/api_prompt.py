"""ComfyUI's API prompt, `{id: {class_type, inputs, _meta}}`, to a document (COMPAT.md A7).

What `write_api` would not say again by itself is kept in a node's `foreign`, so that reading and
writing loses nothing:

    {"format": "comfyui-api",
     "id": the id, where it had to change: in documents, colons are for paths,
     "node": further keys of the node, and `_meta` without its title,
     "inputs": values in a form of their own, such as a bare list,
     "integers": names of large whole numbers, which documents hold as text,
     "absent": inputs with a default that the prompt left out}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from engine.document import Document, LinkSource, Node
from engine.document.large_numbers import SAFE
from engine.errors import WorkflowError
from engine.importers.layout import laid_out
from engine.importers.report import Note
from engine.importers.write_api import FORMAT, inputs_of, unwrapped, written_value

if TYPE_CHECKING:
    from engine.registry import Registry
    from engine.spec import NodeSpec

#: No output has a higher index.
LAST_SLOT = 2**31


@dataclass(slots=True)
class _Reading:
    """What reading one prompt goes by.

    Attributes:
        name: of the file, for errors.
        raw: the prompt.
        ids: id in the prompt -> id in the document.
    """

    name: str
    raw: Mapping[str, Any]
    registry: Registry
    ids: Mapping[str, str]
    notes: list[Note] = field(default_factory=list)
    _specs: dict[str, NodeSpec | None] = field(default_factory=dict)

    def spec(self, kind: Any) -> NodeSpec | None:
        """Return the definition of a type; each is asked for once, as packs may have to be read."""
        if not isinstance(kind, str):
            return None
        if kind not in self._specs:
            self._specs[kind] = self.registry.get(kind)
        return self._specs[kind]


def read_api(
    raw: Mapping[str, Any], registry: Registry, name: str, *, placed: bool = True
) -> tuple[Document, list[Note]]:
    """Return the document that an API prompt stands for, and what to know about it.

    Args:
        raw: the prompt.
        registry: what its types are looked up in.
        name: of the file, for errors and the title.
        placed: give its nodes places, for people; who runs it needs none.

    Raises:
        WorkflowError: a node of it is no node.
    """
    reading = _Reading(name, raw, registry, _plain_ids(raw))
    nodes = {reading.ids[key]: _node(key, each, reading) for key, each in raw.items()}
    nodes = laid_out(nodes, reading.spec) if placed else nodes
    return Document(nodes=nodes, title=name), reading.notes


def _plain_ids(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return an id for each node: its own, or one without colons that nobody has."""
    ids = {key: key for key in raw if key and ":" not in key}
    if len(ids) == len(raw):
        return ids
    taken = {*ids, *_named_by_links(raw)}
    for key in raw:
        if key in ids:
            continue
        plain = base = key.replace(":", "_") or "node"
        number = 2
        while plain in taken:
            plain, number = f"{base}_{number}", number + 1
        taken.add(plain)
        ids[key] = plain
    return ids


def _named_by_links(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids that links name, whether these nodes are there or not."""
    for node in raw.values():
        for value in _mapping(_mapping(node).get("inputs")).values():
            if isinstance(value, list) and value and isinstance(value[0], str):
                yield value[0]


def _node(key: str, raw: Any, reading: _Reading) -> Node:
    given = _mapping(raw)
    kind, inputs = given.get("class_type"), given.get("inputs")
    if not isinstance(kind, str) or not isinstance(inputs, dict):
        raise WorkflowError(
            f'Node "{key}" of "{reading.name}" is no node: it has no "class_type" that is a text, '
            'or no "inputs" that are an object. Export the prompt anew.'
        )
    spec = reading.spec(kind)
    values: dict[str, Any] = {}
    links: dict[str, LinkSource] = {}
    for socket, value in cast("dict[str, Any]", inputs).items():
        link = _link(value, reading) if isinstance(value, list) else None
        if link is None:
            values[socket] = unwrapped(value)
        else:
            links[socket] = _source(link, (key, socket), reading)
    title = _mapping(given.get("_meta")).get("title")
    node = Node(
        type=kind,
        version=spec.version if spec else 1,
        title=title if isinstance(title, str) else "",
        values=values,
        links=links,
    )
    return replace(node, foreign=_foreign(node, key, given, reading))


def _link(value: list[Any], reading: _Reading) -> tuple[str, int] | None:
    """Return the id in the prompt and the slot that a pair names, or None if it is no link.

    The id may be written as a number and the slot as text, if such a node is there.
    """
    match value:
        case [str() as key, int() as slot] if type(slot) is int and abs(slot) < LAST_SLOT:
            return key, slot
        case [str() | int() as key, str() | int() | float() as slot]:
            index = _slot(slot)
            source = key if isinstance(key, str) else _slot(key)
            known = source is not None and str(source) in reading.ids
            return (str(source), index) if known and index is not None else None
        case _:
            return None


def _slot(slot: str | float) -> int | None:
    if isinstance(slot, str):
        return int(slot) if len(slot) < len(str(LAST_SLOT)) and slot.isdecimal() else None
    is_index = type(slot) is not bool and abs(slot) < LAST_SLOT and slot == int(slot)
    return int(slot) if is_index else None


def _source(link: tuple[str, int], place: tuple[str, str], reading: _Reading) -> LinkSource:
    """Return the link in the document; one that leads nowhere is kept, and noted."""
    key, slot = link
    if key not in reading.raw:
        message = f'It is linked to node "{key}", which is not there. Link it anew.'
        reading.notes.append(Note(*place, message))
        return LinkSource(key, slot)
    spec = reading.spec(_mapping(reading.raw[key]).get("class_type"))
    outputs = spec.outputs if spec else ()
    name = outputs[slot].name if 0 <= slot < len(outputs) else ""
    return LinkSource(reading.ids[key], slot, name)


def _foreign(node: Node, key: str, raw: dict[str, Any], reading: _Reading) -> dict[str, Any] | None:
    """Return what `write_api` needs beside the node, or None."""
    declared = inputs_of(node, reading.spec(node.type))
    values, links, given = node.values, node.links, raw["inputs"]
    forms: dict[str, Any] = {}
    integers: list[str] = []
    for name, value in values.items():
        spec = declared.get(name)
        if _differs(written_value(value, spec), given[name]):
            forms[name] = given[name]
        if _is_large(value) and written_value(str(value), spec) != value:
            integers.append(name)
    absent = [
        name
        for name, each in declared.items()
        if each.has_default and name not in values and name not in links
    ]
    kept: dict[str, Any] = {"format": FORMAT}
    if further := _further(raw, node.title):
        kept["node"] = further
    if forms:
        kept["inputs"] = forms
    if integers:
        kept["integers"] = integers
    if absent:
        kept["absent"] = absent
    if reading.ids[key] != key:
        kept["id"] = key
    return kept if len(kept) > 1 or not node.title else None


def _further(raw: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the keys that a node has beside its own."""
    further = {name: value for name, value in raw.items() if name not in ("class_type", "inputs")}
    meta = further.get("_meta")
    if title and isinstance(meta, dict):
        further["_meta"] = {name: value for name, value in meta.items() if name != "title"}
        if not further["_meta"]:
            del further["_meta"]
    return further


def _differs(written: Any, given: Any) -> bool:
    return written is not given and (type(written) is not type(given) or written != given)


def _is_large(value: Any) -> bool:
    return type(value) is int and abs(value) > SAFE


def _mapping(raw: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
