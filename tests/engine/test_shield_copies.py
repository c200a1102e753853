from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch

from engine.engine import Engine
from engine.events import Event, Warned
from engine.registry import Registry
from engine.shielding import shield
from engine.shielding.comparing import checksum
from engine.types import Cond, Conditioning, Latent
from tests.fakes import toy
from tests.graphs import Graphs

Run = Callable[..., tuple[Any, list[str]]]


@pytest.fixture
def run(engine: Engine, registry: Registry) -> Run:
    """Return a runner: a value goes through a pack's function; given back are the value that a
    built-in node sees beside it afterwards, and the warnings."""

    def through(value: Any, change: Callable[[Any], Any], **facts: Any) -> tuple[Any, list[str]]:
        registry.add(
            toy("Make", lambda: value),
            toy("Change", lambda value: change(value), source="rough", **facts),
        )
        g = Graphs()
        made = g.node("Make")
        g.node("Change", at="change", value=made)
        events: list[Event] = []
        report = engine.run(
            g.document(made=made), targets=["change", made.id], on_event=events.append
        )
        assert report.error is None, report.error.message
        told = [event.message for event in events if isinstance(event, Warned)]
        return report.outputs["made"][0], told

    return through


WARNING = (
    'Pack "rough": node type "Change" changed its input "value" in place. '
    "It worked on a copy, so nothing else was harmed."
)


def write_data(tensor: torch.Tensor) -> None:
    tensor.data[:] = 1


def write_numpy(tensor: torch.Tensor) -> None:
    tensor.numpy()[:] = 1


@pytest.mark.parametrize("change", [lambda t: t.add_(1), write_data, write_numpy])
def test_tensor_is_as_it_was_after_a_change_in_place(run: Run, change: Any):
    seen, _ = run(torch.zeros(1, 4, 4, 3), change)

    assert not seen.any()


def test_change_of_a_copy_is_told_with_pack_node_type_and_input(run: Run):
    _, told = run(torch.zeros(3), lambda t: t.add_(1))

    assert told == [WARNING]


@pytest.mark.parametrize(
    ("value", "change"),
    [
        (torch.zeros(1, 4, 4, 3), write_data),
        (torch.zeros(1, 4, 4, 3), write_numpy),
        (np.zeros(3), lambda array: array.fill(1)),
    ],
)
def test_first_call_of_a_node_type_tells_of_changes_that_count_no_version(
    run: Run, value: Any, change: Any
):
    assert run(value, change)[1] == [WARNING]


def test_node_type_that_was_polite_once_is_not_compared_again(
    engine: Engine, registry: Registry, monkeypatch: pytest.MonkeyPatch
):
    compared: list[Any] = []
    monkeypatch.setattr(shield, "is_equal", lambda *pair: compared.append(pair) or True)
    registry.add(
        toy("Make", lambda: torch.zeros(3)),
        toy("Raise", lambda value: value + 1, source="polite"),
    )
    g = Graphs()
    last = g.node("Make")
    for _ in range(5):
        last = g.node("Raise", value=last)

    report = engine.run(g.document(last=last))

    assert report.outputs["last"][0].tolist() == [5, 5, 5]
    assert len(compared) == 1


def test_values_that_are_no_numbers_are_not_taken_for_a_change(run: Run):
    value = torch.tensor([float("nan"), 1.0])

    assert run(value, lambda t: t + 1)[1] == []


def test_node_that_changes_nothing_is_not_warned_of(run: Run):
    _, told = run(torch.zeros(3), lambda t: t + 1)

    assert told == []


def test_array_is_as_it_was_after_a_change_in_place(run: Run):
    seen, _ = run(np.zeros(3), lambda array: array.fill(1))

    assert not seen.any()


def change_entry(value: Conditioning) -> None:
    value.entries[0].extra["control"]["hint"].add_(1)
    value.entries[0].encoding.add_(1)


def test_conditioning_is_as_it_was_with_what_is_in_its_unknown_keys(run: Run):
    extra = MappingProxyType({"control": {"hint": torch.zeros(2)}})

    seen, told = run(Conditioning((Cond(torch.zeros(1, 2, 3), extra=extra),)), change_entry)

    assert not seen.entries[0].encoding.any()
    assert not seen.entries[0].extra["control"]["hint"].any()
    assert told == [WARNING]


def test_latent_is_as_it_was(run: Run):
    seen, told = run(
        Latent(torch.zeros(1, 4, 2, 2), torch.zeros(1, 2, 2)),
        lambda latent: latent.noise_mask.add_(1),
    )

    assert not seen.noise_mask.any()
    assert told == [WARNING]


def test_dict_and_list_are_fresh(run: Run):
    seen, _ = run({"a": [1, {"b": 2}]}, lambda given: given["a"][1].update(b=3))

    assert seen == {"a": [1, {"b": 2}]}


def test_tensor_in_a_tuple_in_a_list_is_as_it_was(run: Run):
    seen, _ = run([(torch.zeros(2), 1)], lambda given: given[0][0].add_(1))

    assert not seen[0][0].any()


def test_container_that_holds_itself_goes_through(run: Run):
    value: dict[str, Any] = {}
    value["self"] = value

    seen, _ = run(value, lambda given: given.update(new=given["self"] is given))

    assert seen == {"self": value}


def test_object_of_a_pack_passes_as_it_is(run: Run):
    value = object()
    got: list[object] = []

    run(value, got.append)

    assert got == [value]


def test_input_given_back_untouched_has_the_same_content(engine: Engine, registry: Registry):
    registry.add(
        toy("Make", lambda: torch.arange(3)), toy("Pass", lambda value: value, source="kind")
    )
    g = Graphs()
    passed = g.node("Pass", value=g.node("Make"))

    assert engine.run(g.document(out=passed)).outputs["out"][0].tolist() == [0, 1, 2]


def test_every_call_of_a_mapped_node_gets_its_own_copy(engine: Engine, registry: Registry):
    registry.add(
        toy("Make", lambda: torch.zeros(1)),
        toy("Add1", lambda value, other: value.add_(1).item(), source="rough"),
    )
    g = Graphs()
    out = g.node("Add1", at="add", value=g.node("Make"), other=g.node("Count", times=3))

    assert engine.run(g.document(out=out)).outputs["out"] == [1.0, 1.0, 1.0]


def test_changes_of_a_mapped_node_are_told_once(engine: Engine, registry: Registry):
    registry.add(
        toy("Make", lambda: [torch.zeros(1), torch.zeros(1)], outputs=("list:*",)),
        toy("Add1", lambda value: value.add_(1), source="rough"),
    )
    g = Graphs()
    out = g.node("Add1", value=g.node("Make"))
    events: list[Event] = []

    engine.run(g.document(out=out), on_event=events.append)

    assert sum(isinstance(event, Warned) for event in events) == 1


def test_input_that_takes_the_list_gets_copies(run: Run):
    seen, told = run(torch.zeros(1), lambda values: values[0].add_(1), lists=("value",))

    assert not seen.any()
    assert told == [WARNING]


def test_async_node_gets_copies(engine: Engine, registry: Registry):
    async def change(value: Any) -> None:
        value.add_(1)

    tensor = torch.zeros(1)
    registry.add(toy("Make", lambda: tensor), toy("Change", change, source="rough"))
    g = Graphs()
    events: list[Event] = []

    engine.run(g.document(out=g.node("Change", value=g.node("Make"))), on_event=events.append)

    assert tensor.item() == 0
    assert [event.message for event in events if isinstance(event, Warned)] == [WARNING]


def test_question_for_lazy_inputs_gets_copies(engine: Engine, registry: Registry):
    def ask(value: Any, late: Any) -> list[str]:
        value.add_(1)
        return ["late"]

    tensor = torch.zeros(1)
    registry.add(
        toy("Make", lambda: tensor),
        toy(
            "Change",
            lambda value, late: late.add_(1),
            source="rough",
            lazy=("late",),
            check_lazy=ask,
        ),
    )
    g = Graphs()
    made = g.node("Make")

    report = engine.run(g.document(out=g.node("Change", value=made, late=made)))

    assert report.error is None
    assert tensor.item() == 0


def test_tensor_that_requires_a_gradient_keeps_it(run: Run):
    leaf = torch.ones(2, requires_grad=True)
    got: list[torch.Tensor] = []

    run(leaf, got.append)
    with torch.enable_grad():
        got[0].sum().backward()

    assert leaf.grad is not None
    assert leaf.grad.tolist() == [1, 1]


def test_view_goes_through(run: Run):
    base = torch.zeros(4, 3)

    seen, _ = run(base[1:, 1], lambda view: view.add_(1))

    assert not base.any()
    assert seen.shape == (3,)


def test_inference_tensor_goes_through(run: Run):
    with torch.inference_mode():
        tensor = torch.zeros(2)

    seen, told = run(tensor, lambda given: given + 1)

    assert not seen.any()
    assert told == []


def test_built_in_node_gets_the_value_itself(engine: Engine, registry: Registry):
    tensor = torch.zeros(1)
    got: list[Any] = []
    registry.add(toy("Make", lambda: tensor), toy("Take", lambda value: got.append(value)))
    g = Graphs()

    engine.run(g.document(out=g.node("Take", value=g.node("Make"))))

    assert got[0] is tensor


def test_checksum_notices_swapped_channels_and_flipped_rows():
    picture = torch.rand(1, 64, 64, 3)
    swapped, flipped = picture.flip(-1), picture.flip(1)

    before = checksum(torch, picture)

    for changed in (swapped, flipped):
        assert not bool((checksum(torch, changed) == before).all())


@pytest.mark.parametrize("shape", [(1,), (3,), (4100, 2), (0,)])
def test_checksum_of_any_size_is_that_of_a_copy(shape: tuple[int, ...]):
    tensor = torch.rand(shape)

    same = checksum(torch, tensor) == checksum(torch, tensor.clone())

    assert bool(same.all())
