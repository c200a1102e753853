"""bislerp, against its definition: lengths go straight, directions turn evenly."""

import math

import pytest
import torch

from engine.diffusion.imaging.resampling import bislerp, slerp


def test_halfway_between_right_angles_is_the_diagonal():
    start, end = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])

    middle = slerp(start, end, torch.tensor(0.5))

    assert middle[0].tolist() == pytest.approx([math.sqrt(0.5)] * 2)


def test_a_third_of_the_way_turns_a_third_of_the_angle():
    start, end = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])

    turned = slerp(start, end, torch.tensor(1 / 3))

    assert turned[0].tolist() == pytest.approx([math.cos(math.pi / 6), math.sin(math.pi / 6)])


def test_lengths_are_interpolated_straight():
    start, end = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 6.0]])

    assert slerp(start, end, torch.tensor(0.25)).norm().item() == pytest.approx(3.0)


def test_parallel_vectors_give_the_first():
    start = torch.tensor([[1.0, 1.0]])

    assert torch.equal(slerp(start, 3 * start, torch.tensor(0.5)), start)


def test_opposite_vectors_are_mixed_straight():
    start = torch.tensor([[1.0, 0.0]])

    assert slerp(start, -start, torch.tensor(0.25))[0].tolist() == [0.5, 0.0]


def test_a_latent_at_its_own_size_is_unchanged():
    planes = torch.randn(2, 4, 5, 6, generator=torch.Generator().manual_seed(0))

    assert torch.allclose(bislerp(planes, 6, 5), planes, atol=1e-6)


def test_a_doubled_latent_keeps_its_lengths():
    planes = torch.nn.functional.normalize(
        torch.randn(1, 4, 4, 4, generator=torch.Generator().manual_seed(1)), dim=1
    )

    doubled = bislerp(planes, 8, 8)

    assert doubled.shape == (1, 4, 8, 8)
    assert torch.allclose(doubled.norm(dim=1), torch.ones(1, 8, 8), atol=1e-5)


def test_an_empty_latent_stays_empty():
    assert torch.equal(bislerp(torch.zeros(1, 4, 2, 2), 3, 5), torch.zeros(1, 4, 5, 3))
