import asyncio
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.comfy.execution import ExecutionBlocker
from engine.engine import Engine
from engine.events import Warned
from engine.registry import Registry
from engine.results import Blocker
from engine.types import Conditioning, Latent
from tests.graphs import Graphs
from tests.v1_nodes import v1


def give(self: Any, **given: Any) -> tuple[Any]:
    return (given,)


def returning(value: Any) -> Any:
    return lambda self: value


def outputs_of(engine: Engine, registry: Registry, returned: Any, *kinds: str, **facts: Any) -> Any:
    """Run a node that returns this, and return its outputs, or the error."""
    registry.add(v1("Given", returning(returned), {}, kinds, **facts))
    g = Graphs()
    given = g.node("Given", at="1")
    report = engine.run(g.exposing({f"o{index}": given[index] for index in range(len(kinds))}))
    return report.error or list(report.outputs.values())


@pytest.mark.parametrize(
    ("returned", "values"),
    [
        ((1, "a"), [[1], ["a"]]),
        ([1, "a"], [[1], ["a"]]),
        ((1, "a", "surplus"), [[1], ["a"]]),
        ({"result": (1, "a")}, [[1], ["a"]]),
        ({"ui": {"text": ["x"]}, "result": (1, "a")}, [[1], ["a"]]),
        ({"ui": {"text": ["x"]}}, [[None], [None]]),
        ({"ui": {}, "result": None}, [[None], [None]]),
        ((None, None), [[None], [None]]),
        (Blocker(), [[Blocker()], [Blocker()]]),
        ({"result": Blocker()}, [[Blocker()], [Blocker()]]),
        ((1, Blocker("no")), [[1], [Blocker("no")]]),
    ],
)
def test_return_forms(engine: Engine, registry: Registry, returned: Any, values: list[Any]):
    assert outputs_of(engine, registry, returned, "INT", "STRING") == values


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ((1,), "gave 1 value."),
        ((), "gave 0 values."),
        (None, "gave nothing."),
        ("text", "gave str 'text' and no tuple."),
        ({"samples": 1}, "gave dict with the keys samples and no tuple."),
        ({"ui": [1], "result": (1, 2)}, 'as "ui" and no dict.'),
        ({"expand": 5}, 'gave int as "expand" and no graph.'),
        ({"expand": {"x": {"inputs": {}}}}, 'whose node "x" has no class_type.'),
    ],
)
def test_wrong_result_says_what_was_declared_and_what_came(
    engine: Engine, registry: Registry, returned: Any, said: str
):
    error = outputs_of(engine, registry, returned, "INT", "STRING")

    assert error.node_id == "1"
    assert 'Node type "Given" of pack "some-pack" declares 2 outputs (INT, STRING)' in error.message
    assert said in error.message


def test_bare_tensor_is_no_tuple(engine: Engine, registry: Registry):
    error = outputs_of(engine, registry, torch.zeros(2, 4, 4, 3), "IMAGE")

    assert "declares 1 output (IMAGE), but gave torch.Tensor and no tuple" in error.message


@pytest.mark.parametrize("returned", [None, (), (1, 2), {}, {"ui": {}}, "x"])
def test_sink_may_return_anything(engine: Engine, registry: Registry, returned: Any):
    registry.add(v1("Sink", returning(returned), {}, (), OUTPUT_NODE=True))
    g = Graphs()
    g.node("Sink", at="1")

    report = engine.run(g.document())

    assert (report.error, report.ran) == (None, ["1"])


@pytest.mark.parametrize("given", [[1, 2], (1, 2), range(1, 3), {1: 0, 2: 0}.keys()])
def test_list_output_gives_each_item(engine: Engine, registry: Registry, given: Any):
    facts = {"OUTPUT_IS_LIST": (True, False)}

    assert outputs_of(engine, registry, (given, [3]), "INT", "*", **facts) == [[1, 2], [[3]]]


def test_list_output_that_is_no_list_is_an_error(engine: Engine, registry: Registry):
    error = outputs_of(engine, registry, (1,), "INT", OUTPUT_IS_LIST=(True,))

    assert "declares a list output, but gave one value" in error.message


def test_method_is_called_for_each_place_of_a_list(engine: Engine, registry: Registry):
    registry.add(v1("Plus", lambda self, a, b: (a + b,), {"a": ("INT",), "b": ("INT",)}, ("INT",)))
    g = Graphs()
    plus = g.node("Plus", a=g.node("Count", times=3), b=10)

    assert engine.run(g.document(result=plus)).outputs == {"result": [10, 11, 12]}


def test_shorter_list_repeats_its_last_element(engine: Engine, registry: Registry):
    registry.add(v1("Plus", lambda self, a, b: (a + b,), {"a": ("INT",), "b": ("INT",)}, ("INT",)))
    g = Graphs()
    plus = g.node("Plus", a=g.node("Count", times=3), b=g.node("Count", times=2))

    assert engine.run(g.document(result=plus)).outputs == {"result": [0, 2, 3]}


def test_empty_list_calls_nothing(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {"a": ("INT",)}))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Given", a=g.node("Count", times=0))))

    assert report.outputs == {"result": []}


def test_class_that_takes_lists_gets_all_as_lists(engine: Engine, registry: Registry):
    inputs = {"a": ("INT",), "b": ("INT",), "c": ("*", {"rawLink": True})}
    registry.add(v1("Given", give, inputs, hidden={"me": "UNIQUE_ID"}, INPUT_IS_LIST=True))
    g = Graphs()
    many = g.node("Count", at="many", times=3)

    report = engine.run(g.document(result=g.node("Given", at="7", a=many, b=5, c=many)))

    given = {"a": [0, 1, 2], "b": [5], "c": [["many", 0]], "me": ["7"]}
    assert report.outputs == {"result": [given]}


def test_class_that_takes_lists_is_called_with_an_empty_one(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {"a": ("INT",)}, INPUT_IS_LIST=True))
    g = Graphs()
    given = g.node("Given", a=g.node("Count", times=0))

    assert engine.run(g.document(result=given)).outputs == {"result": [{"a": []}]}


def test_shown_items_of_all_calls_are_joined(engine: Engine, registry: Registry):
    def show(self: Any, a: int) -> Any:
        return {"ui": {"text": (str(a),), "number": a}}

    registry.add(v1("See", show, {"a": ("INT",)}, (), OUTPUT_NODE=True))
    g = Graphs()
    g.node("See", at="see", a=g.node("Count", times=3))

    assert engine.run(g.document()).ui["see"] == {"text": ["0", "1", "2"], "number": [0, 1, 2]}


def test_shown_items_come_again_when_the_node_is_reused(engine: Engine, registry: Registry):
    registry.add(v1("See", returning({"ui": {"text": ["x"]}}), {}, (), OUTPUT_NODE=True))
    g = Graphs()
    g.node("See", at="1")
    document = g.document()
    engine.run(document)

    report = engine.run(document)

    assert (report.reused, report.ui["1"]) == ({"1"}, {"text": ["x"]})


def test_node_runs_again_when_the_file_it_showed_is_gone(engine: Engine, registry: Registry):
    path = engine.folders.output / "sub" / "a.txt"

    def save(self: Any) -> Any:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
        item = {"filename": "a.txt", "subfolder": "sub", "type": "output"}
        return {"ui": {"images": [item, {"filename": "gone", "type": "output"}]}}

    registry.add(v1("Save", save, {}, (), OUTPUT_NODE=True))
    g = Graphs()
    g.node("Save", at="1")
    document = g.document()
    engine.run(document)

    assert engine.run(document).reused == {"1"}
    Path(path).unlink()
    assert engine.run(document).ran == ["1"]


@pytest.mark.parametrize(("message", "warned"), [(None, 0), ("not now", 1)])
def test_blocker_stops_what_depends_on_it(
    engine: Engine, registry: Registry, message: str | None, warned: int
):
    registry.add(v1("Stop", returning((ExecutionBlocker(message),)), {}, ("INT",)))
    registry.add(v1("Given", give, {"a": ("INT",)}))
    g = Graphs()
    after = g.node("Given", at="b", a=g.node("Given", at="a", a=g.node("Stop", at="s")))
    events: list[Any] = []

    report = engine.run(g.document(result=after), on_event=events.append)

    warnings = [each.message for each in events if isinstance(each, Warned)]
    assert report.ran == ["s"]
    assert report.blocked == {"a", "b"}
    assert warnings == ["Blocked: not now"] * warned


def test_async_nodes_wait_side_by_side(engine: Engine, registry: Registry):
    here: list[int] = []

    async def meet(self: Any, a: int) -> tuple[int]:
        here.append(a)
        while len(here) < 2:
            await asyncio.sleep(0)
        return (a,)

    registry.add(v1("Meet", meet, {"a": ("INT",)}, ("INT",)))
    g = Graphs()
    both = g.node("Add", a=g.node("Meet", a=1), b=g.node("Meet", a=2))

    assert engine.run(g.document(result=both)).outputs == {"result": [3]}


def test_latent_and_conditioning_cross_the_border(engine: Engine, registry: Registry):
    def make(self: Any) -> tuple[Any, Any]:
        return {"samples": torch.ones(1, 4, 2, 2), "mine": 1}, [[torch.zeros(1, 3, 8), {"x": 2}]]

    def take(self: Any, latent: Any, cond: Any) -> tuple[Any]:
        return ((sorted(latent), cond[0][1]),)

    registry.add(v1("Make", make, {}, ("LATENT", "CONDITIONING")))
    registry.add(v1("Take", take, {"latent": ("LATENT",), "cond": ("CONDITIONING",)}))
    g = Graphs()
    made = g.node("Make")
    taken = g.node("Take", latent=made[0], cond=made[1])

    report = engine.run(g.document(latent=made[0], cond=made[1], taken=taken))

    assert isinstance(report.outputs["latent"][0], Latent)
    assert isinstance(report.outputs["cond"][0], Conditioning)
    assert report.outputs["taken"] == [(["mine", "samples"], {"x": 2})]
