"""Guidances by name, as guiders on links carry them."""

from __future__ import annotations

from collections.abc import Callable

from engine.diffusion.guidances.guidance import ClassifierFree, Guidance
from engine.diffusion.guidances.sides import DualClassifierFree, PerpendicularNegative

#: Called with the parameters of a guider; a pack adds its own.
GUIDANCES: dict[str, Callable[..., Guidance]] = {
    "cfg": ClassifierFree,
    "dual_cfg": DualClassifierFree,
    "perp_neg": PerpendicularNegative,
}
