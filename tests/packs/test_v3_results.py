from __future__ import annotations

from typing import Any

import pytest

from engine.comfy.api import io
from engine.comfy.execution import ExecutionBlocker, GraphBuilder
from engine.declaring.declarations import node_info
from engine.engine import Engine
from engine.errors import NodeError
from tests.graphs import Graphs
from tests.packs.v3_toys import declare, given_back, run, spec_of

NUMBER = io.Int.Input("n", default=0)


@pytest.mark.parametrize(
    ("returned", "outputs"),
    [
        (io.NodeOutput(1, 2), (1, 2)),
        ((1, 2), (1, 2)),
        ({"result": (1, 2)}, (1, 2)),
        (io.NodeOutput(ui={"text": ["shown"]}), (None, None)),
    ],
)
def test_every_form_of_output_is_taken(engine: Engine, returned: Any, outputs: tuple[Any, ...]):
    spec = spec_of(lambda cls: returned, outputs=[io.AnyType.Output(), io.AnyType.Output()])
    engine.registry.add(spec)
    g = Graphs()
    it = g.node("Toy")

    report = engine.run(g.document(a=it, b=it[1]))

    assert (report.outputs["a"][0], report.outputs["b"][0]) == outputs


def test_a_sink_returns_nothing(engine: Engine):
    spec = spec_of(lambda cls: None, outputs=[], is_output_node=True)
    engine.registry.add(spec)
    g = Graphs()
    g.node("Toy", at="it")

    report = engine.run(g.document())

    assert report.error is None
    assert report.ran == ["it"]


@pytest.mark.parametrize("returned", [5, io.NodeOutput(1, 2, 3), None])
def test_what_was_not_declared_is_an_error_that_names_the_pack(engine: Engine, returned: Any):
    spec = spec_of(lambda cls: returned, outputs=[io.Int.Output() for _ in range(4)])

    with pytest.raises(NodeError, match=r'"Toy".*"toys"'):
        run(engine, spec)


def test_what_a_node_shows_is_told(engine: Engine):
    spec = spec_of(lambda cls: io.NodeOutput(1, ui={"text": ("a", "b")}))
    engine.registry.add(spec)
    g = Graphs()

    report = engine.run(g.document(result=g.node("Toy", at="it")))

    assert report.ui["it"] == {"text": ["a", "b"]}


def test_a_blocked_output_stops_what_follows(engine: Engine, calls: list[str]):
    engine.registry.add(spec_of(lambda cls: io.NodeOutput(block_execution="Shut.")))
    g = Graphs()
    g.node("Show", at="show", value=g.node("Toy"))

    report = engine.run(g.document())

    assert report.blocked == {"show"}
    assert calls == []


@pytest.mark.parametrize("alone", [True, False])
def test_a_blocker_may_be_returned(engine: Engine, alone: bool):
    blocker = ExecutionBlocker("Shut.")
    engine.registry.add(spec_of(lambda cls: blocker if alone else io.NodeOutput(blocker)))
    g = Graphs()
    g.node("Show", at="show", value=g.node("Toy"))

    assert engine.run(g.document()).blocked == {"show"}


def test_a_node_expands_to_others(engine: Engine):
    def grow(cls: Any, n: int) -> io.NodeOutput:
        graph = GraphBuilder()
        one = graph.node("Number", value=n)
        return io.NodeOutput(graph.node("Add", a=one.out(0), b=5).out(0), expand=graph.finalize())

    spec = spec_of(grow, [NUMBER], [io.Int.Output()], enable_expand=True)

    assert run(engine, spec, n=1) == 6


def test_new_nodes_have_to_be_announced(engine: Engine):
    def grow(cls: Any) -> io.NodeOutput:
        return io.NodeOutput(1, expand={"x": {"class_type": "Number", "inputs": {}}})

    with pytest.raises(NodeError, match="enable_expand"):
        run(engine, spec_of(grow))


def test_flags_are_told():
    spec = spec_of(
        given_back,
        display_name="A Toy",
        category="toys/all",
        description="Plays.",
        search_aliases=["plaything"],
        is_deprecated=True,
        is_experimental=True,
        is_api_node=True,
        is_dev_only=True,
        essentials_category="Basics",
    )
    info = node_info(spec)

    assert (info["display_name"], info["category"], info["description"]) == (
        *("A Toy", "toys/all", "Plays."),
    )
    flags = ("deprecated", "experimental", "api_node", "dev_only")
    assert all(info[flag] for flag in flags)
    assert info["search_aliases"] == ["plaything"]
    assert info["essentials_category"] == "Basics"
    assert info["python_module"] == "custom_nodes.toys"
    assert list(info["input"]["hidden"]) == ["auth_token_comfy_org", "api_key_comfy_org"]


def test_outputs_have_names_tooltips_and_list_marks():
    outputs = [
        io.Image.Output("pic", "Picture", tooltip="What."),
        io.Mask.Output(is_output_list=True),
    ]
    info = node_info(spec_of(given_back, outputs=outputs))

    assert info["output"] == ["IMAGE", "MASK"]
    assert info["output_name"] == ["Picture", "MASK"]
    assert info["output_is_list"] == [False, True]
    assert info["output_tooltips"] == ["What.", ""]


def test_a_class_looks_like_an_older_one():
    inputs = [NUMBER, io.Mask.Input("mask", optional=True)]
    node = declare(given_back, inputs, [io.Image.Output(), io.Int.Output()], is_output_node=True)

    assert node.INPUT_TYPES() == {
        "required": {"n": ("INT", {"default": 0, "step": 1})},
        "optional": {"mask": ("MASK", {})},
        "hidden": {"prompt": ("PROMPT",), "extra_pnginfo": ("EXTRA_PNGINFO",)},
    }
    assert node.RETURN_TYPES == node.RETURN_NAMES == ("IMAGE", "INT")
    assert (node.FUNCTION, node.CATEGORY, node.OUTPUT_NODE) == ("execute", "sd", True)
    assert [each.id for each in node.GET_SCHEMA().outputs] == ["_0_IMAGE_", "_1_INT_"]
