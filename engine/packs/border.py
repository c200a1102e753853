"""Values on their way to a pack's node and back: our frozen classes, ComfyUI's dicts and lists.

A LATENT is `{"samples", "noise_mask"?, "batch_index"?, …}`, a CONDITIONING a list of
`[encoding, {…}]` (COMPAT.md D7), a NOISE an object with `generate_noise`. What a pack gets is
fresh, so it may change the containers; keys that the engine does not know are kept in `extra` and
come out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.packs.noise import PackNoise, from_pack
from engine.results import Blocker, Link
from engine.shielding.kinds import described, is_tensor, wrong_output
from engine.types import ANY, NOTHING, Cond, Conditioning, Control, Latent, Noise

if TYPE_CHECKING:
    from engine.spec import NodeSpec

#: What is the same on both sides.
PLAIN = frozenset({int, float, bool, str})
#: A pair of a conditioning: its encoding and what else is said of it.
PAIR = 2
_DEFAULTS = {each.name: each.default for each in fields(Cond)}
#: ComfyUI's key -> our field; a pack's dict has those that differ from the default.
_COND_FIELDS = {
    "pooled_output": "pooled",
    "strength": "strength",
    "area": "area",
    "mask": "mask",
    "mask_strength": "mask_strength",
    "set_area_to_bounds": "set_area_to_bounds",
    "start_percent": "start_percent",
    "end_percent": "end_percent",
    "control": "controls",
}


class WrongKind(Exception):
    """A value is plainly not of the type that its output is declared to have."""

    def __init__(self, declared: str, value: Any) -> None:
        super().__init__(f"is declared {declared}, but gave {described(value)}")
        self.value = value


def outward(value: Any) -> Any:
    """Return a value as a pack's node takes it; lists are walked through, links are pairs."""
    form = _OUTWARD.get(type(value))
    return value if form is None else form(value)


def inward(value: Any, type: str) -> Any:  # noqa: A002 the word of the specs
    """Return what a pack's node gave as the engine keeps it.

    Args:
        value: one value of an output; for an output that is a list, one item of it.
        type: the declared type; under "*" and unions the value is taken for what it looks like.

    Raises:
        WrongKind: it is plainly no such value.
    """
    form = _form_of(type)
    if form is None or value is None or isinstance(value, Blocker):
        return value
    return form(type, value)


def all_inward(spec: NodeSpec, values: Sequence[Any]) -> list[Any]:
    """Return what a node gave for its outputs, in their order, as the engine keeps it.

    Raises:
        NodeError: a value is plainly not what its output is declared to be.
    """
    if not spec.has_list_outputs and not _have_forms(spec.output_types):
        return list(values)
    taken: list[Any] = []
    for output, value in zip(spec.outputs, values, strict=True):
        try:
            taken.append((_all_listed if output.is_list else inward)(value, output.type))
        except WrongKind as problem:
            raise wrong_output(spec, output, problem.value) from None
    return taken


def _all_listed(value: Any, type: str) -> Any:  # noqa: A002 the word of the specs
    """Take in a list output; what can be walked through becomes a list: a batch gives its items."""
    if isinstance(value, (str, bytes, Mapping, Blocker)) or not hasattr(value, "__iter__"):
        return inward(value, type)
    return [inward(each, type) for each in value]


def _latent_dict(latent: Latent) -> dict[str, Any]:
    given: dict[str, Any] = {"samples": latent.samples}
    if latent.noise_mask is not None:
        given["noise_mask"] = latent.noise_mask
    if latent.batch_index is not None:
        given["batch_index"] = list(latent.batch_index)
    return given | _fresh(latent.extra) if latent.extra else given


def _cond_dict(cond: Cond) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for key, field in _COND_FIELDS.items():
        value = getattr(cond, field)
        if value is not None and (is_tensor(value) or value != _DEFAULTS[field]):
            given[key] = value
    return given | _fresh(cond.extra) if cond.extra else given


def _fresh(value: Any) -> Any:
    """Copy containers, and what is in them, as it is."""
    kind = type(value)
    if kind in (dict, MappingProxyType):
        return {key: _fresh(each) for key, each in value.items()}
    if kind is list:
        return [_fresh(each) for each in value]
    if kind is tuple:
        return tuple(_fresh(each) for each in value)
    return value


@cache
def _form_of(type: str) -> Callable[[str, Any], Any] | None:  # noqa: A002 the word of the specs
    """Return what brings values of a type in; None where they come in as they are."""
    if type == ANY or "," in type:
        return _by_looks
    return _DECLARED.get(type)


@cache
def _have_forms(types: frozenset[str]) -> bool:
    return any(_form_of(each) is not None for each in types)


def _tensor(declared: str, value: Any) -> Any:
    if not is_tensor(value):
        raise WrongKind(declared, value)
    return value


def _latent(declared: str, value: Any) -> Latent:
    if isinstance(value, Latent):
        return value
    if not isinstance(value, Mapping) or value.get("samples") is None:
        raise WrongKind(declared, value)
    left = dict(value)
    samples, mask = left.pop("samples"), left.pop("noise_mask", None)
    index = _take(left, "batch_index", _is_index)
    return Latent(samples, mask, None if index is None else tuple(index), _extra(left))


def _conditioning(declared: str, value: Any) -> Conditioning:
    if isinstance(value, Conditioning):
        return value
    if not isinstance(value, (list, tuple)) or not all(_is_pair(each) for each in value):
        raise WrongKind(declared, value)
    return Conditioning(tuple(_cond(encoding, options) for encoding, options in value))


def _cond(encoding: Any, options: Mapping[str, Any]) -> Cond:
    left = dict(options)
    fields: dict[str, Any] = {}
    for key, field in _COND_FIELDS.items():
        value = _take(left, key, _FITS[key])
        if value is not None:
            fields[field] = tuple(value) if field == "area" else value
    return Cond(encoding, **fields, extra=_extra(left))


def _take(left: dict[str, Any], key: str, fits: Callable[[Any], bool]) -> Any:
    """Take a known key out; one whose value the engine could not use stays among the others."""
    if key in left and (left[key] is None or fits(left[key])):
        return left.pop(key)
    return None


def _extra(left: dict[str, Any]) -> Mapping[str, Any]:
    return _fresh(left) if left else NOTHING


def _by_looks(_: str, value: Any) -> Any:
    if isinstance(value, dict) and is_tensor(value.get("samples")):
        return _latent("LATENT", value)
    if isinstance(value, list) and value and all(_is_encoded(each) for each in value):
        return _conditioning("CONDITIONING", value)
    return from_pack("NOISE", value)


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == PAIR and isinstance(value[1], dict)


def _is_encoded(value: Any) -> bool:
    return _is_pair(value) and is_tensor(value[0])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _is_index(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(each, int) for each in value)


def _is_area(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(v, (int, float, str)) for v in value)


_OUTWARD: dict[type, Callable[[Any], Any]] = {
    Latent: _latent_dict,
    Conditioning: lambda value: [[each.encoding, _cond_dict(each)] for each in value.entries],
    Noise: PackNoise,
    list: lambda value: [outward(each) for each in value],
    Link: lambda value: [value.node, value.output],
}


def _is_controls(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, Control) for each in value)


_FITS: dict[str, Callable[[Any], bool]] = {
    "pooled_output": is_tensor,
    "strength": _is_number,
    "area": _is_area,
    "mask": is_tensor,
    "mask_strength": _is_number,
    "set_area_to_bounds": lambda value: isinstance(value, bool),
    "start_percent": _is_number,
    "end_percent": _is_number,
    "control": _is_controls,
}
_DECLARED: dict[str, Callable[[str, Any], Any]] = {
    "IMAGE": _tensor,
    "MASK": _tensor,
    "SIGMAS": _tensor,
    "LATENT": _latent,
    "CONDITIONING": _conditioning,
    "NOISE": from_pack,
}
