"""How strong a LoRA is, where diffusers wrote PEFT's settings into its header. Knows no torch.

Files of other programs hold an alpha for each module; in these none does, and what is added is
multiplied by the alpha of the settings over the rank, or over its root: Kalajdzievski 2023, "A Rank
Stabilization Scaling Factor for Fine-Tuning with LoRA".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from engine.errors import ModelError

#: The text of the header that holds them, as JSON.
KEY = "lora_adapter_metadata"
#: What their names begin with, and those of the modules that they are for.
PARTS = ("unet.", "text_encoder.", "")


@dataclass(frozen=True)
class Settings:
    """PEFT's settings by part, such as "unet."."""

    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, "Mapping[str, Any]"])

    def scale(self, module: str, rank: int) -> float | None:
        """Return what the product of a module's matrices is multiplied by; None if nothing says.

        Args:
            module: as it is spelled in the file.
            rank: of the matrices.
        """
        start = next((start for start in self.parts if module.startswith(start)), None)
        if start is None:
            return None
        told, rest = self.parts[start], module.removeprefix(start)
        alphas = (alpha for key, alpha in told["alpha_pattern"].items() if _is_meant(key, rest))
        alpha = next(alphas, told["lora_alpha"])
        return alpha / (math.sqrt(rank) if told["use_rslora"] else rank)


def read_settings(name: str, metadata: Mapping[str, str]) -> Settings:
    """Read the settings out of the texts of a header; none where there are none.

    Raises:
        ModelError: they cannot be read.
    """
    if KEY not in metadata:
        return Settings()
    try:
        told = cast("dict[str, Any]", json.loads(metadata[KEY]))
        parts = {part: _part(told, part) for part in PARTS if f"{part}lora_alpha" in told}
    except (ValueError, TypeError, AttributeError, RecursionError) as problem:
        raise ModelError(
            f'The header of LoRA "{name}" does not say how strong it is: its settings '
            f'"{KEY}" cannot be read ({problem}). Save it again, or take that text out.'
        ) from problem
    return Settings(parts)


def _part(told: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    pattern: Mapping[str, Any] = told.get(f"{part}alpha_pattern") or {}
    return {
        "lora_alpha": _finite(told[f"{part}lora_alpha"]),
        "alpha_pattern": {key: _finite(alpha) for key, alpha in pattern.items()},
        "use_rslora": bool(told.get(f"{part}use_rslora")),
    }


def _finite(number: Any) -> float:
    if not math.isfinite(found := float(number)):
        raise ValueError(f"{number} is no number")
    return found


def _is_meant(key: str, module: str) -> bool:
    """Say whether a name is that of a module, or without "^" the end of it."""
    return module == key.removeprefix("^") or module.endswith(f".{key}")
