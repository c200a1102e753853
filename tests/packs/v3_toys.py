"""V3 classes for tests, made of a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.comfy.api import io
from engine.engine import Engine
from engine.errors import InvalidGraph
from engine.packs.pack import Pack
from engine.packs.v3 import v3_spec
from engine.spec import NodeSpec
from tests.graphs import Graphs

PACK = Pack("toys", Path(__file__).parent, "digest")


def declare(
    execute: Callable[..., Any],
    inputs: Sequence[Any] = (),
    outputs: Sequence[Any] | None = None,
    *,
    name: str = "Toy",
    more: dict[str, Any] | None = None,
    **schema: Any,
) -> type[io.ComfyNode]:
    """Return a node class.

    Args:
        execute: takes the class and the inputs.
        inputs: its inputs.
        outputs: its outputs; one that may be anything where not given.
        name: its id.
        more: its other class methods.
        schema: what else its schema says.
    """
    given = [io.AnyType.Output()] if outputs is None else list(outputs)

    def define_schema(cls: Any) -> io.Schema:
        return io.Schema(name, inputs=list(inputs), outputs=given, **schema)

    methods = {"define_schema": define_schema, "execute": execute, **(more or {})}
    own = {key: classmethod(each) for key, each in methods.items()}
    return type(name, (io.ComfyNode,), own)


def spec_of(*given: Any, **facts: Any) -> NodeSpec:
    """Return the node type of such a class."""
    return v3_spec(declare(*given, **facts), PACK)


def given_back(cls: Any, **inputs: Any) -> io.NodeOutput:
    """Return all inputs as one value."""
    return io.NodeOutput(inputs)


def run(engine: Engine, spec: NodeSpec, **inputs: Any) -> Any:
    """Run one node on values and return its first output, its lists left as they are."""
    if spec.id not in engine.registry:
        engine.registry.add(spec)
    g = Graphs()
    report = engine.run(g.document(result=g.node(spec.id, at="it", **inputs)))
    if report.error is not None:
        raise report.error
    (value,) = report.outputs["result"]
    return value


def refused(engine: Engine, spec: NodeSpec, **inputs: Any) -> str:
    """Return why one node on values can not run."""
    with pytest.raises(InvalidGraph) as problem:
        run(engine, spec, **inputs)
    return problem.value.message
