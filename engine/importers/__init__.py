"""Foreign formats become documents here, so that every entrance understands all of them.

`open_document` and `read_bytes` take our documents, ComfyUI's workflows and API prompts, and
pictures that hold one of these.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.document import document_from
from engine.garbage import collected_later
from engine.importers.completion import Imported, complete
from engine.importers.containers import Found, look_into, look_into_bytes
from engine.importers.report import Note, Report

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.registry import Registry

__all__ = ["Imported", "Report", "complete", "open_document", "read_bytes"]


@collected_later()
def open_document(path: Path, registry: Registry, folders: Folders) -> Imported:
    """Read a file of any format that is known.

    Raises:
        WorkflowError: it can not be read, or holds no workflow.
    """
    return _imported(look_into(path), path.name, registry, folders)


@collected_later()
def read_bytes(data: bytes, name: str, registry: Registry, folders: Folders) -> Imported:
    """Read a file's content, of any format that is known; `name` is for errors and the title.

    Raises:
        WorkflowError: it holds no workflow.
    """
    return _imported(look_into_bytes(data, name), name, registry, folders)


def _imported(found: Found, name: str, registry: Registry, folders: Folders) -> Imported:
    notes = [Note("", "", message) for message in found.notes]
    title = Path(name).stem
    if found.document is not None:
        document = document_from(found.document, name)
        return complete(document, registry, folders, "sfumato", notes)
    if found.workflow is not None:
        from engine.importers.ui import read_ui

        document, more = read_ui(found.workflow, registry, title)
        return complete(document, registry, folders, "comfyui-ui", [*notes, *more])
    from engine.importers.api_prompt import read_api

    document, more = read_api(found.prompt or {}, registry, title)
    return complete(document, registry, folders, "comfyui-api", [*notes, *more])
