import asyncio
import threading

from engine.engine import Engine
from engine.registry import Registry
from tests.fakes import toy
from tests.graphs import Graphs

TIMEOUT_S = 20


def test_async_nodes_wait_side_by_side(engine: Engine, registry: Registry):
    meeting = threading.Barrier(2, timeout=TIMEOUT_S)

    async def meet(name: str) -> str:
        await asyncio.get_running_loop().run_in_executor(None, meeting.wait)
        return name

    registry.add(toy("Meet", meet), toy("Pair", lambda a, b: a + b))
    g = Graphs()
    pair = g.node("Pair", a=g.node("Meet", name="a"), b=g.node("Meet", name="b"))

    assert engine.run(g.document(result=pair)).outputs == {"result": ["ab"]}


def test_other_nodes_run_while_an_async_node_waits(engine: Engine, registry: Registry):
    shown = threading.Event()

    async def wait_for_show() -> bool:
        return await asyncio.get_running_loop().run_in_executor(None, shown.wait, TIMEOUT_S)

    registry.add(toy("Wait", wait_for_show))
    registry.add(toy("Tell", shown.set, is_output=True))
    g = Graphs()
    waited = g.node("Wait")
    g.node("Tell")

    assert engine.run(g.document(result=waited)).outputs == {"result": [True]}


def test_independent_nodes_of_the_cpu_lane_run_side_by_side(engine: Engine, registry: Registry):
    meeting = threading.Barrier(2, timeout=TIMEOUT_S)

    def meet(name: str) -> str:
        meeting.wait()
        return name

    registry.add(toy("Meet", meet, lane="cpu"), toy("Pair", lambda a, b: a + b))
    g = Graphs()
    pair = g.node("Pair", a=g.node("Meet", name="a"), b=g.node("Meet", name="b"))

    assert engine.run(g.document(result=pair)).outputs == {"result": ["ab"]}


def test_async_node_is_mapped_over_a_list(engine: Engine, registry: Registry):
    async def double(value: int) -> int:
        return 2 * value

    registry.add(toy("Double", double))
    g = Graphs()
    doubled = g.node("Double", value=g.node("Count", times=3))

    assert engine.run(g.document(result=doubled)).outputs == {"result": [0, 2, 4]}
