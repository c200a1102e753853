"""What a made-up value holds, kept to compare it with what it holds later."""

from __future__ import annotations

from typing import Any

from engine.packs.border import outward
from engine.shielding.kinds import is_tensor


def snapshot(value: Any) -> Any:
    """Return a copy of a value in ComfyUI's form, tensors included."""
    return _copied(outward(value))


def is_unchanged(before: Any, value: Any) -> bool:
    """Say whether a value holds what it did when the snapshot was taken."""
    return _is_same(before, outward(value))


def _copied(value: Any) -> Any:
    if is_tensor(value):
        return value.clone()
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_copied(each) for each in value]
    return value


def _is_same(before: Any, after: Any) -> bool:
    if is_tensor(before):
        return is_tensor(after) and before.shape == after.shape and bool((before == after).all())
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_is_same(before[k], after[k]) for k in before)
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_is_same, before, after))
    return before == after
