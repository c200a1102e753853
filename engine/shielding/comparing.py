"""Whether a tensor or an array still is what it was."""

from __future__ import annotations

from typing import Any

#: Numbers of eight bytes in a row of a checksum; odd, so that equal places of pixels differ.
_ROW = 4099
_WORD_BYTES = 8


def is_equal(copy: Any, original: Any) -> bool:
    """Say whether a tensor or an array still holds what it was copied from, NaN included."""
    try:
        different = (copy != original) & ((copy == copy) | (original == original))  # noqa: PLR0124 false for NaN
        return not bool(different.any())
    except (RuntimeError, NotImplementedError, TypeError):  # sparse tensors, arrays of records
        return True


def checksum(torch: Any, tensor: Any) -> Any:
    """Return sums over the rows and the columns of the bytes that a tensor lies in.

    A single sum would miss values that changed places: a picture flipped, channels swapped.
    """
    storage = tensor.untyped_storage()
    flat = torch.empty(0, dtype=torch.uint8, device=tensor.device).set_(storage)
    words = flat[: flat.numel() // _WORD_BYTES * _WORD_BYTES].view(torch.int64)
    rows = words[: words.numel() // _ROW * _ROW].view(-1, _ROW)
    rest = words[rows.numel() :], flat[words.numel() * _WORD_BYTES :]
    return torch.cat((rows.sum(1), rows.sum(0), rest[0], rest[1].long()))


def is_same(before: Any, after: Any) -> bool:
    """Say whether two looks at a value, version and checksum each, saw the same."""
    if not isinstance(before, tuple):
        return before == after
    (version, sums), (later_version, later_sums) = before, after
    if version != later_version:
        return False
    return sums is None or bool((sums == later_sums).all())
