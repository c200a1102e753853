"""What the checks say becomes ComfyUI's errors; outputs that can run are told from the others."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from engine.server.comfyui.refusals import Judgement, judge, malformed, unknown_type

PROMPT: dict[str, Any] = {
    "1": {"class_type": "Load", "inputs": {"name": "x.safetensors"}},
    "2": {"class_type": "Sample", "inputs": {"model": ["1", 0], "steps": 99}},
    "3": {"class_type": "Save", "inputs": {"images": ["2", 0]}},
    "4": {"class_type": "Save", "inputs": {"images": ["1", 1]}},
}
DECLARED: dict[str, Any] = {
    "Load": {"input": {"required": {"name": [["a", "b"], {}]}, "optional": {}}},
    "Sample": {
        "input": {
            "required": {"steps": ["INT", {"min": 1, "max": 20}]},
            "optional": {"kind": ["COMBO", {"options": ["a"]}], "images": ["GROW", {}]},
        }
    },
}


def problem(kind: str, node: str | None, socket: str | None = None, **details: Any) -> Any:
    message = f"{kind} at {node}."
    return {"kind": kind, "message": message, "node": node, "input": socket, "details": details}


def judged(*problems: Any, outputs: tuple[str, ...] = ("3", "4")) -> Judgement:
    return judge(PROMPT, outputs, problems, DECLARED)


def type_of(*problems: Any, node: str = "2") -> str:
    return judged(*problems).node_errors[node]["errors"][0]["type"]


def test_without_problems_every_output_runs():
    assert judged() == Judgement(["3", "4"], {})


def test_outputs_above_which_all_is_well_run():
    judgement = judged(problem("missing_input", "2", "seed"))

    assert judgement.outputs == ["4"]
    assert judgement.error is None
    assert judgement.node_errors["2"]["dependent_outputs"] == ["3"]


def test_a_problem_that_all_depend_on_leaves_no_output():
    judgement = judged(problem("bad_link", "1", "name"))

    assert judgement.outputs == []
    assert judgement.error is not None
    assert judgement.error["type"] == "prompt_outputs_failed_validation"
    assert judgement.error["details"] == "The link leads to no output: bad_link at 1."
    assert judgement.node_errors["1"]["dependent_outputs"] == ["3", "4"]


def test_a_problem_of_no_node_concerns_every_output():
    judgement = judged(problem("graph", None))

    assert judgement.outputs == []
    assert judgement.error is not None
    assert judgement.error["details"] == "graph at None."


def test_without_outputs_there_is_nothing_to_run():
    judgement = judged(outputs=())

    assert judgement.error is not None
    assert judgement.error["type"] == "prompt_no_outputs"


@pytest.mark.parametrize(
    ("kind", "socket", "expected"),
    [
        ("missing_input", "seed", "required_input_missing"),
        ("bad_link", "model", "bad_linked_input"),
        ("type_mismatch", "model", "return_type_mismatch"),
        ("bad_value", "steps", "invalid_input_type"),
        ("bad_value", None, "custom_validation_failed"),
        ("value_out_of_range", "other", "custom_validation_failed"),
        ("graph", "steps", "exception_during_validation"),
        ("graph", None, "exception_during_validation"),
    ],
)
def test_each_kind_of_problem_has_its_type(kind: str, socket: str | None, expected: str):
    assert type_of(problem(kind, "2", socket)) == expected


def test_a_value_beyond_the_most_is_told_with_the_declaration():
    (error,) = judged(problem("value_out_of_range", "2", "steps")).node_errors["2"]["errors"]

    assert error == {
        "type": "value_bigger_than_max",
        "message": "Value 99 is above 20",
        "details": "value_out_of_range at 2.",
        "extra_info": {
            "input_name": "steps",
            "input_config": ["INT", {"min": 1, "max": 20}],
            "received_value": 99,
        },
    }


def test_a_missing_file_is_a_value_that_is_not_in_the_list():
    (error,) = judged(problem("value_out_of_range", "1", "name")).node_errors["1"]["errors"]

    assert error["type"] == "value_not_in_list"
    assert error["details"] == "name: 'x.safetensors' not in ['a', 'b']"


def test_choices_in_the_newer_form_are_a_list_too():
    assert type_of(problem("value_out_of_range", "2", "kind")) == "value_not_in_list"


def test_an_item_of_a_growing_input_has_the_declaration_of_the_whole():
    (error,) = judged(problem("bad_link", "2", "images.image9")).node_errors["2"]["errors"]

    assert error["extra_info"]["input_config"] == ["GROW", {}]


def test_a_cycle_is_told_at_each_of_its_nodes():
    judgement = judged(problem("cycle", "1", nodes=["1", "2"]))

    assert {node: each["errors"][0]["type"] for node, each in judgement.node_errors.items()} == {
        "1": "dependency_cycle",
        "2": "dependency_cycle",
    }


@pytest.mark.parametrize("node", [None, 3, {}, {"inputs": {}}, {"class_type": 3, "inputs": {}}])
def test_what_is_no_node_is_named(node: Any):
    error = malformed({"9": node})

    assert error is not None
    assert error["type"] == "invalid_prompt"
    assert error["details"] == "Node ID '#9'"


def test_a_node_without_inputs_is_named_with_its_type():
    error = malformed({"9": {"class_type": "Save"}})

    assert error is not None
    assert error["extra_info"] == {"node_id": "9", "class_type": "Save"}


def test_good_nodes_are_not_malformed():
    assert malformed(PROMPT) is None


def test_an_unknown_type_is_told_with_the_title_of_its_node():
    node = {"class_type": "Nowhere", "inputs": {}, "_meta": {"title": "My node"}}

    assert unknown_type("9", node)["extra_info"]["node_title"] == "My node"


def test_a_long_value_is_quoted_in_part():
    prompt = {"1": {"class_type": "Load", "inputs": {"name": "x" * 100_000}}}
    judgement = judge(prompt, ["1"], [problem("value_out_of_range", "1", "name")], DECLARED)

    assert len(msgspec.json.encode(judgement.node_errors)) < 5000
    assert judgement.error is not None
    assert len(msgspec.json.encode(judgement.error)) < 5000
