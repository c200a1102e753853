"""A saved workflow of ComfyUI to a document and the notes that its reader should see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from engine.document.model import Document, ExposedInput, ExposedOutput
from engine.errors import WorkflowError
from engine.importers.ui.cycles import cyclic
from engine.importers.ui.definition import read_definitions, tracer_of
from engine.importers.ui.linking import read_source
from engine.importers.ui.plain import mapping, text, without
from engine.importers.ui.reading import Reading, Specs
from engine.importers.ui.reroutes import without_dots
from engine.importers.ui.subgraphs import read_parts, read_subgraphs, without_viewport
from engine.running.garbage import collected_later

if TYPE_CHECKING:
    from engine.importers.report import Note
    from engine.importers.ui.source import SourceGraph

#: Key of a document's `extra` under which the root object's other keys lie.
KEPT = "comfyui"
#: Key of a file's `extra` that says what only our documents have.
OWN = "sfumato"
_SAID = frozenset({"id", "nodes", "links", "groups", "definitions", "extra"})


class _Own(msgspec.Struct):
    """What an exported document has beside what ComfyUI's format can say."""

    title: str = ""
    description: str = ""
    inputs: list[ExposedInput] = []
    outputs: list[ExposedOutput] = []


@collected_later()
def read_ui(raw: dict[str, Any], registry: Specs, name: str = "") -> tuple[Document, list[Note]]:
    """Read a workflow as ComfyUI's editor saves it, version 0.4 or 1.

    Args:
        raw: the file's object; parts of it become parts of the document, so leave it as it is.
        registry: the node types there are; nodes of others keep their source.
        name: the document's title.

    Raises:
        WorkflowError: it has no list of nodes.
    """
    if not isinstance(raw.get("nodes"), list):
        raise WorkflowError(
            f'"{name or "the file"}" is not a ComfyUI workflow: it has no list "nodes". '
            "Save it again from the editor."
        )
    reading = Reading(registry)
    unread = read_definitions(raw, reading)
    graph = read_source(raw, reading.noter(), is_definition=False)
    _note_cycles(reading)
    parts = read_parts(graph, tracer_of(graph, reading), reading, "")
    subgraphs = read_subgraphs(reading, graph)
    reading.add_models(raw.get("models"), None)
    if unread:
        parts.unread["subgraphs"] = unread
    own = _own(raw)
    identifier = raw.get("id")
    document = Document(
        nodes=parts.nodes,
        id=text(identifier),
        title=own.title or name,
        description=own.description,
        inputs=own.inputs,
        outputs=own.outputs,
        subgraphs=subgraphs,
        frames=list(parts.frames),
        view=parts.wiring.view,
        extra=_extra(graph, reading, parts.wiring.view),
    )
    return document, reading.notes


def _note_cycles(reading: Reading) -> None:
    uses = {
        key: {node.type for node in each.graph.nodes.values() if node.type in reading.definitions}
        for key, each in reading.definitions.items()
    }
    for key in cyclic(uses):
        title = reading.title(key)
        reading.noter()("", "", f'Subgraph "{title}" contains itself; it cannot run so.')


def _extra(graph: SourceGraph, reading: Reading, view: dict[str, Any]) -> dict[str, Any]:
    """Return what else the root object says, and the models to download."""
    raw, unread = graph.raw, graph.unread
    left = without(raw, _SAID)
    if "id" in raw and not isinstance(raw["id"], str):
        left["id"] = raw["id"]
    if "extra" in raw:
        left["extra"] = _without_own(without_viewport(raw["extra"], view))
    if "definitions" in raw:
        given = raw["definitions"]
        is_plain = isinstance(given, dict)
        left["definitions"] = (
            without(mapping(given), frozenset({"subgraphs"})) if is_plain else given
        )
    left = without_dots(graph, left)
    if unread:
        left["unread"] = unread
    extra: dict[str, Any] = {KEPT: left}
    if reading.models:
        extra["models"] = list(reading.models.values())
    return extra


def _without_own(extra: Any) -> Any:
    return without(mapping(extra), frozenset({OWN})) if isinstance(extra, dict) else extra


def _own(raw: dict[str, Any]) -> _Own:
    """Return what our own export put into the file, or nothing where it is not as we write it."""
    try:
        return msgspec.convert(mapping(mapping(raw.get("extra")).get(OWN)), _Own)
    except msgspec.ValidationError:
        return _Own()
