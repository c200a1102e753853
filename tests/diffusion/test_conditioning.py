import pytest
import torch

from engine.diffusion import conditioning
from engine.errors import BadValue
from engine.types import Cond, Conditioning


def text(value: float, tokens: int = 2, pooled: float | None = None) -> Conditioning:
    """Return one entry (1, tokens, 3) filled with a value."""
    return Conditioning(
        (
            Cond(
                torch.full((1, tokens, 3), value),
                None if pooled is None else torch.full((1, 3), pooled),
            ),
        )
    )


def values(entry: Cond) -> list[float]:
    """Return the first number of each token."""
    return entry.encoding[0, :, 0].tolist()


def test_an_average_mixes_encodings_and_pooled_ones():
    mixed = conditioning.average(text(1.0, pooled=4.0), text(3.0, pooled=8.0), 0.25).entries[0]

    assert values(mixed) == [2.5, 2.5]
    assert mixed.pooled is not None
    assert mixed.pooled[0].tolist() == [7.0] * 3


def test_a_shorter_source_is_filled_with_zeros():
    assert values(conditioning.average(text(1.0, 3), text(3.0, 1), 0.5).entries[0]) == [2, 0.5, 0.5]


def test_a_longer_source_is_cut():
    assert values(conditioning.average(text(1.0, 1), text(3.0, 4), 0.5).entries[0]) == [2.0]


@pytest.mark.parametrize(("to", "source", "expected"), [(4.0, None, 4.0), (None, 8.0, 8.0)])
def test_a_pooled_encoding_of_one_side_is_taken_as_it_is(
    to: float | None, source: float | None, expected: float
):
    mixed = conditioning.average(text(1.0, pooled=to), text(1.0, pooled=source), 0.5).entries[0]

    assert mixed.pooled is not None
    assert mixed.pooled[0, 0] == expected


def test_every_entry_is_averaged_with_the_first_of_the_source():
    mixed = conditioning.average(text(0.0) + text(2.0), text(4.0) + text(100.0), 0.5)

    assert [values(entry)[0] for entry in mixed.entries] == [2.0, 3.0]


def test_an_average_with_nothing_says_what_to_link():
    with pytest.raises(BadValue, match='"conditioning_from" holds no encoded text'):
        conditioning.average(text(1.0), Conditioning(), 0.5)


def test_concatenating_appends_tokens():
    joined = conditioning.concatenated(text(1.0, 2), text(3.0, 1)).entries[0]

    assert values(joined) == [1.0, 1.0, 3.0]


def test_zeroing_leaves_shapes_and_clears_both_encodings():
    zero = conditioning.zeroed(text(1.0, 2, pooled=5.0)).entries[0]

    assert values(zero) == [0.0, 0.0]
    assert zero.pooled is not None
    assert zero.pooled[0].tolist() == [0.0] * 3


def test_zeroing_does_without_a_pooled_encoding():
    assert conditioning.zeroed(text(1.0)).entries[0].pooled is None


def test_a_mask_goes_to_every_entry_with_its_strength():
    limited = conditioning.masked(text(1.0) + text(2.0), torch.ones(4, 4), 0.5, to_bounds=True)

    second = limited.entries[1]
    assert second.mask is not None
    assert second.mask.shape == (1, 4, 4)
    assert (second.mask_strength, second.set_area_to_bounds) == (0.5, True)


def test_nothing_changes_what_was_given():
    given = text(1.0)

    conditioning.zeroed(given)

    assert values(given.entries[0]) == [1.0, 1.0]
