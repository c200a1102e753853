"""Rows of a weight through changes: the same on any number of cores, and nobody else's threads."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from engine.diffusion.patches.lora import LowRank
from engine.diffusion.patches.network import shared_copy
from engine.diffusion.patches.rows import BLOCK, by_rows


@pytest.fixture
def threads() -> Generator[None, None, None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def low_rank(rows: int, columns: int) -> LowRank:
    return LowRank(torch.randn(rows, 4), torch.randn(4, columns), 0.5)


def test_all_rows_are_changed_and_rounded_once_on_any_number_of_cores(threads: None):
    weight = torch.randn(700, BLOCK // 100).bfloat16()
    first, second = low_rank(*weight.shape), low_rank(*weight.shape)
    expected = weight.float() + (first.up @ first.down + second.up @ second.down) * 0.5

    found: list[torch.Tensor] = []
    for count in (1, 2, 3):
        torch.set_num_threads(count)
        found.append(by_rows(weight, [first, second], torch.float32))
        rounded = by_rows(weight, [first, second], torch.bfloat16)
        assert torch.equal(rounded, found[-1].bfloat16())

    assert all(torch.equal(found[0], each) for each in found)
    assert (found[0] - expected).abs().max() < 1e-5


def test_threads_that_change_rows_take_none_from_the_others(threads: None):
    torch.set_num_threads(2)

    by_rows(torch.randn(8, BLOCK), [low_rank(8, BLOCK)], torch.float32)

    with ThreadPoolExecutor(1) as new:
        assert new.submit(torch.get_num_threads).result() == 2
    assert torch.get_num_threads() == 2


def test_an_error_in_a_block_reaches_the_caller(threads: None):
    torch.set_num_threads(2)

    with pytest.raises(RuntimeError, match="size"):
        by_rows(torch.randn(8, BLOCK), [low_rank(8, BLOCK - 1)], torch.float32)


def test_a_copied_structure_is_changed_without_the_one_it_shares_tensors_with():
    shared = nn.Linear(2, 2)
    network = nn.ModuleDict({"a": shared, "b": nn.ModuleDict({"c": shared, "d": nn.ReLU()})})

    twin = shared_copy(network)

    mine = twin.get_submodule("a")
    assert mine is twin.get_submodule("b.c")
    assert mine.weight is shared.weight
    mine.weight = nn.Parameter(torch.zeros(2, 2))
    mine.register_forward_hook(lambda *_: None)
    twin.get_submodule("b").d = nn.SiLU()
    assert network.get_submodule("a").weight is not mine.weight
    assert not shared._forward_hooks
    assert isinstance(network.get_submodule("b.d"), nn.ReLU)
