"""The library's front door, with toy nodes; bundled workflows have their own tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine import NodeError, NodeResult, Workflow
from engine.document import Document, write_document
from engine.engine import Engine
from engine.errors import InvalidGraph, WorkflowError
from engine.registry import Registry
from engine.workflow import WORKFLOWS, locate, written_files
from tests.fakes import toy
from tests.graphs import Graphs


def adding() -> Document:
    g = Graphs()
    total = g.node("Add", at="sum", a=1, b=2)
    g.node("Show", at="show", value=total)
    return g.document(inputs={"first": [("sum", "a")], "second": [("sum", "b")]}, total=total)


@pytest.fixture
def workflow(engine: Engine) -> Workflow:
    return Workflow(adding(), engine)


# running


def test_a_workflow_runs_with_the_values_it_holds(workflow: Workflow):
    assert workflow.run().outputs == {"total": [3]}


def test_values_are_given_by_name(workflow: Workflow):
    assert workflow.run(first=5, second="7").outputs == {"total": [12]}


def test_a_run_leaves_the_workflow_as_it_is(workflow: Workflow):
    workflow.run(first=5)

    assert workflow.run().outputs == {"total": [3]}


def test_the_result_says_what_ran(workflow: Workflow):
    workflow.run()

    report = workflow.run(first=5).report

    assert report.explain("sum") == 'Node sum "Add" ran: input "a" changed from 1 to 5.'


def test_events_are_handed_out(workflow: Workflow):
    seen: list[str] = []
    workflow.run(on_event=lambda event: seen.append(type(event).__name__))

    assert "NodeFinished" in seen


def test_an_input_that_is_not_exposed_is_refused(workflow: Workflow):
    with pytest.raises(WorkflowError, match='exposes no input "third"'):
        workflow.run(third=1)


def test_a_workflow_that_can_not_run_is_refused(workflow: Workflow):
    with pytest.raises(InvalidGraph, match='takes a whole number, but is "many"'):
        workflow.run(first="many")


def test_a_failure_is_raised(engine: Engine):
    g = Graphs()
    g.node("Show", value=g.node("Fail", at="bad"))

    with pytest.raises(NodeError, match='Node bad "Fail" failed') as caught:
        Workflow(g.document(), engine).run()
    assert isinstance(caught.value.__cause__, ValueError)


# pictures and files


def giving(registry: Registry, engine: Engine, value: Any, kind: str = "IMAGE") -> Workflow:
    """Return a workflow whose output "out" is a value."""
    registry.add(toy("Give", lambda: value, [kind]))
    g = Graphs()
    return Workflow(g.document(out=g.node("Give")), engine)


def test_images_are_pillow_pictures(registry: Registry, engine: Engine):
    batch = torch.zeros(2, 4, 6, 3)
    batch[1] = 1

    images = giving(registry, engine, batch).run().images

    assert [(image.size, image.mode) for image in images] == [((6, 4), "RGB")] * 2
    assert [image.getpixel((0, 0)) for image in images] == [(0, 0, 0), (255, 255, 255)]
    assert all(isinstance(image, Image.Image) for image in images)


def test_pictures_of_a_list_come_one_after_the_other(registry: Registry, engine: Engine):
    pictures = [torch.zeros(1, 2, 3, 3), torch.zeros(1, 5, 4, 3)]

    images = giving(registry, engine, pictures, "list:IMAGE").run().images

    assert [image.size for image in images] == [(3, 2), (4, 5)]


@pytest.mark.parametrize("value", [torch.zeros(1, 8, 8), 7, "text", None])
def test_other_outputs_are_no_images(value: Any, registry: Registry, engine: Engine):
    result = giving(registry, engine, value, "*").run()

    assert result.images == []
    assert result.outputs["out"][0] is value


SHOWN = {
    "images": [
        {"filename": "a_1.png", "subfolder": "", "type": "output"},
        {"filename": "b.png", "subfolder": "sub", "type": "temp"},
    ],
    "text": ["a sentence"],
}


def test_files_are_those_that_nodes_show(registry: Registry, engine: Engine):
    registry.add(toy("Save", lambda: NodeResult(ui=SHOWN), (), is_output=True))
    g = Graphs()
    g.node("Save")

    result = Workflow(g.document(), engine).run()

    folders = engine.folders
    assert result.files == [folders.output / "a_1.png", folders.temp / "sub" / "b.png"]
    assert written_files(result.report, folders) == result.files


# loading


def test_a_file_is_loaded(tmp_path: Path, engine: Engine):
    path = tmp_path / "sum.json"
    path.write_bytes(write_document(adding()))

    assert Workflow.load(path, engine).run().outputs == {"total": [3]}
    assert Workflow.load(str(path), engine).document == adding()


def test_a_bare_name_is_a_bundled_workflow():
    assert Workflow.load("text_to_image.json").document.id == "text_to_image"


def test_a_file_here_comes_before_a_bundled_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("text_to_image.json").write_text('{"format": "sfumato", "version": 1, "title": "Mine"}')

    assert Workflow.load("text_to_image.json").document.title == "Mine"


@pytest.mark.parametrize("path", ["sub/text_to_image.json", "none.json", "/text_to_image.json"])
def test_what_is_not_there_is_refused_with_the_bundled_ones(path: str):
    with pytest.raises(WorkflowError, match=f'no file "{path}". Bundled.*text_to_image.json'):
        locate(Path(path))


def test_a_bundled_workflow_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    assert locate(Path("inpaint.json")) == WORKFLOWS / "inpaint.json"


def test_what_is_no_workflow_is_refused(tmp_path: Path):
    path = tmp_path / "prompt.json"
    path.write_text(json.dumps({"3": {"class_type": "KSampler"}}))

    with pytest.raises(WorkflowError, match="is not a Sfumato workflow"):
        Workflow.load(path)


def test_two_workflows_of_one_engine_share_results(make_engine: Callable[..., Engine]):
    engine = make_engine()
    Workflow(adding(), engine).run()

    assert Workflow(adding(), engine).run().report.ran == []
