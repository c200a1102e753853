import pytest
import torch
from torch import Tensor

from engine.diffusion.imaging.sheet import GAP, labelled_sheet
from engine.errors import BadValue


def plain(red: float, height: int = 32, width: int = 64) -> Tensor:
    """Return a batch of two; the second one is not to be seen."""
    picture = torch.tensor([red, 0.0, 0.0]).expand(height, width, 3)
    return torch.stack([picture, torch.ones_like(picture)])


def test_pictures_stand_row_by_row_without_labels():
    sheet = labelled_sheet([plain(red / 5) for red in range(6)], ["", "", ""], ["", ""])

    assert sheet.shape == (1, 2 * 32 + GAP, 3 * 64 + 2 * GAP, 3)
    middles = sheet[0, 16 :: 32 + GAP, 32 :: 64 + GAP, 0]
    assert torch.allclose(middles, torch.arange(6).view(2, 3) / 5, atol=0.01)
    assert (sheet[0, 32 : 32 + GAP] == 1).all()


def test_labels_are_written_above_columns_and_left_of_rows():
    bare = labelled_sheet([plain(0.0)] * 2, ["", ""], [""])
    sheet = labelled_sheet([plain(0.0)] * 2, ["one", "two"], ["row"])

    top, left = sheet.shape[1] - bare.shape[1], sheet.shape[2] - bare.shape[2]
    ink = sheet[0, ..., 0] < 0.5
    first, second = ink[:top, left : left + 64], ink[:top, left + 64 + GAP :]
    assert first.any()
    assert second.any()
    assert not torch.equal(first, second)
    assert ink[top:, :left].any()
    assert not ink[:top, :left].any()


def test_long_labels_are_broken_into_lines():
    short = labelled_sheet([plain(0.0)], ["cat"], [""])
    words = labelled_sheet([plain(0.0)], ["a cat on a mat in a hat"], [""])
    one = labelled_sheet([plain(0.0)], ["c" * 40], ["r" * 40])

    assert short.shape[1] < words.shape[1] < one.shape[1]
    assert short.shape[2] == words.shape[2] == 64
    assert one.shape[2] <= 64 * 1.75 + 2 * GAP


def test_smaller_pictures_stand_in_the_middle_of_their_cells():
    sheet = labelled_sheet([plain(0.0), plain(0.0, 16, 32)], ["", ""], [""])

    cell = sheet[0, :, 64 + GAP :, 0]
    assert (cell[8:24, 16:48] == 0).all()
    assert (cell[:8] == 1).all()
    assert (cell[:, :16] == 1).all()


def test_another_number_of_pictures_is_refused():
    with pytest.raises(BadValue, match="There are 3 pictures for 2 rows of 2"):
        labelled_sheet([plain(0.0)] * 3, ["a", "b"], ["c", "d"])
