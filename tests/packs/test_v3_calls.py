from __future__ import annotations

import asyncio
from typing import Any

import pytest
import torch

from engine.comfy.api import ComfyAPI, ComfyAPISync, io
from engine.declaring.declarations import node_info
from engine.engine import Engine
from engine.errors import NodeError
from engine.events import Event, Progress
from engine.registry import Registry
from engine.types import Conditioning, Latent
from tests.graphs import Graphs
from tests.packs.v3_toys import given_back, run, spec_of

NUMBER = io.Int.Input("n", default=0)


def test_hidden_values_are_in_the_class_of_the_call(engine: Engine):
    def look(cls: Any) -> tuple[Any]:
        return ((cls.hidden.unique_id, list(cls.hidden.prompt), cls.hidden.dynprompt),)

    hidden = [io.Hidden.unique_id, io.Hidden.prompt]

    assert run(engine, spec_of(look, hidden=hidden)) == ("it", ["it"], None)


def test_an_output_node_gets_the_prompt_and_what_goes_into_pictures(engine: Engine):
    def look(cls: Any) -> tuple[Any]:
        return ((list(cls.hidden.prompt), list(cls.hidden.extra_pnginfo)),)

    spec = spec_of(look, is_output_node=True)

    assert run(engine, spec) == (["it"], ["sfumato", "workflow"])
    assert node_info(spec)["input"]["hidden"] == {
        "prompt": "PROMPT",
        "extra_pnginfo": "EXTRA_PNGINFO",
    }


def test_an_input_may_be_called_like_a_hidden_value(engine: Engine):
    def look(cls: Any, prompt: str) -> tuple[Any]:
        return ((prompt, list(cls.hidden.prompt)),)

    spec = spec_of(look, [io.String.Input("prompt")], hidden=[io.Hidden.prompt])

    assert run(engine, spec, prompt="a cat") == ("a cat", ["it"])


def test_dynprompt_finds_nodes(engine: Engine):
    def look(cls: Any) -> tuple[Any]:
        return (cls.hidden.dynprompt.get_node("it")["class_type"],)

    assert run(engine, spec_of(look, hidden=[io.Hidden.dynprompt])) == "Toy"


def test_a_class_keeps_no_state(engine: Engine):
    def tick(cls: Any, n: int) -> tuple[int]:
        cls.times = getattr(cls, "times", 0) + 1
        return (cls.times,)

    spec = spec_of(tick, [NUMBER])

    assert [run(engine, spec, n=n) for n in range(3)] == [1, 1, 1]


def test_an_async_node_is_awaited(engine: Engine):
    async def wait(cls: Any, n: int) -> io.NodeOutput:
        await asyncio.sleep(0)
        return io.NodeOutput(n + 1)

    spec = spec_of(wait, [NUMBER])

    assert spec.is_async
    assert run(engine, spec, n=1) == 2


def test_a_lazy_input_is_made_only_when_it_is_asked_for(engine: Engine, calls: list[str]):
    def wanted(cls: Any, on: bool, yes: Any = None, no: Any = None) -> list[str]:
        return ["yes" if on else "no"]

    def choose(cls: Any, on: bool, yes: Any = None, no: Any = None) -> io.NodeOutput:
        return io.NodeOutput(yes if on else no)

    inputs = [io.Boolean.Input("on"), *(io.Int.Input(each, lazy=True) for each in ("yes", "no"))]
    engine.registry.add(spec_of(choose, inputs, more={"check_lazy_status": wanted}))
    g = Graphs()
    node = g.node("Toy", on=True, yes=g.node("Number", value=7), no=g.node("Fail"))

    report = engine.run(g.document(result=node))

    assert report.error is None
    assert report.outputs == {"result": [7]}
    assert calls == ["Number"]


def test_a_node_is_mapped_over_lists_and_may_give_one(engine: Engine):
    spec = spec_of(
        lambda cls, n: io.NodeOutput([n, n]), [NUMBER], [io.Int.Output(is_output_list=True)]
    )
    engine.registry.add(spec)
    g = Graphs()

    report = engine.run(g.document(result=g.node("Toy", n=g.node("Count", times=2))))

    assert report.outputs["result"] == [0, 0, 1, 1]


def test_a_node_that_takes_lists_gets_all_inputs_so(engine: Engine):
    inputs = [NUMBER, io.Int.Input("times", default=3)]
    engine.registry.add(spec_of(given_back, inputs, is_input_list=True))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Toy", n=g.node("Count", times=2))))

    assert report.outputs["result"] == [{"n": [0, 1], "times": [3]}]


def test_a_lazy_input_that_is_not_there_is_a_list_of_none(engine: Engine, calls: list[str]):
    inputs = [io.Int.Input("n", lazy=True)]
    more = {"check_lazy_status": lambda cls, n: []}
    engine.registry.add(spec_of(given_back, inputs, is_input_list=True, more=more))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Toy", n=g.node("Number"))))

    assert report.outputs["result"] == [{"n": (None,)}]
    assert calls == []


def test_latents_and_conditionings_cross_as_comfyui_has_them(engine: Engine, registry: Registry):
    seen: dict[str, Any] = {}

    def swap(cls: Any, latent: Any, cond: Any) -> io.NodeOutput:
        seen.update(latent=latent, cond=cond)
        return io.NodeOutput({"samples": latent["samples"] + 1, "mine": 3}, cond)

    source = spec_of(
        lambda cls: io.NodeOutput(
            {"samples": torch.zeros(1, 4, 2, 2)}, [[torch.ones(1, 2, 3), {}]]
        ),
        outputs=[io.Latent.Output(), io.Conditioning.Output()],
        name="Source",
    )
    registry.add(source)
    inputs = [io.Latent.Input("latent"), io.Conditioning.Input("cond")]
    registry.add(spec_of(swap, inputs, [io.Latent.Output(), io.Conditioning.Output()]))
    g = Graphs()
    start = g.node("Source")
    node = g.node("Toy", latent=start, cond=start[1])

    report = engine.run(g.document(latent=node, cond=node[1]))

    (latent,), (cond,) = report.outputs["latent"], report.outputs["cond"]
    assert isinstance(latent, Latent)
    assert dict(latent.extra) == {"mine": 3}
    assert isinstance(cond, Conditioning)
    assert list(seen["latent"]) == ["samples"]
    assert isinstance(seen["cond"][0], list)


def test_a_raw_link_is_a_pair(engine: Engine):
    engine.registry.add(spec_of(given_back, [io.Int.Input("n", raw_link=True)]))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Toy", n=g.node("Number", at="src"))))

    assert report.outputs["result"] == [{"n": ["src", 0]}]


@pytest.mark.parametrize("way", ["sync", "async"])
def test_progress_is_told(engine: Engine, way: str):
    def work(cls: Any) -> tuple[int]:
        ComfyAPISync().execution.set_progress(1, 4)
        return (1,)

    async def work_async(cls: Any) -> tuple[int]:
        await ComfyAPI().execution.set_progress(value=1, max_value=4)
        return (1,)

    engine.registry.add(spec_of(work if way == "sync" else work_async))
    g = Graphs()
    events: list[Event] = []

    engine.run(g.document(result=g.node("Toy", at="it")), on_event=events.append)

    assert Progress("it", 1, 4) in events


def test_what_the_api_lacks_says_so(engine: Engine):
    with pytest.raises(NodeError, match='no "caching"'):
        run(engine, spec_of(lambda cls: ComfyAPISync().caching))
