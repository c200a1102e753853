"""Dynamic prompts: comments go, choices are made, once a run."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.document import Document, Node, Subgraph
from engine.document.dynamic_prompts import pick, with_prompts_picked
from engine.document.model import ExposedInput
from engine.registry import Registry
from engine.spec import InputSpec
from engine.widgets import Text
from engine.workflow import Workflow
from tests.fakes import toy


def options(text: str) -> set[str]:
    return {pick(text, Random(seed)) for seed in range(60)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {red|green} apple", {"a red apple", "a green apple"}),
        ("{a|{b|c}}", {"a", "b", "c"}),
        ("{a|b}{c|d}", {"ac", "ad", "bc", "bd"}),
        ("{a|}", {"a", ""}),
        ("{a}", {"a"}),
        (r"\{a\|b\}", {"{a|b}"}),
        (r"{a\|b|c}", {"a|b", "c"}),
        ("{a|b", {"a", "b"}),
        ("a } b | c", {"a } b | c"}),
        ("(a \\(b\\):1.2)", {"(a \\(b\\):1.2)"}),
    ],
)
def test_one_option_of_each_choice_is_taken(text: str, expected: set[str]):
    assert options(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a // b\nc", "a \nc"),
        ("a /* b\nc */ d", "a  d"),
        ("see http://example.org", "see http:"),
        ("a /* b", "a /* b"),
        ("{a /* | b */}", "a "),
    ],
)
def test_comments_go(text: str, expected: str):
    assert pick(text, Random(0)) == expected


@given(st.text().filter(lambda text: not set(text) & set("{}|/\\")))
def test_text_without_signs_is_untouched(text: str):
    assert pick(text, Random(0)) is text


@given(st.text("{}|\\/*a \n", max_size=30), st.integers())
def test_same_generator_picks_the_same(text: str, seed: int):
    assert pick(text, Random(seed)) == pick(text, Random(seed))


def test_deep_nesting_is_no_harm():
    assert pick("{" * 100_000 + "a" + "}" * 100_000, Random(0)) == "a"


# in documents


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """Return the toy nodes, with one whose text is a dynamic prompt."""
    inputs = (
        InputSpec("text", "STRING", Text(dynamic_prompts=True)),
        InputSpec("name", "STRING", Text()),
    )
    kind = toy("Encode", lambda text, name="": text, is_output=True)
    registry.add(replace(kind, inputs=inputs))
    return registry


def picked(document: Document, registry: Registry) -> Document:
    return with_prompts_picked(document, registry.specs, Random(0))


def test_only_inputs_that_declare_it_are_picked(registry: Registry):
    values: dict[str, Any] = {"text": "{a}", "name": "{a}"}
    document = Document(nodes={"1": Node("Encode", values=values), "2": Node("Odd", values=values)})

    nodes = picked(document, registry).nodes

    assert nodes["1"].values == {"text": "a", "name": "{a}"}
    assert nodes["2"].values == values


def test_values_of_subgraph_instances_are_picked(registry: Registry):
    inner = Subgraph(
        nodes={"1": Node("Encode", values={"text": "{x}"})},
        inputs=[ExposedInput("prompt", [("1", "text")])],
    )
    instance = Node("subgraph:s", values={"prompt": "{a}"})
    document = Document(nodes={"2": instance}, subgraphs={"s": inner})

    after = picked(document, registry)

    assert after.nodes["2"].values == {"prompt": "a"}
    assert after.subgraphs["s"].nodes["1"].values == {"text": "x"}


def test_document_that_runs_has_the_picked_text(make_engine: Any, registry: Registry):
    def keep(extra_pnginfo: dict[str, Any], text: str) -> None:
        seen.append(extra_pnginfo["sfumato"]["nodes"]["1"]["values"]["text"])

    seen: list[str] = []
    kind = toy("Keep", keep, (), is_output=True, hidden={"extra_pnginfo": "extra_pnginfo"})
    registry.add(replace(kind, inputs=(InputSpec("text", "STRING", Text(dynamic_prompts=True)),)))
    workflow = Workflow(Document(nodes={"1": Node("Keep", values={"text": "{a}"})}), make_engine())

    workflow.run()

    assert seen == ["a"]
    assert workflow.document.nodes["1"].values == {"text": "{a}"}
