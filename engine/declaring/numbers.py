"""Numbers as people type them, and their bounds in words."""

from __future__ import annotations

import math
from typing import Any

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


def span(low: float, high: float) -> str:
    """Return in words what bounds leave."""
    if high in (math.inf, INT_MAX):
        return f"from {low} upward"
    if low in (-math.inf, INT_MIN):
        return f"up to {high}"
    return f"from {low} to {high}"


def whole(value: Any) -> int | None:
    """Return what was typed as a whole number, or None."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and len(value) < 40:  # noqa: PLR2004 no seed has more digits
        text = value.strip()
        digits = text[1:] if text[:1] in ("+", "-") else text
        return int(text) if digits.isdecimal() else None
    return None


def real(value: Any) -> float | None:
    """Return what was typed as a number, also one without bounds, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
