from typing import Any

import pytest
import torch

from engine.engine import Engine
from engine.registry import Registry
from engine.results import NodeResult
from engine.types import Latent
from tests.fakes import toy
from tests.graphs import Graphs


def outcome(engine: Engine, registry: Registry, output: str, given: Any) -> str:
    """Return how a pack's function that gives a value fails, or nothing."""
    registry.add(toy("Make", lambda: given, (output,), source="brushes"))
    g = Graphs()
    report = engine.run(g.document(out=g.node("Make", at="maker")))
    return "" if report.error is None else report.error.message


@pytest.mark.parametrize("result", ["red", NodeResult(("red",))])
def test_output_that_is_plainly_something_else_fails_at_the_node_that_gave_it(
    engine: Engine, registry: Registry, result: Any
):
    message = outcome(engine, registry, "IMAGE", result)

    assert "maker" in message
    assert 'Output "IMAGE" of node type "Make" (pack "brushes") is declared IMAGE' in message
    assert message.rstrip(".").endswith("but gave str 'red'")


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("MASK", 1.0),
        ("SIGMAS", [1.0]),
        ("LATENT", {"samples": torch.zeros(1, 4, 2, 2)}),
        ("CONDITIONING", [[torch.zeros(1, 2, 3), {}]]),
    ],
)
def test_each_kind_that_is_known_is_looked_at(
    engine: Engine, registry: Registry, type_: str, value: Any
):
    assert f"is declared {type_}" in outcome(engine, registry, type_, value)


def test_every_item_of_a_list_output_is_looked_at(engine: Engine, registry: Registry):
    given = [Latent(torch.zeros(1)), 3]

    assert "but gave int" in outcome(engine, registry, "list:LATENT", given)


@pytest.mark.parametrize("value", [None, torch.zeros(1, 2, 2, 3)])
def test_what_fits_and_nothing_at_all_pass(engine: Engine, registry: Registry, value: Any):
    assert outcome(engine, registry, "IMAGE", value) == ""
