"""Values to bytes and back: tensors as safetensors, the rest as JSON; never pickle.

A class joins by an entry in a `Codecs`; a value that has none is opaque and stays in memory.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from engine.results import Outputs
from engine.types import (
    ChosenSampler,
    ClipHandle,
    Cond,
    Conditioning,
    Control,
    ControlNetHandle,
    Guider,
    Latent,
    LatentOperation,
    ModelHandle,
    Noise,
    Patch,
    UpscaleModelHandle,
    VaeHandle,
    Weights,
)

#: Frozen classes that are written field by field.
CLASSES: tuple[type, ...] = (
    Control,
    ControlNetHandle,
    Latent,
    Cond,
    Conditioning,
    ModelHandle,
    ClipHandle,
    VaeHandle,
    UpscaleModelHandle,
    Weights,
    Patch,
    ChosenSampler,
    Guider,
    Noise,
    LatentOperation,
)
#: Subclasses of these have no codec: they would come back as something else.
_PLAIN = frozenset({str, int, float, bool, type(None)})
_TAG = "$"


class Opaque(Exception):
    """A value has no codec."""


class _Tensors:
    """The tensors of one result by name; one that is there twice has one name."""

    def __init__(self) -> None:
        self.by_name: dict[str, Any] = {}
        self._names: dict[int, str] = {}

    def add(self, tensor: Any) -> str:
        name = self._names.setdefault(id(tensor), str(len(self._names)))
        self.by_name[name] = tensor
        return name


class Codecs:
    """The classes that may be stored."""

    def __init__(self, classes: tuple[type, ...] = CLASSES) -> None:
        self._by_name = {each.__name__: each for each in classes}

    def add(self, kind: type) -> None:
        """Let a frozen dataclass be stored field by field."""
        self._by_name[kind.__name__] = kind

    def encode(self, outputs: Outputs) -> bytes:
        """Return outputs as bytes.

        Raises:
            Opaque: a value has no codec.
        """
        tensors = _Tensors()
        try:
            tree = {
                "lists": [
                    [self._to_tree(value, tensors) for value in each] for each in outputs.lists
                ],
                "ui": self._to_tree(outputs.ui, tensors),
                "files": [list(each) for each in outputs.files],
                "cost_s": outputs.cost_s,
                "warnings": outputs.warnings,
            }
            header = msgspec.json.encode(tree)
            return len(header).to_bytes(8, "little") + header + _write_tensors(tensors.by_name)
        except (KeyError, RuntimeError, ValueError) as problem:
            # text that is no Unicode, containers too deep, tensors that are sparse or of odd types
            raise Opaque(str(problem)) from problem

    def decode(self, data: bytes) -> Outputs:
        """Return the outputs that `encode` wrote."""
        end = 8 + int.from_bytes(data[:8], "little")
        tree = msgspec.json.decode(data[8:end])
        tensors = _read_tensors(data[end:])
        return Outputs(
            lists=tuple([self._from_tree(v, tensors) for v in each] for each in tree["lists"]),
            ui=self._from_tree(tree["ui"], tensors),
            files=tuple((path, size) for path, size in tree["files"]),
            cost_s=tree["cost_s"],
            warnings=tuple((key, message) for key, message in tree.get("warnings", ())),
        )

    def _to_tree(self, value: Any, tensors: _Tensors) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return _plain_to_tree(value)
        if kind.__module__ == "torch" and kind.__name__ == "Tensor":
            return {_TAG: "tensor", "name": tensors.add(value)}
        if kind is list:
            return [self._to_tree(each, tensors) for each in value]
        if kind is tuple:
            return {_TAG: "tuple", "items": [self._to_tree(each, tensors) for each in value]}
        if kind in (dict, MappingProxyType):
            if not all(isinstance(key, str) for key in value):
                raise Opaque
            items = {key: self._to_tree(each, tensors) for key, each in value.items()}
            return {_TAG: "dict", "items": items}
        name = kind.__name__
        if self._by_name.get(name) is not kind:
            raise Opaque(name)
        fields = {
            each.name: self._to_tree(getattr(value, each.name), tensors)
            for each in dataclasses.fields(value)
        }
        return {_TAG: "class", "name": name, "fields": fields}

    def _from_tree(self, tree: Any, tensors: Mapping[str, Any]) -> Any:
        if isinstance(tree, list):
            return [self._from_tree(each, tensors) for each in tree]
        return self._from_tagged(tree, tensors) if isinstance(tree, dict) else tree

    def _from_tagged(self, tree: Mapping[str, Any], tensors: Mapping[str, Any]) -> Any:
        match tree[_TAG]:
            case "tensor":
                return tensors[tree["name"]]
            case "number":
                return int(tree["text"], 16)
            case "odd":
                return float(tree["text"])
            case "tuple":
                return tuple(self._from_tree(each, tensors) for each in tree["items"])
            case "dict":
                return {key: self._from_tree(each, tensors) for key, each in tree["items"].items()}
            case _:
                fields = tree["fields"].items()
                kind = self._by_name[tree["name"]]
                return kind(**{name: self._from_tree(each, tensors) for name, each in fields})


def _plain_to_tree(value: Any) -> Any:
    if type(value) is int and not -(2**63) <= value < 2**64:
        return {_TAG: "number", "text": hex(value)}
    if isinstance(value, float) and not math.isfinite(value):
        return {_TAG: "odd", "text": repr(value)}
    return value


def _write_tensors(tensors: dict[str, Any]) -> bytes:
    if not tensors:
        return b""
    from safetensors.torch import save

    seen: set[int] = set()
    plain: dict[str, Any] = {}
    for name, tensor in tensors.items():
        # safetensors writes bytes as they lie, without the flags of a lazy view
        plain[name] = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
        place = plain[name].untyped_storage().data_ptr()
        if place in seen:  # safetensors refuses tensors that share memory
            plain[name] = plain[name].clone()
        seen.add(place)
    return save(plain)


def _read_tensors(data: bytes) -> dict[str, Any]:
    if not data:
        return {}
    from safetensors.torch import load

    return load(data)
