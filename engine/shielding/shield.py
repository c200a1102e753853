"""Around every call of a pack's node: what it changes in place is not what others use.

The node gets copies of containers and of tensors, so a write to one (by `add_`, through `.data` or
`numpy()`) reaches nobody else. What is too large to copy is handed over as it is and looked at
afterwards: by its version counter, pictures also by a checksum, as writes through `.data` and
`numpy()` count no version. Objects of a pack's own classes pass as they are.
"""

from __future__ import annotations

import sys
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.cache.places import place_of
from engine.cache.sizes import bytes_of
from engine.lazy import loaded
from engine.results import MISSING
from engine.shielding.comparing import checksum, is_equal, is_same
from engine.types import ANY, NOTHING, Cond, Conditioning, Latent

if TYPE_CHECKING:
    from engine.shielding.changes import Changes
    from engine.spec import NodeSpec

#: Tensors and arrays up to here are copied.
COPIED_BYTES = 16 * 2**20
#: The same for pictures and masks, which packs change most.
COPIED_PICTURE_BYTES = 64 * 2**20

_PLAIN = frozenset({int, float, bool, str, bytes, type(None)})
_PICTURES = frozenset({"IMAGE", "MASK", ANY})


def shielded(
    spec: NodeSpec,
    function: Callable[..., Any],
    hidden: Mapping[str, Any],
    changes: Changes,
    *,
    copies_all: bool,
) -> Callable[..., Any]:
    """Return the function of a pack's node, called with safe inputs.

    Args:
        spec: the node type.
        function: its function.
        hidden: what it gets beside its inputs, as it is: that is the engine's business.
        changes: what the calls change is added here.
        copies_all: make copies of large values, too.
    """
    if not spec.is_async:
        return _guarded(spec, function, hidden, changes, copies_all=copies_all)

    async def guarded(**given: Any) -> Any:
        guard = _Guard(spec, copies_all or bool(changes.in_place), changes.looks_closely)
        try:
            return await function(**guard.all_safe(given), **hidden)
        finally:
            guard.look(changes)

    return guarded


def shielded_check(
    spec: NodeSpec, check: Callable[..., Any], changes: Changes
) -> Callable[..., Any]:
    """Return a node's `check_lazy`, called with copies only: it may be asked several times."""
    return _guarded(spec, check, NOTHING, changes, copies_all=True)


def _guarded(
    spec: NodeSpec,
    function: Callable[..., Any],
    hidden: Mapping[str, Any],
    changes: Changes,
    *,
    copies_all: bool,
) -> Callable[..., Any]:
    def guarded(**given: Any) -> Any:
        if _PLAIN.issuperset(map(type, given.values())):
            return function(**given, **hidden)
        guard = _Guard(spec, copies_all or bool(changes.in_place), changes.looks_closely)
        try:
            return function(**guard.all_safe(given), **hidden)
        finally:
            guard.look(changes)

    return guarded


class _Guard:
    """One call: the copies that were made for it, and what is looked at after it."""

    __slots__ = (
        "_closely",
        "_copies",
        "_copies_all",
        "_lent",
        "_memo",
        "_name",
        "_pairs",
        "_spec",
        "_tensor",
    )

    #: the input that is looked at
    _name: str
    #: what it holds, by identity: what is there twice is one copy
    _memo: dict[int, Any]

    def __init__(self, spec: NodeSpec, copies_all: bool, closely: bool) -> None:
        self._spec = spec
        self._copies_all = copies_all
        self._closely = closely
        torch = loaded("torch")
        self._tensor: Any = None if torch is None else torch.Tensor
        #: input, copy, and its version
        self._copies: list[tuple[str, Any, int]] = []
        #: input, copy, and what it was made from
        self._pairs: list[tuple[str, Any, Any]] = []
        #: input, value, and what it was like before
        self._lent: list[tuple[str, Any, Any]] = []

    def all_safe(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments, each made safe."""
        for name, value in given.items():
            kind = type(value)
            if kind in _PLAIN:
                continue
            self._name = name
            if kind is self._tensor:
                given[name] = self._safe_tensor(value)
            else:
                self._memo = {}
                rebuild = _REBUILT.get(kind)
                given[name] = self._safe(value) if rebuild is None else rebuild(self, value)
        return given

    def look(self, changes: Changes) -> None:
        """Note what the call changed."""
        for name, copy, version in self._copies:
            if copy._version != version:
                changes.on_copies[name] = None
        for name, copy, original in self._pairs:
            if not is_equal(copy, original):
                changes.on_copies[name] = None
        for name, value, before in self._lent:
            if not is_same(before, self._state(name, value)):
                changes.in_place[name] = None
                changes.places.add(place_of(value))

    def _safe(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        known = self._memo.get(id(value), MISSING)
        if known is not MISSING:
            return known
        rebuild = _REBUILT.get(kind)
        if rebuild is not None:
            return rebuild(self, value)
        if self._tensor is not None and isinstance(value, self._tensor):
            safe = self._memo[id(value)] = self._safe_tensor(value)
        elif _is_array(value):
            safe = self._memo[id(value)] = self._safe_array(value)
        else:
            safe = value
        return safe

    def _safe_tensor(self, tensor: Any) -> Any:
        if not self._is_copied(tensor):
            self._lent.append((self._name, tensor, self._state(self._name, tensor)))
            return tensor
        if tensor.requires_grad:
            # so that gradients still reach what it was made from
            with sys.modules["torch"].enable_grad():
                copy = tensor.clone()
        else:
            copy = tensor.clone()
        if self._closely:
            self._pairs.append((self._name, copy, tensor))
        try:
            version = copy._version
        except RuntimeError:  # made in inference mode, where tensors count no versions
            return copy
        self._copies.append((self._name, copy, version))
        return copy

    def _safe_array(self, array: Any) -> Any:
        if self._is_copied(array):
            copy = array.copy()
            if self._closely:
                self._pairs.append((self._name, copy, array))
            return copy
        self._lent.append((self._name, array, self._state(self._name, array)))
        return array

    def _is_copied(self, value: Any) -> bool:
        try:
            size = value.nbytes
        except RuntimeError:  # a sparse tensor
            size = bytes_of(value) or 0
        if size <= COPIED_BYTES or self._copies_all:
            return True
        return size <= COPIED_PICTURE_BYTES and self._may_be_picture(self._name)

    def _may_be_picture(self, name: str) -> bool:
        declared = self._spec.by_name.get(name)
        if declared is None or declared.dynamic is not None:
            return True
        return not _PICTURES.isdisjoint(declared.type.split(","))

    def _state(self, name: str, value: Any) -> Any:
        """Return what tells whether a large value was changed: a version, or a checksum."""
        if self._tensor is None or not isinstance(value, self._tensor):
            flat = (value if value.flags.c_contiguous else value.copy()).reshape(-1)
            return zlib.crc32(flat.view("u1"))
        torch = sys.modules["torch"]
        if value.is_inference():
            return None, checksum(torch, value)
        is_summed = self._may_be_picture(name) and place_of(value)
        return value._version, checksum(torch, value) if is_summed else None

    def safe_items(self, value: Mapping[Any, Any], copy: Any) -> Any:
        """Fill `copy`, which is empty or holds the same keys, with safe items."""
        self._memo[id(value)] = copy
        for key, each in value.items():
            copy[key] = self._safe(each)
        return copy

    def safe_list(self, value: list[Any]) -> list[Any]:
        """Return a fresh list of safe items."""
        copy: list[Any] = []
        self._memo[id(value)] = copy
        copy.extend([self._safe(each) for each in value])
        return copy

    def safe_tuple(self, value: Iterable[Any]) -> tuple[Any, ...]:
        """Return a tuple of safe items."""
        return tuple([self._safe(each) for each in value])

    def safe_extra(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the unknown keys of a value with safe items."""
        return self.safe_items(value, {}) if value else NOTHING

    def safe_latent(self, value: Latent) -> Latent:
        """Return a latent of safe tensors."""
        mask = value.noise_mask
        return Latent(
            self._safe(value.samples),
            None if mask is None else self._safe(mask),
            value.batch_index,
            self.safe_extra(value.extra) if value.extra else NOTHING,
        )

    def safe_cond(self, value: Cond) -> Cond:
        """Return one entry of a conditioning with safe tensors."""
        safe = self._safe
        return Cond(
            safe(value.encoding),
            safe(value.pooled),
            value.strength,
            value.area,
            safe(value.mask),
            value.mask_strength,
            value.set_area_to_bounds,
            value.start_percent,
            value.end_percent,
            tuple([replace(each, hint=safe(each.hint)) for each in value.controls]),
            self.safe_extra(value.extra),
        )

    def safe_conditioning(self, value: Conditioning) -> Conditioning:
        """Return a conditioning with safe tensors."""
        return Conditioning(tuple([self.safe_cond(each) for each in value.entries]))


#: What is taken apart and built anew.
_REBUILT: dict[type, Callable[[_Guard, Any], Any]] = {
    list: _Guard.safe_list,
    tuple: _Guard.safe_tuple,
    dict: lambda guard, value: guard.safe_items(value, {}),
    OrderedDict: lambda guard, value: guard.safe_items(value, OrderedDict()),
    defaultdict: lambda guard, value: guard.safe_items(value, defaultdict(value.default_factory)),
    MappingProxyType: _Guard.safe_extra,
    Latent: _Guard.safe_latent,
    Cond: _Guard.safe_cond,
    Conditioning: _Guard.safe_conditioning,
}


def _is_array(value: Any) -> bool:
    numpy = loaded("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray) and value.dtype.kind != "O"
