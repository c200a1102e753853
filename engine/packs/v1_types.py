"""Socket types as ComfyUI-style classes write them: text, and what stands for "fits everything"."""

from __future__ import annotations

from enum import Enum
from typing import Any, cast

from engine.types import ANY, SOCKET_TYPES

#: Types whose values no one types in: only links.
LINKS_ONLY = frozenset({
    "AUDIO", "AUDIO_ENCODER", "AUDIO_ENCODER_OUTPUT", "CLIP", "CLIP_VISION", "CLIP_VISION_OUTPUT",
    "CONDITIONING", "CONTROL_NET", "GLIGEN", "GUIDER", "HOOKS", "HOOK_KEYFRAMES", "IMAGE", "LATENT",
    "LORA_MODEL", "LOSS_MAP", "MASK", "MESH", "MODEL", "MODEL_PATCH", "NOISE", "PHOTOMAKER",
    "SAMPLER", "SIGMAS", "STYLE_MODEL", "SVG", "TIMESTEPS_RANGE", "UPSCALE_MODEL", "VAE", "VIDEO",
    "VOXEL", "WAN_CAMERA_EMBEDDING",
})  # fmt: skip
#: No type is called so; one that says it equals this equals everything.
_NOBODY = "\x00 no such type"
#: litegraph's numbers for "anything" and "an event".
_NUMBERS_FOR_ANY = (0, -1)


def type_name(written: Any) -> str:
    """Return the socket type that a class means by what it wrote."""
    if isinstance(written, str):
        return ANY if _equals_all(written) else _union(_text(written))
    if isinstance(written, type):
        return SOCKET_TYPES.get(written, written.__name__.upper())
    if is_choice(written):
        return "COMBO"
    if written is None or written in _NUMBERS_FOR_ANY or _equals_all(written):
        return ANY
    return str(written)


def is_choice(written: Any) -> bool:
    """Say whether a type is a list of values to choose from."""
    return isinstance(written, (list, tuple, set, frozenset, type({}.keys()), type({}.values())))


def links_only(kind: str) -> bool:
    """Say whether a type, or each of a union, has values that nobody types in."""
    return all(each.strip().upper() in LINKS_ONLY for each in kind.split(","))


def _equals_all(written: Any) -> bool:
    """Say whether a type's own comparison lets everything pass; ComfyUI asks `!=`."""
    try:
        return not (written != _NOBODY)  # noqa: SIM202 packs override `!=` and not always `==`
    except Exception:  # noqa: BLE001 a pack's comparison may raise anything
        return False


def _union(text: str) -> str:
    """Return a type, or a union written with commas, without blanks."""
    kinds = [each.strip() for each in text.split(",")]
    return ANY if ANY in kinds or not any(kinds) else ",".join(kinds)


def _text(written: str) -> str:
    """Return a text free of its class, whose comparison may be a pack's own."""
    value = cast("Any", written).value if isinstance(written, Enum) else written
    return "".join(value) if type(value) is not str else value
