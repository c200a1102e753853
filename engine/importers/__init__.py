"""Foreign formats become documents here, so that every entrance understands all of them.

`open_document` and `read_bytes` take our documents, ComfyUI's workflows and API prompts, and
pictures that hold one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.document import document_from
from engine.errors import WorkflowError
from engine.importers.api_prompt import read_api
from engine.importers.completion import Imported, complete
from engine.importers.containers import Found, look_into, look_into_bytes
from engine.importers.json_text import printable
from engine.importers.report import Note, Report
from engine.running.garbage import collected_later

if TYPE_CHECKING:
    from engine.document import Document
    from engine.paths import Folders
    from engine.registry import Registry

Reader = Callable[[], "tuple[Document, list[Note]]"]

__all__ = ["Imported", "Report", "complete", "open_document", "read_bytes", "read_to_run"]


@collected_later()
def open_document(path: Path, registry: Registry, folders: Folders) -> Imported:
    """Read a file of any format that is known.

    Raises:
        WorkflowError: it can not be read, or holds no workflow.
    """
    return _imported(look_into(path), printable(path.name), registry, folders)


@collected_later()
def read_bytes(data: bytes, name: str, registry: Registry, folders: Folders) -> Imported:
    """Read a file's content, of any format that is known; `name` is for errors and the title.

    Raises:
        WorkflowError: it holds no workflow.
    """
    return _imported(look_into_bytes(data, name), name, registry, folders)


def read_to_run(
    prompt: Mapping[str, Any], name: str, registry: Registry, folders: Folders
) -> Imported:
    """Read an API prompt that nobody is going to look at: its nodes have no places.

    Raises:
        WorkflowError: a node of it is no node.
    """
    document, notes = read_api(prompt, registry, name, placed=False)
    return complete(document, registry, folders, "comfyui-api", notes)


def _imported(found: Found, name: str, registry: Registry, folders: Folders) -> Imported:
    """Return the first thing in a file that can be read, put to what is here."""
    notes = [Note("", "", message) for message in found.notes]
    problems: list[WorkflowError] = []
    for source, read in _readers(found, name, registry):
        try:
            document, more = read()
        except WorkflowError as problem:
            problems.append(problem)
            notes.append(Note("", "", problem.message))
        else:
            return complete(document, registry, folders, source, [*notes, *more])
    raise problems[0]


def _readers(found: Found, name: str, registry: Registry) -> Iterator[tuple[str, Reader]]:
    """Yield what lies in a file, first things first: its format, and what reads it."""
    if (own := found.document) is not None:
        yield "sfumato", lambda: (document_from(own, name, has_marks=found.has_marks), [])
    title = Path(name).stem
    if (workflow := found.workflow) is not None:
        from engine.importers.ui import read_ui

        yield "comfyui-ui", lambda: read_ui(workflow, registry, title)
    if (prompt := found.prompt) is not None:
        yield "comfyui-api", lambda: read_api(prompt, registry, title)
