"""Loops as packs make them: the last node of a loop expands to a copy of all that is in it."""

from typing import Any

import pytest

from engine.comfy.execution import GraphBuilder, is_link
from engine.engine import Engine
from engine.registry import Registry
from tests.graphs import Graphs
from tests.v1_nodes import v1


def begin(self: Any, value: Any) -> tuple[str, Any]:
    return ("flow", value)


def step(self: Any, value: int) -> tuple[int, bool]:
    return (value * 2, value * 2 < 100)


def end(self: Any, flow: Any, value: Any, again: bool, prompt: Any, me: str) -> Any:
    """Give the value, or expand to the nodes between the beginning and here, once more."""
    if not again:
        return (value,)
    inside = between(flow[0], me, prompt)
    graph = GraphBuilder()
    for node_id in inside:
        graph.node(prompt.get_node(node_id)["class_type"], node_id)
    for node_id in inside:
        for name, given in prompt.get_node(node_id)["inputs"].items():
            is_inner = is_link(given) and given[0] in inside
            moved = graph.lookup_node(given[0]).out(given[1]) if is_inner else given  # pyright: ignore[reportOptionalMemberAccess]
            graph.node("", node_id).set_input(name, moved)
    graph.node("", flow[0]).set_input("value", value)
    return {"result": (graph.node("", me).out(0),), "expand": graph.finalize()}


def between(first: str, last: str, prompt: Any) -> set[str]:
    """Return the first node and all up to the last that depend on it."""
    if first == last:
        return {first}
    inputs = prompt.get_node(last)["inputs"].values()
    found = [between(first, given[0], prompt) for given in inputs if is_link(given)]
    reached = set[str]().union(*found)
    return reached | {last} if reached else set()


BEGIN = v1("Begin", begin, {"value": ("*",)}, ("FLOW", "*"))
STEP = v1("Step", step, {"value": ("INT",)}, ("INT", "BOOLEAN"))
END = v1(
    "End",
    end,
    {"flow": ("FLOW", {"rawLink": True}), "value": ("*",), "again": ("BOOLEAN", {})},
    hidden={"prompt": "DYNPROMPT", "me": "UNIQUE_ID"},
)


@pytest.mark.parametrize(("first", "result"), [(60, 120), (30, 120), (1, 128)])
def test_loop_goes_on_until_its_condition_is_false(
    engine: Engine, registry: Registry, first: int, result: int
):
    registry.add(BEGIN, STEP, END)
    g = Graphs()
    loop = g.node("Begin", value=g.node("Number", value=first))
    doubled = g.node("Step", value=loop[1])
    end = g.node("End", flow=loop[0], value=doubled[0], again=doubled[1])

    assert engine.run(g.document(result=end)).outputs == {"result": [result]}
