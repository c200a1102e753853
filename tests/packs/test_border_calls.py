"""ComfyUI-style classes that change their inputs in place, between built-in nodes."""

from pathlib import Path
from typing import Any

import pytest
import torch

from engine.engine import Engine
from engine.events import Event, Warned
from engine.packs.pack import Pack
from engine.packs.v1 import v1_spec
from engine.registry import Registry
from engine.types import Cond, Conditioning, Latent
from tests.fakes import toy
from tests.graphs import Graphs

VALUES: dict[str, Any] = {
    "IMAGE": lambda: torch.zeros(1, 4, 4, 3),
    "MASK": lambda: torch.zeros(1, 4, 4),
    "LATENT": lambda: Latent(torch.zeros(1, 4, 2, 2), extra={"own": {"list": [1]}}),
    "CONDITIONING": lambda: Conditioning(
        (Cond(torch.zeros(1, 2, 3), torch.zeros(1, 3), extra={"own": {"list": [1]}}),)
    ),
}


def change_latent(given: Any) -> None:
    given["samples"].add_(1)
    given["own"]["list"].append(2)
    given["noise_mask"] = 1


def change_conditioning(given: Any) -> None:
    given[0][0].data += 1
    given[0][1]["pooled_output"].numpy()[:] = 1
    given[0][1]["own"]["list"].append(2)
    given[0][1]["strength"] = 2.0
    given.append(given[0])


CHANGES: dict[str, Any] = {
    "IMAGE": lambda given: given.add_(1),
    "MASK": lambda given: given.numpy().fill(1),
    "LATENT": change_latent,
    "CONDITIONING": change_conditioning,
}


def class_of(kind: str) -> type:
    """Return a class that changes what it gets and returns it."""

    def run(self: Any, given: Any) -> tuple[Any]:
        CHANGES[kind](given)
        return (given,)

    members: dict[str, Any] = {
        "INPUT_TYPES": classmethod(lambda _: {"required": {"given": (kind,)}}),
        "RETURN_TYPES": (kind,),
        "FUNCTION": "run",
        "CATEGORY": "toy",
        "run": run,
    }
    return type("Change", (), members)


@pytest.mark.parametrize("kind", VALUES)
def test_class_that_changes_its_input_harms_nobody(engine: Engine, registry: Registry, kind: str):
    value = VALUES[kind]()
    pack = Pack("rough", Path(__file__), "0")
    registry.add(
        toy("Make", lambda: value, (kind,)), v1_spec("Change", class_of(kind), "Change", pack)
    )
    g = Graphs()
    made = g.node("Make")
    events: list[Event] = []

    report = engine.run(g.document(out=g.node("Change", given=made)), on_event=events.append)

    assert report.error is None
    assert repr(value) == repr(VALUES[kind]())
    assert repr(report.outputs["out"][0]) != repr(value)


def test_change_through_a_class_is_told_under_the_name_of_its_input(
    engine: Engine, registry: Registry
):
    pack = Pack("rough", Path(__file__), "0")
    registry.add(
        toy("Make", VALUES["IMAGE"], ("IMAGE",)),
        v1_spec("Change", class_of("IMAGE"), "Change", pack),
    )
    g = Graphs()
    events: list[Event] = []

    engine.run(g.document(out=g.node("Change", given=g.node("Make"))), on_event=events.append)

    assert [event.message for event in events if isinstance(event, Warned)] == [
        'Pack "rough": node type "Change" changed its input "given" in place. '
        "It worked on a copy, so nothing else was harmed."
    ]
