"""The library's front door: `Workflow.load("text_to_image.json").run(prompt="a red apple")`."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from engine.document.dynamic_prompts import with_prompts_picked
from engine.errors import WorkflowError
from engine.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.document import Document
    from engine.engine import Engine
    from engine.events import Event
    from engine.importers import Report as ImportReport
    from engine.paths import Folders
    from engine.running.report import Report

pictures: Any = lazy("engine.diffusion.imaging.pictures")

#: The checkout: models/, input/ and output/ lie here unless told otherwise.
HOME = Path(__file__).parent.parent
WORKFLOWS = HOME / "workflows"
#: An IMAGE is (B, H, W, C).
IMAGE_NDIM = 4


@functools.cache
def default_engine() -> Engine:
    """Return the engine of this process, with the built-in nodes and the checkout's folders."""
    from engine.engine import Engine
    from engine.model_folders.sources import hash_in_background, installation

    folders = installation(HOME)
    hash_in_background(folders)
    return Engine.with_built_ins(folders)


@dataclass(frozen=True)
class Result:
    """What a run gave.

    Attributes:
        outputs: exposed output name -> list of values.
        report: which nodes ran, were reused, and why.
    """

    outputs: Mapping[str, list[Any]]
    report: Report
    folders: Folders

    @property
    def images(self) -> list[Any]:
        """Return the pictures of every exposed IMAGE output, as Pillow pictures."""
        return [
            picture
            for values in self.outputs.values()
            for value in values
            if getattr(value, "ndim", 0) == IMAGE_NDIM
            for picture in pictures.to_pillow(value)
        ]

    @property
    def files(self) -> list[Path]:
        """Return the files that output nodes wrote."""
        return written_files(self.report, self.folders)


def written_files(report: Report, folders: Folders) -> list[Path]:
    """Return the files that nodes of a run show, in the order of their nodes."""
    return [
        folders.roots(item["type"])[0] / item["subfolder"] / item["filename"]
        for shown in report.ui.values()
        for items in shown.values()
        for item in items
        if isinstance(item, dict) and "filename" in item
    ]


class Workflow:
    """A document with an engine to run it.

    Attributes:
        imported: what reading its file found, such as missing models; None if it is from no file.
    """

    def __init__(
        self,
        document: Document,
        engine: Engine | None = None,
        imported: ImportReport | None = None,
    ) -> None:
        self.document = document
        self.imported = imported
        self._engine = engine

    @classmethod
    def load(cls, path: str | Path, engine: Engine | None = None) -> Workflow:
        """Read a workflow file; a bare name is also looked for among the bundled ones.

        ComfyUI's workflows and API prompts open too, and pictures that hold a workflow.

        Raises:
            WorkflowError: it is not there, or not a workflow.
        """
        from engine.importers import open_document

        engine = engine or default_engine()
        opened = open_document(locate(Path(path)), engine.registry, engine.folders)
        return cls(opened.document, engine, opened.report)

    @property
    def engine(self) -> Engine:
        """Return the engine it runs in."""
        return self._engine or default_engine()

    def run(self, *, on_event: Callable[[Event], None] | None = None, **inputs: Any) -> Result:
        """Run with values for the exposed inputs, by name; dynamic prompts are picked anew.

        Raises:
            WorkflowError: there is no exposed input of a name.
            InvalidGraph: the workflow cannot run; every problem is named.
            NodeError: a node failed.
        """
        filled = self.document.with_inputs(inputs)
        picked = with_prompts_picked(filled, self.engine.registry.specs, Random())
        report = self.engine.run(picked, on_event=on_event)
        if report.error is not None:
            raise report.error
        return Result(report.outputs, report, self.engine.folders)


def locate(path: Path) -> Path:
    """Return the file itself, or the bundled workflow of that name."""
    bundled = WORKFLOWS / path.name
    if not path.exists() and path.parent == Path() and bundled.exists():
        return bundled
    if not path.exists():
        names = ", ".join(sorted(each.name for each in WORKFLOWS.glob("*.json")))
        raise WorkflowError(f'There is no file "{path}". Bundled workflows: {names}.')
    return path
