import torch

from engine.types import Cond, Conditioning
from nodes import conditioning


def text(value: float) -> Conditioning:
    """Return one entry filled with a value."""
    return Conditioning((Cond(torch.full((1, 2, 3), value)),))


def test_average_leans_to_the_first_by_its_strength():
    mixed = conditioning.average(text(1.0), text(3.0), 0.75)

    assert mixed.entries[0].encoding[0, 0, 0] == 1.5


def test_combine_keeps_both_apart():
    combined = conditioning.combine(text(1.0), text(3.0))

    assert [entry.encoding[0, 0, 0].item() for entry in combined.entries] == [1.0, 3.0]


def test_concat_makes_one_longer_text():
    assert conditioning.concat(text(1.0), text(3.0)).entries[0].encoding.shape == (1, 4, 3)


def test_set_mask_with_mask_bounds_also_limits_the_area():
    limited = conditioning.set_mask(text(1.0), torch.ones(1, 4, 4), 2.0, "mask bounds").entries[0]

    assert (limited.mask_strength, limited.set_area_to_bounds) == (2.0, True)


def test_set_mask_by_default_leaves_the_area():
    limited = conditioning.set_mask(text(1.0), torch.ones(1, 4, 4), 1.0, "default").entries[0]

    assert limited.set_area_to_bounds is False


def test_set_timestep_range_limits_every_entry():
    limited = conditioning.set_timestep_range(text(1.0) + text(2.0), 0.25, 0.5)

    assert [(e.start_percent, e.end_percent) for e in limited.entries] == [(0.25, 0.5)] * 2


def test_zero_out_empties_the_text():
    assert conditioning.zero_out(text(1.0)).entries[0].encoding.count_nonzero() == 0


def test_set_area_counts_in_latent_cells():
    limited = conditioning.set_area(text(1.0), 128, 64, 16, 33, 2.0).entries[0]

    assert (limited.area, limited.strength) == ((8, 16, 4, 2), 2.0)


def test_set_area_percentage_keeps_the_shares():
    limited = conditioning.set_area_percentage(text(1.0), 0.5, 0.25, 0.1, 0.2, 2.0).entries[0]

    assert limited.area == ("percentage", 0.25, 0.5, 0.2, 0.1)
    assert limited.strength == 2.0


def test_set_area_strength_leaves_the_area():
    limited = conditioning.set_area(text(1.0), 64, 64, 0, 0, 1.0)

    weaker = conditioning.set_area_strength(limited, 0.5).entries[0]

    assert (weaker.area, weaker.strength) == ((8, 8, 0, 0), 0.5)
