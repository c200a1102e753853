from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from engine.cache.sizes import size_of
from engine.results import Blocker, Outputs
from engine.types import Cond, Conditioning, Latent, Weights
from tests.strategies import values

KB = 1024
TENSOR = torch.zeros(KB)


def sized(*lists: list[Any]) -> int:
    return size_of(Outputs(lists))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.uint8])
def test_a_tensor_takes_its_elements(dtype: torch.dtype):
    tensor = torch.zeros(64, 64, dtype=dtype)

    assert sized([tensor]) == 64 * 64 * dtype.itemsize


def test_an_array_takes_its_elements():
    assert sized([np.zeros((64, 64), np.float32)]) == 16 * KB


def test_every_output_counts():
    assert sized([TENSOR], [torch.zeros(KB)]) == 2 * 4 * KB


@pytest.mark.parametrize("value", [0, 1.5, True, None, 2**100])
def test_a_plain_value_is_small(value: Any):
    assert 0 < sized([value]) < 100


def test_text_takes_its_letters():
    assert KB < sized(["x" * KB]) < 2 * KB


@pytest.mark.parametrize(
    "wrap",
    [
        lambda tensor: [tensor],
        lambda tensor: (tensor,),
        lambda tensor: {"a": {"b": tensor}},
        lambda tensor: MappingProxyType({"a": tensor}),
        lambda tensor: Latent(tensor),
        lambda tensor: Latent(torch.zeros(1), extra={"more": tensor}),
        lambda tensor: Latent(torch.zeros(1), extra=MappingProxyType({"more": tensor})),
        lambda tensor: Conditioning((Cond(tensor),)),
    ],
)
def test_what_lies_inside_counts(wrap: Callable[[Any], Any]):
    assert 4 * KB < sized([wrap(TENSOR)]) < 5 * KB


def test_a_tensor_that_is_there_twice_counts_once():
    assert sized([TENSOR, TENSOR]) == 4 * KB


@pytest.mark.parametrize(
    "value", [object(), print, Weights, np.ndarray, Blocker("no"), b"", set[int]()]
)
def test_anything_else_counts_for_something(value: Any):
    assert sized([value]) > 0


def test_containers_may_be_very_deep():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    assert sized([deep]) > 100_000


@settings(max_examples=50)
@given(values)
def test_a_container_takes_no_less_than_what_lies_inside(value: Any):
    assert sized([[value]]) >= sized([value])
