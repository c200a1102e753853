import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.denoising.noise import brownian_noise, initial_noise, stepwise_noise
from tests.mixture import ARRAYS

SHAPE = (2, 4, 8, 8)
SEEDS = st.integers(0, 2**64 - 1)


def test_initial_noise_is_that_of_the_reference():
    assert torch.equal(initial_noise(SHAPE, 1234), ARRAYS["noise_1234"])


@given(seed=SEEDS, places=st.lists(st.integers(0, 6), min_size=1, max_size=4))
def test_item_of_a_batch_keeps_its_noise(seed: int, places: list[int]):
    whole = initial_noise((7, 4, 2, 2), seed, range(7))

    assert torch.equal(initial_noise((len(places), 4, 2, 2), seed, places), whole[places])


def test_largest_seed_has_a_successor():
    assert torch.equal(initial_noise(SHAPE, 2**64), initial_noise(SHAPE, 0))


def test_noise_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    like = torch.zeros(SHAPE)
    levels = torch.tensor([2.0, 1.0])

    initial_noise(SHAPE, 3)
    stepwise_noise(like, 3)()
    brownian_noise(like, (2.0, 1.0, 0.0), 3)(*levels)

    assert torch.equal(torch.get_rng_state(), before)


def test_brownian_increments_add_up():
    noise = brownian_noise(torch.zeros(SHAPE), (4.0, 1.0, 0.0), 3)
    high, middle, low = torch.tensor([4.0, 2.0, 1.0])

    whole = noise(high, low) * (high - low).sqrt()
    parts = noise(high, middle) * (high - middle).sqrt() + noise(middle, low)

    assert torch.allclose(whole, parts, atol=1e-5)


def test_brownian_noise_has_unit_spread():
    noise = brownian_noise(torch.zeros(1, 4, 64, 64), (10.0, 0.1, 0.0), 3)

    assert float(noise(*torch.tensor([3.0, 2.0])).std()) == pytest.approx(1, abs=0.03)


def test_levels_closer_than_a_brownian_path_tells_apart_add_no_noise():
    noise = brownian_noise(torch.zeros(SHAPE), (2.0, 1.0, 0.0), 3)
    close = torch.tensor([1.0000002, 1.0])

    assert torch.equal(noise(*close), torch.zeros(SHAPE))
