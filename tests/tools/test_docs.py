from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec, Variants
from engine.widgets import Bool, Choice, FileChoice, Float, Int, Text
from tools import docs


def node_with(*inputs: InputSpec, outputs: tuple[OutputSpec, ...] = ()) -> NodeSpec:
    return NodeSpec(
        id="Blur",
        function=print,
        title="Blur Image",
        category="image",
        description="Blur a picture.",
        inputs=inputs,
        outputs=outputs,
    )


def rows(*inputs: InputSpec) -> list[str]:
    page = docs.render([node_with(*inputs)])
    return [line for line in page.splitlines() if line.startswith("| ")][2:]


def test_nodes_stand_under_their_category_by_title():
    other = NodeSpec(id="Add", function=print, title="Add Noise", category="image")

    headings = [
        line for line in docs.render([node_with(), other]).splitlines() if line.startswith("#")
    ]

    assert headings == ["# Nodes", "## image", "### Add Noise", "### Blur Image"]


def test_a_node_shows_its_id_and_description():
    assert "`Blur` Blur a picture." in docs.render([node_with()])


@pytest.mark.parametrize(
    ("given", "row"),
    [
        (InputSpec("image", "IMAGE", tooltip="Source."), "| image | IMAGE |  | Source. |"),
        (InputSpec("mask", "MASK", required=False), "| mask | MASK | optional |  |"),
        (InputSpec("any", "*", takes_list=True), "| any | list of any |  |  |"),
        (InputSpec("n", "INT", Int(default=3, min=1, max=9)), "| n | INT | `3`, 1 to 9 |  |"),
        (
            InputSpec("x", "FLOAT", Float(default=0.5, min=0.0)),
            "| x | FLOAT | `0.5`, from 0.0 |  |",
        ),
        (InputSpec("on", "BOOLEAN", Bool(default=True)), "| on | BOOLEAN | `true` |  |"),
        (InputSpec("text", "STRING", Text(default="a|b")), "| text | STRING | `a\\|b` |  |"),
        (
            InputSpec("how", "COMBO", Choice(choices=("box", "disk"))),
            '| how | COMBO | `box`, one of "box", "disk" |  |',
        ),
        (InputSpec("file", "COMBO", FileChoice()), "| file | COMBO | a file |  |"),
    ],
)
def test_an_input_is_a_row(given: InputSpec, row: str):
    assert rows(given) == [row]


def test_a_growing_input_shows_its_first_and_last_name():
    growing = Growing(InputSpec("", "IMAGE"), prefix="image", max=3)

    assert rows(InputSpec("images", "IMAGE", dynamic=growing)) == [
        "| images.image0 … image2 | IMAGE |  |  |"
    ]


def test_a_choice_with_inputs_of_its_own_shows_them():
    variants = Variants({"none": (), "gauss": (InputSpec("radius", "INT"),)})

    assert rows(InputSpec("mode", "COMBO", dynamic=variants)) == [
        '| mode | COMBO | one of "none", "gauss" |  |',
        "| mode.radius (gauss) | INT |  |  |",
    ]


def test_outputs_are_named_where_the_name_is_not_the_type():
    outputs = (OutputSpec("IMAGE", "IMAGE"), OutputSpec("blurred", "MASK", is_list=True))

    assert "Gives IMAGE, `blurred` (list of MASK)." in docs.render([node_with(outputs=outputs)])


def test_a_page_that_differs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "nodes.md").write_text("old", encoding="utf-8")
    monkeypatch.setattr(docs, "DOCS", tmp_path)

    code = docs.main(["--check"])

    assert code == 1
    assert "nodes.md is not what the code declares" in capsys.readouterr().err


def test_pages_just_written_are_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    docs.main([])

    assert docs.main(["--check"]) == 0


def test_bundled_workflows_fit_the_schema():
    schema = json.loads(docs.pages()[docs.DOCS / "workflow.schema.json"])
    validator = Draft202012Validator(schema)

    problems = [
        problem.message
        for path in (docs.DOCS.parent / "workflows").glob("*.json")
        for problem in validator.iter_errors(json.loads(path.read_text(encoding="utf-8")))
    ]

    assert problems == []


def test_the_schema_refuses_a_node_without_a_type():
    schema = json.loads(docs.pages()[docs.DOCS / "workflow.schema.json"])
    document = {"format": "sfumato", "version": 1, "nodes": {"1": {"values": {}}}}

    assert not Draft202012Validator(schema).is_valid(document)
