import enum
import math
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.cache.codecs import Codecs, Opaque
from engine.results import Outputs
from engine.types import (
    ChosenSampler,
    Cond,
    Conditioning,
    Guider,
    Latent,
    LatentOperation,
    ModelHandle,
    Noise,
    Patch,
    VaeHandle,
    Weights,
)
from tests.strategies import values


def round_trip(*given_values: Any) -> list[Any]:
    codecs = Codecs()
    return codecs.decode(codecs.encode(Outputs((list(given_values),)))).lists[0]


@given(values)
def test_plain_values_come_back_as_they_were(value: Any):
    (back,) = round_trip(value)

    assert back == value
    assert type(back) is type(value)


@given(st.integers())
def test_integers_of_any_size_come_back(value: int):
    assert round_trip(value) == [value]


@given(st.floats(allow_nan=False))
def test_floats_come_back_exactly(value: float):
    assert round_trip(value) == [value]


def test_value_that_is_not_a_number_comes_back():
    assert math.isnan(round_trip(math.nan)[0])


@pytest.mark.parametrize(
    "value", [(), (1, (2, [3])), {}, {"a": {"b": (1,)}}, {"$": "tensor"}, {"": None}, True, "é\0"]
)
def test_containers_come_back(value: Any):
    (back,) = round_trip(value)

    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.bool]
)
def test_tensors_come_back_in_their_type(dtype: torch.dtype):
    tensor = torch.arange(6).reshape(2, 3).to(dtype)

    (back,) = round_trip(tensor)

    assert back.dtype == dtype
    assert torch.equal(back, tensor)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)])
def test_tensors_of_odd_shapes_come_back(shape: tuple[int, ...]):
    assert round_trip(torch.zeros(shape))[0].shape == shape


def test_view_of_a_tensor_comes_back():
    tensor = torch.arange(12.0).reshape(3, 4).T[1:]

    assert torch.equal(round_trip(tensor)[0], tensor)


@pytest.mark.parametrize("view", [torch.conj, lambda tensor: torch.conj(tensor).imag])
def test_lazy_view_of_a_tensor_comes_back(view: Any):
    tensor = view(torch.complex(torch.ones(2), torch.ones(2)))

    assert torch.equal(round_trip(tensor)[0], tensor)


def test_tensor_that_is_there_twice_comes_back_twice():
    tensor = torch.arange(4.0)

    first, (second,) = round_trip(tensor, [tensor])

    assert torch.equal(first, tensor)
    assert torch.equal(second, tensor)


def test_two_views_of_one_tensor_come_back():
    tensor = torch.arange(4.0)

    first, second = round_trip(tensor[:2], tensor[1:])

    assert first.tolist() == [0, 1]
    assert second.tolist() == [1, 2, 3]


WEIGHTS = Weights("checkpoints", "a.safetensors", "abc", "model", "sd1")


@pytest.mark.parametrize(
    "value",
    [
        ModelHandle(WEIGHTS, (Patch("lora", {"strength": 0.5}),)),
        VaeHandle(WEIGHTS),
        Latent(samples=None, batch_index=(0, 2)),  # pyright: ignore[reportArgumentType]
        Conditioning((Cond(encoding=None, area=("percentage", 0.5)),)),  # pyright: ignore[reportArgumentType]
        ChosenSampler("dpmpp_2m_sde", {"eta": 0.5}),
        LatentOperation("tonemap_reinhard", {"multiplier": 0.5}),
        Guider(ModelHandle(WEIGHTS), "cfg", {"cfg": 4.0}, {"positive": Conditioning()}),
        Noise(2**64 - 1),
        Noise(),
    ],
)
def test_values_of_the_engine_come_back(value: Any):
    assert round_trip(value) == [value]


def test_tensors_inside_values_come_back():
    latent = Latent(torch.ones(1, 4, 2, 2), extra={"more": torch.zeros(3)})

    (back,) = round_trip(latent)

    assert torch.equal(back.samples, latent.samples)
    assert torch.equal(back.extra["more"], latent.extra["more"])


def test_what_else_belongs_to_outputs_comes_back():
    outputs = Outputs(([1], []), {"images": [{"filename": "a.png"}]}, (("/a.png", 7),), 1.5)
    codecs = Codecs()

    assert codecs.decode(codecs.encode(outputs)) == outputs


def nest(depth: int) -> list[Any]:
    deep: list[Any] = []
    for _ in range(depth):
        deep = [deep]
    return deep


@dataclass(frozen=True)
class Mine:
    a: int


class Color(enum.IntEnum):
    RED = 1


class Name(str):
    __slots__ = ()


Point = namedtuple("Point", "x y")  # pyright: ignore[reportUntypedNamedTuple]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1: "a"},
        {1, 2},
        b"bytes",
        Mine(1),
        Color.RED,
        Name("x"),
        Point(1, 2),
        OrderedDict(a=1),
        [object()],
        {"a": object()},
        torch.nn.Parameter(torch.zeros(1)),
    ],
)
def test_value_that_would_not_come_back_as_it_was_is_opaque(value: Any):
    with pytest.raises(Opaque):
        Codecs().encode(Outputs(([value],)))


@pytest.mark.parametrize(
    "value",
    [
        "\ud800",
        {"\ud800": 1},
        torch.zeros(3).to_sparse(),
        torch.empty(3, device="meta"),
        torch.zeros(3, dtype=torch.complex128),
        nest(5_000),
    ],
    ids=["surrogate", "surrogate key", "sparse", "meta", "complex128", "deep"],
)
def test_value_that_can_not_be_written_is_opaque(value: Any):
    with pytest.raises(Opaque):
        Codecs().encode(Outputs(([value],)))


def test_integer_of_many_digits_comes_back():
    assert round_trip(-(7**9_000)) == [-(7**9_000)]


def test_class_of_the_same_name_as_a_known_one_is_opaque():
    @dataclass(frozen=True)
    class Latent:
        samples: int

    with pytest.raises(Opaque):
        Codecs().encode(Outputs(([Latent(1)],)))


def test_class_that_was_added_comes_back():
    codecs = Codecs()
    codecs.add(Mine)

    assert codecs.decode(codecs.encode(Outputs(([Mine(4)],)))).lists == ([Mine(4)],)
