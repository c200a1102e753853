"""Whether a value is what its output is declared to be, in its layout and range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.results import Blocker
from engine.shielding.kinds import described, is_tensor
from engine.types import Conditioning, Latent

#: What rounding may add to a picture's range.
_SLACK = 0.01


def misfit(value: Any, type: str) -> str:  # noqa: A002 the word of the specs
    """Say what a value is that it should not be, or nothing."""
    if isinstance(value, Blocker) or (check := _CHECKS.get(type)) is None:
        return ""
    return check(value)


def _plain(*kinds: type) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        return "" if fits else described(value)

    return check


def _picture(value: Any, dimensions: tuple[int, ...], layout: str) -> str:
    if not is_tensor(value):
        return described(value)
    if value.ndim not in dimensions:
        return f"a tensor of the shape {tuple(value.shape)} instead of {layout}"
    if not value.is_floating_point():
        return f"a tensor of {value.dtype} instead of floating-point numbers"
    if not bool(value.isfinite().all()):
        return "a tensor with numbers that are not finite"
    low, high = (float(value.min()), float(value.max())) if value.numel() else (0.0, 0.0)
    if low < -_SLACK or high > 1 + _SLACK:
        return f"numbers from {low:.3g} to {high:.3g} instead of 0 to 1"
    return ""


def _image(value: Any) -> str:
    problem = _picture(value, (4,), "(batch, height, width, channels)")
    if not problem and value.shape[-1] not in (1, 3, 4):
        return f"{value.shape[-1]} channels instead of 3 or 4 at the end of {tuple(value.shape)}"
    return problem


def _mask(value: Any) -> str:
    return _picture(value, (2, 3), "(batch, height, width)")


def _latent(value: Any) -> str:
    if not isinstance(value, Latent):
        return described(value)
    if is_tensor(value.samples) and value.samples.ndim not in (4, 5):
        return f"samples of the shape {tuple(value.samples.shape)}"
    return ""


def _conditioning(value: Any) -> str:
    return "" if isinstance(value, Conditioning) else described(value)


def _sigmas(value: Any) -> str:
    if not is_tensor(value):
        return described(value)
    return "" if value.ndim == 1 else f"a tensor of the shape {tuple(value.shape)}"


def _audio(value: Any) -> str:
    if not isinstance(value, dict) or not {"waveform", "sample_rate"} <= value.keys():
        return described(value)
    waveform: Any = value["waveform"]
    fits = is_tensor(waveform) and waveform.ndim == 3  # noqa: PLR2004 batch, channels, samples
    return "" if fits else "a waveform that is no tensor (batch, channels, samples)"


_CHECKS: dict[str, Callable[[Any], str]] = {
    "INT": _plain(int),
    "FLOAT": _plain(float, int),
    "STRING": _plain(str),
    "BOOLEAN": _plain(bool),
    "IMAGE": _image,
    "MASK": _mask,
    "LATENT": _latent,
    "CONDITIONING": _conditioning,
    "SIGMAS": _sigmas,
    "AUDIO": _audio,
}
