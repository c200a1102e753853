"""Text to `Document` and back. What is wrong is said with the place in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine.document.large_numbers import MARK, as_text, marked, may_be_large, unmarked
from engine.document.migrations import migrate
from engine.document.model import (
    FORMAT,
    UNKNOWN,
    VERSION,
    Document,
    ExposedInput,
    ExposedOutput,
    Node,
    Subgraph,
)
from engine.errors import WorkflowError
from engine.running.garbage import collected_later

LARGEST = 64 * 2**20
DEEPEST = 200

_NODE_KEYS = frozenset(Node.__struct_fields__) - {"unknown"}
_INPUT_KEYS = frozenset(ExposedInput.__struct_fields__) - {"unknown"}
_OUTPUT_KEYS = frozenset(ExposedOutput.__struct_fields__) - {"unknown"}
_SUBGRAPH_KEYS = frozenset(Subgraph.__struct_fields__) - {"unknown"}
_DOCUMENT_KEYS = (frozenset(Document.__struct_fields__) - {"unknown"}) | {"format", "version"}
_encode = msgspec.json.Encoder().encode
#: What every document's JSON begins with.
_START = _encode({"format": FORMAT, "version": VERSION}).removesuffix(b"}")
_UNKNOWN = UNKNOWN.encode()


def load_document(path: Path) -> Document:
    """Read a workflow file.

    Raises:
        WorkflowError: it is missing, too large, or not a workflow.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise _too_large(path.name, size)
        return read_document(path.read_bytes(), path.name)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise WorkflowError(f'"{path}" can not be read: {reason}. Check the name.') from problem


@collected_later()
def read_document(text: bytes | str, name: str = "the document") -> Document:
    """Read a workflow from JSON.

    Raises:
        WorkflowError: it is too large, too deep, not JSON, or not a workflow.
    """
    if len(text) > LARGEST:
        raise _too_large(name, len(text))
    try:
        raw = msgspec.json.decode(text)
    except RecursionError as problem:
        raise _too_deep(name) from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise WorkflowError(
            f'"{name}" is not JSON: {problem}. NaN and Infinity are not JSON either.'
        ) from problem
    has_marks = (MARK in text) if isinstance(text, str) else (MARK.encode() in text)
    return document_from(raw, name, has_marks=has_marks)


def document_from(raw: Any, name: str = "the document", *, has_marks: bool = True) -> Document:
    """Return the document that plain data describes; `raw` is not kept.

    Args:
        raw: what the file holds.
        name: the file's, for errors.
        has_marks: whether large integers may be marked in it.

    Raises:
        WorkflowError: it is not a workflow of a known version.
    """
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise WorkflowError(
            f'"{name}" is not a Sfumato workflow: "format" is not "{FORMAT}". '
            "Save it from Sfumato, or import it."
        )
    raw = migrate(raw, name)
    if deeper_than(raw, DEEPEST):
        raise _too_deep(name)
    raw = unmarked(raw) if has_marks else raw
    try:
        document = msgspec.convert(raw, Document)
    except msgspec.ValidationError as problem:
        raise WorkflowError(f'"{name}" is not a workflow: {problem}.') from problem
    return _with_unknown(document, raw)


def write_document(document: Document) -> bytes:
    """Return the document as JSON for files, a line a value."""
    return msgspec.json.format(send_document(document), indent=2)


def send_document(document: Document) -> bytes:
    """Return the document as JSON; integers that JavaScript cannot hold become text or marks."""
    text = _encode(document)
    if may_be_large(text) or _UNKNOWN in text:
        text = _encode(marked(_plain(document)))
    rest = text.removeprefix(b"{")
    return _START + (rest if rest == b"}" else b"," + rest)


def _too_large(name: str, size: int) -> WorkflowError:
    return WorkflowError(
        f'"{name}" is too large: {size / 2**20:.0f} MB, at most {LARGEST // 2**20} MB are read. '
        "Keep pictures out of the document."
    )


def _too_deep(name: str) -> WorkflowError:
    return WorkflowError(
        f'"{name}" is nested too deeply: at most {DEEPEST} levels are read. Flatten its values.'
    )


def deeper_than(value: Any, limit: int) -> bool:
    """Say whether containers are nested deeper than `limit`; level by level, no recursion."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            child
            for each in level
            for child in (each.values() if type(each) is dict else each)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _with_unknown(document: Document, raw: dict[str, Any]) -> Document:
    """Put the keys that no field has into `unknown`, at every level."""
    return msgspec.structs.replace(
        document,
        nodes=_nodes_with_unknown(document.nodes, raw.get("nodes", {})),
        inputs=_each_with_unknown(document.inputs, raw.get("inputs", ()), _INPUT_KEYS),
        outputs=_each_with_unknown(document.outputs, raw.get("outputs", ()), _OUTPUT_KEYS),
        subgraphs={
            key: _subgraph_with_unknown(each, raw["subgraphs"][key])
            for key, each in document.subgraphs.items()
        },
        unknown=_left(raw, _DOCUMENT_KEYS),
    )


def _subgraph_with_unknown(subgraph: Subgraph, raw: dict[str, Any]) -> Subgraph:
    return msgspec.structs.replace(
        subgraph,
        nodes=_nodes_with_unknown(subgraph.nodes, raw.get("nodes", {})),
        inputs=_each_with_unknown(subgraph.inputs, raw.get("inputs", ()), _INPUT_KEYS),
        outputs=_each_with_unknown(subgraph.outputs, raw.get("outputs", ()), _OUTPUT_KEYS),
        unknown=_left(raw, _SUBGRAPH_KEYS),
    )


def _nodes_with_unknown(nodes: dict[str, Node], raw: dict[str, Any]) -> dict[str, Node]:
    if all(each.keys() <= _NODE_KEYS for each in raw.values()):
        return nodes
    return {
        key: msgspec.structs.replace(node, unknown=_left(raw[key], _NODE_KEYS))
        for key, node in nodes.items()
    }


def _each_with_unknown(structs: list[Any], raw: Any, known: frozenset[str]) -> list[Any]:
    return [
        msgspec.structs.replace(struct, unknown=_left(each, known))
        for struct, each in zip(structs, raw, strict=True)
    ]


def _left(raw: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in known}


def _plain(document: Document) -> dict[str, Any]:
    """Return the document as plain data, unknown keys back in their places."""
    plain = msgspec.to_builtins(document)
    holders = [plain, *plain.get("subgraphs", {}).values()]
    for holder in holders:
        nodes = holder.get("nodes", {}).values()
        for node in nodes:
            if "values" in node:
                node["values"] = as_text(node["values"])
        below = [*nodes]
        below += [*holder.get("inputs", ()), *holder.get("outputs", ())]
        for each in [holder, *below]:
            each.update(each.pop(UNKNOWN, {}))
    return plain
