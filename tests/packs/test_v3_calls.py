from __future__ import annotations

import asyncio
from typing import Any

import pytest
import torch

from engine.comfy.api import ComfyAPI, ComfyAPISync, io
from engine.comfy.execution import ExecutionBlocker, GraphBuilder
from engine.declarations import node_info
from engine.engine import Engine
from engine.errors import NodeError
from engine.events import Event, Progress
from engine.registry import Registry
from engine.types import Conditioning, Latent
from tests.graphs import Graphs
from tests.packs.v3_toys import declare, given_back, refused, run, spec_of

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

    assert run(engine, spec) == (["it"], ["sfumato"])
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


def test_a_fingerprint_stands_for_what_changes(engine: Engine):
    state = {"now": 1}

    def fingerprint(cls: Any, n: int) -> int:
        return state["now"]

    spec = spec_of(
        lambda cls, n: (state["now"],), [NUMBER], more={"fingerprint_inputs": fingerprint}
    )
    first, again = run(engine, spec, n=1), run(engine, spec, n=1)
    state["now"] = 2

    assert (first, again, run(engine, spec, n=1)) == (1, 1, 2)


def test_nan_as_fingerprint_runs_each_time(engine: Engine):
    times: list[int] = []

    def count(cls: Any, n: int) -> tuple[int]:
        times.append(n)
        return (n,)

    more = {"fingerprint_inputs": lambda cls, n: float("nan")}
    spec = spec_of(count, [NUMBER], more=more)
    run(engine, spec, n=1)
    run(engine, spec, n=1)

    assert times == [1, 1]


def test_values_are_checked_by_the_node_itself(engine: Engine):
    def validate(cls: Any, n: int) -> bool | str:
        return True if n % 2 == 0 else "It has to be even."

    inputs = [io.Int.Input("n", max=3)]
    spec = spec_of(given_back, inputs, more={"validate_inputs": validate})

    assert run(engine, spec, n=8) == {"n": 8}
    assert "It has to be even." in refused(engine, spec, n=3)


def test_a_check_may_look_at_types(engine: Engine):
    seen: dict[str, Any] = {}

    def validate(cls: Any, input_types: dict[str, str]) -> bool:
        seen.update(input_types)
        return True

    spec = spec_of(given_back, [io.Image.Input("n")], more={"validate_inputs": validate})
    engine.registry.add(spec)
    g = Graphs()
    engine.run(g.document(result=g.node("Toy", n=g.node("Number"))))

    assert seen == {"n": "INT"}


def test_a_node_that_takes_all_inputs_gets_undeclared_ones(engine: Engine):
    spec = spec_of(given_back, [NUMBER], accept_all_inputs=True)

    assert run(engine, spec, n=1, other="x") == {"n": 1, "other": "x"}


def test_a_node_that_is_not_idempotent_is_not_shared(engine: Engine):
    names = iter("abc")
    engine.registry.add(spec_of(lambda cls: (next(names),), not_idempotent=True))
    g = Graphs()

    report = engine.run(g.document(one=g.node("Toy"), two=g.node("Toy")))

    assert {report.outputs["one"][0], report.outputs["two"][0]} == {"a", "b"}


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
