"""Prompts that came before: what was found out about them is not found out again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.document import write_document
from engine.server.comfyui.checking import Checked, Read
from engine.server.comfyui.forms import Pattern, pattern_of, taken_apart

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.registry import Registry

V = TypeVar("V")
#: How many are kept, and how long one may be.
MOST, MOST_BYTES = 64, 2**15


class _Last(Generic[V]):
    """Things by keys, those that were used last."""

    def __init__(self) -> None:
        self._things: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        """Return a thing, if it is there."""
        found = self._things.get(key)
        if found is not None:
            self._things.move_to_end(key)
        return found

    def put(self, key: Hashable, thing: V) -> None:
        """Add a thing; one that nobody used for long goes."""
        self._things[key] = thing
        if len(self._things) > MOST:
            self._things.popitem(last=False)


class SeenPrompts:
    """The prompts that came last and with which nothing was wrong, all their outputs asked for.

    What is known of a prompt holds for the next one of its form, if each value is one that its
    widget takes as it is: they have the same nodes of the same types with the same links, and the
    types are the engine's, which do not change while the server runs. Whether a value is taken,
    and the file there that it names, is asked anew. Only where no answer can change, since nobody
    looks at the disk for it, are prompts known by their bytes.
    """

    def __init__(self, built_ins: Registry) -> None:
        self._built_ins = built_ins
        self._same: _Last[Checked] = _Last()
        self._alike: _Last[tuple[Pattern, Checked]] = _Last()

    def find(self, raw: bytes, folders: Folders) -> Checked | None:
        """Return what is known of a prompt; `folders` are where its files lie."""
        if len(raw) > MOST_BYTES:
            return None
        if (same := self._same.get(raw)) is not None:
            return same
        if (parts := taken_apart(raw)) is None:
            return None
        form, values = parts
        if (alike := self._alike.get(form)) is None:
            return None
        pattern, before = alike
        if (document := pattern.filled(values, folders)) is None:
            return None
        prompt = Read(document, raw.decode(), before.prompt.ids)
        checked = replace(before, prompt=prompt, written=write_document(document))
        if pattern.is_lasting:
            self._same.put(raw, checked)
        return checked

    def keep(self, raw: bytes, checked: Checked, folders: Folders) -> None:
        """Keep what was found out about a prompt."""
        if len(raw) > MOST_BYTES or checked.node_errors or (parts := taken_apart(raw)) is None:
            return
        form, values = parts
        pattern = pattern_of(checked.prompt.document, values, self._built_ins)
        if pattern is not None and pattern.filled(values, folders) is not None:
            self._alike.put(form, (pattern, checked))
