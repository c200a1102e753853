"""All packs of an installation: which has which node type, read when one is asked for.

Nothing on the disk is touched before the first question. Who owns an id is decided by the order of
folders and names among all that declare it, whatever is read first.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.config import load_config
from engine.errors import PackError
from engine.packs.discovery import Digests, discover
from engine.packs.importing import forget_bytecode, forget_modules, put_back
from engine.packs.listing import nearest, record
from engine.packs.loader import Import, Reading
from engine.packs.marks import Mark, left_over
from engine.packs.memo import Declared, NodeSummary, Remembered, read_memo, write_memo
from engine.packs.pack import Pack, PackProblem, PackRecord
from engine.packs.slot import Slot
from engine.registry import Registry

if TYPE_CHECKING:
    from engine.config import Config
    from engine.paths import Folders
    from engine.spec import NodeSpec

logger = logging.getLogger(__name__)

#: A listing goes on with the next pack after so many seconds.
PATIENCE_S = 10.0
#: Whoever needs a node of a pack waits so long for its import.
LIMIT_S = 120.0
_CRASHED = PackProblem(
    "The program ended while this pack was imported, so it is left out until its files change. "
    '"packs enable NAME" has it tried again.'
)


class PackShelf:
    """Finds packs in `Folders.custom_nodes` and reads them; a `PackSource` for the registry."""

    def __init__(
        self,
        folders: Folders,
        config: Config,
        built_in_ids: Collection[str],
        *,
        patience_s: float = PATIENCE_S,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._folders = folders
        self._disabled = frozenset(config.disabled_packs)
        self._built_ins = built_in_ids
        self._patience_s = patience_s
        self._limit_s = limit_s
        self._digests = Digests()
        self._refused: list[tuple[Pack, PackProblem]] = []
        self._found: list[Slot] | None = None
        self._owners: dict[str, Slot] | None = None
        #: types that no pack has, as long as nothing else is read
        self._absent: set[str] = set()
        self._is_unsaved = False
        self._lock = threading.RLock()

    def find(self, type_id: str) -> NodeSpec | None:
        """Return the node type with this id; the pack that has it is read first.

        Where no pack is known to have it, those that are not known are read, then those that had
        a problem before.
        """
        if type_id in self._absent:
            return None
        steps = (self._read_owner, self._read_unknown, self._read_owner, self._read_doubtful)
        for step in (*steps, self._wait_for_slow):
            if (spec := self._at_hand(type_id)) is not None:
                return spec
            step(type_id)
        if (spec := self._at_hand(type_id)) is None:
            self._absent.add(type_id)
        return spec

    def all(self) -> Iterator[NodeSpec]:
        """Return the node types of all packs; every pack is read."""
        self._read(self._slots)
        for type_id in list(self._owned):
            if (spec := self._at_hand(type_id)) is not None:
                yield spec

    def known(self) -> Collection[str]:
        """Return the ids of node types that are known without reading a pack."""
        return self._owned.keys()

    def summaries(self) -> list[tuple[str, NodeSummary]]:
        """Return what a listing shows of each node type, with the name of its pack.

        Only packs that are not remembered, or had a problem, are read.
        """
        self._read_doubtful()
        owned = self._owned
        return [
            (slot.pack.name, node)
            for slot in self._slots
            for node in slot.nodes
            if owned.get(node.id) is slot
        ]

    def names(self) -> list[str]:
        """Return the names of all packs, disabled ones too; none is read."""
        return [slot.pack.name for slot in self._all_slots]

    def packs(self) -> list[PackRecord]:
        """Return every pack with what it offers and what is wrong with it."""
        self._read_doubtful()
        refused = [
            PackRecord(pack.name, pack.path, "failed", problems=(problem,))
            for pack, problem in self._refused
        ]
        return [record(slot, self._owned) for slot in self._all_slots] + refused

    def reload(self, name: str) -> list[NodeSpec]:
        """Read a pack again, or one that is new; return the node types that it had before.

        Results that its nodes gave are not used again if its files have changed.

        Raises:
            PackError: there is no such pack, or it can not be read as it is now; the version that
                was there stays.
        """
        slot = self._named(name)
        if slot.reading is not None and slot.specs is None:
            raise PackError(f'Pack "{name}" is still being read. Reload it when it is there.')
        pack = replace(slot.pack, code=self._digest(slot.pack))
        modules = forget_modules(pack.path)
        readings: list[Reading] = []
        has_ended = Import(pack, readings.append).wait(self._limit_s)
        if not has_ended or readings[0].declared.is_failed:
            forget_modules(pack.path)
            put_back(modules)
            why = str(readings[0].declared.problems[-1]) if has_ended else "it takes too long."
            raise PackError(f'Pack "{name}" stays as it was. {why}', details={"pack": name})
        before = list((slot.specs or {}).values())
        self._take(slot, readings[0])
        self._save()
        return before

    def set_disabled(self, names: Collection[str]) -> None:
        """Leave these packs unread from now on, and no others."""
        with self._lock:
            self._disabled = frozenset(names)
            self._found = [
                each for each in self._all_slots if each.is_disabled == (each.pack.name in names)
            ]
            self._found = self._look()

    def forgive(self, name: str) -> bool:
        """Have a pack read again that took a process down; False where it did not."""
        for slot in self._slots:
            if slot.pack.name == name and not slot.is_readable:
                slot.declared = None
                self._is_unsaved = True
                self._save()
                return True
        return False

    @property
    def _all_slots(self) -> list[Slot]:
        with self._lock:
            if self._found is None:
                self._found = self._look()
            return self._found

    @property
    def _slots(self) -> list[Slot]:
        """The packs that are not disabled, in their order."""
        return [slot for slot in self._all_slots if not slot.is_disabled]

    def _look(self) -> list[Slot]:
        """Return a place for each pack there is; those that were there keep theirs."""
        before = {slot.pack.path: slot for slot in self._found or ()}
        remembered = read_memo(self._folders.cache)
        crashed = left_over(self._folders.cache)
        self._digests.known = {
            path: (each.stamp, each.code) for path, each in remembered.items()
        } | self._digests.known
        known = dict(self._digests.known)
        found = discover(self._folders.custom_nodes, self._digests, self._disabled)
        self._is_unsaved = self._is_unsaved or known != self._digests.known or bool(crashed)
        self._refused = found.refused
        self._owners = None
        self._absent = set()
        return [
            before.get(pack.path) or self._slot(pack, remembered.get(str(pack.path)), crashed)
            for pack in found.packs
        ]

    def _slot(self, pack: Pack, remembered: Remembered | None, crashed: Mapping[str, str]) -> Slot:
        is_same = remembered is not None and remembered.code == pack.code
        declared = remembered.declared if remembered and is_same else None
        if crashed.get(str(pack.path)) == pack.code:
            declared = Declared(problems=(_CRASHED,), is_failed=True, has_crashed=True)
        self._add_model_kinds(declared)
        return Slot(pack, pack.name in self._disabled, declared)

    def _add_model_kinds(self, declared: Declared | None) -> None:
        for kind, names in declared.model_kinds.items() if declared else ():
            self._folders.add_kind(kind, [Path("models", name) for name in names])

    @property
    def _owned(self) -> Mapping[str, Slot]:
        """Which pack has which type, as far as it is known."""
        if (owners := self._owners) is None:
            slots = self._slots
            owners = {}
            with self._lock:
                for slot in slots:
                    for node in slot.nodes:
                        if node.id not in self._built_ins:
                            owners.setdefault(node.id, slot)
                self._owners = owners
        return owners

    def _at_hand(self, type_id: str) -> NodeSpec | None:
        slot = self._owned.get(type_id)
        return slot.specs.get(type_id) if slot is not None and slot.specs is not None else None

    def _read_owner(self, type_id: str) -> None:
        """Read the pack that is known to have a type, after those before it that are not known."""
        while (slot := self._owned.get(type_id)) is not None and slot.specs is None:
            slots = self._slots
            self._read(each for each in slots[: slots.index(slot)] if each.declared is None)
            if self._owned.get(type_id) is slot:
                self._finish(slot)
                if slot.specs is None:
                    return

    def _read_unknown(self, type_id: str = "") -> None:
        self._read(slot for slot in self._slots if slot.declared is None)

    def _read_doubtful(self, type_id: str = "") -> None:
        self._read(slot for slot in self._slots if slot.is_doubtful)

    def _wait_for_slow(self, type_id: str) -> None:
        for slot in self._slots:
            if slot.reading is not None and slot.specs is None and self._at_hand(type_id) is None:
                self._finish(slot)

    def _read(self, slots: Iterable[Slot]) -> None:
        """Read packs in turn; one that takes long is left behind and comes in when it is done."""
        for slot in [each for each in slots if each.specs is None and each.is_readable]:
            if not self._begin(slot).wait(self._patience_s):
                slot.is_late = True
                logger.warning('Pack "%s" is still being read', slot.pack.name)
        self._save()

    def _finish(self, slot: Slot) -> None:
        """Read one pack, as long as whoever needs it waits."""
        self._begin(slot).wait(self._limit_s)
        self._save()

    def _begin(self, slot: Slot) -> Import:
        with self._lock:
            if slot.reading is None:
                with suppress(OSError):  # it is gone; its import says so
                    slot.pack = replace(slot.pack, code=self._digests.of(slot.pack.path))
                mark = Mark(self._folders.cache, slot.pack)
                slot.reading = Import(slot.pack, lambda reading: self._take(slot, reading, mark))
            return slot.reading

    def _take(self, slot: Slot, reading: Reading, mark: Mark | None = None) -> None:
        """Put what was read on the shelf."""
        if mark is not None:
            mark.remove()
        self._add_model_kinds(reading.declared)
        with self._lock:
            slot.pack, slot.declared, slot.specs = reading.pack, reading.declared, reading.specs
            self._owners = None
            self._absent = set()
            self._is_unsaved = True
        if slot.is_late:
            self._save()
        for problem in reading.declared.problems:
            logger.warning('Pack "%s": %s', slot.pack.name, problem)

    def _save(self) -> None:
        with self._lock:
            if not self._is_unsaved:
                return
            self._is_unsaved = False
            known = self._digests.known
            paths = {str(slot.pack.path): slot for slot in self._found or ()}
            packs = {
                path: Remembered(*known[path], slot.declared_by(known[path][1]))
                for path, slot in paths.items()
                if path in known
            }
            write_memo(self._folders.cache, packs)

    def _digest(self, pack: Pack) -> str:
        try:
            forget_bytecode(pack.path)
            return self._digests.of(pack.path)
        except OSError as problem:
            raise PackError(f'Pack "{pack.name}" can not be read: {problem}.') from problem

    def _named(self, name: str) -> Slot:
        for _ in range(2):
            slot = next((each for each in self._slots if each.pack.name == name), None)
            if slot is not None:
                return slot
            with self._lock:
                self._found = self._look()
        names = [each.pack.name for each in self._slots]
        raise PackError(f'There is no pack "{name}" to read.{nearest(name, names)}')


def registry_with_packs(
    folders: Folders, built_ins: Registry, config: Config | None = None
) -> tuple[Registry, PackShelf]:
    """Return a registry of built-in nodes and of the installation's packs, and the packs' shelf."""
    shelf = PackShelf(folders, config or load_config(folders.base), built_ins.specs)
    return Registry(built_ins, shelf), shelf


def add_kinds_of_packs(folders: Folders) -> None:
    """Add the kinds of models that packs are known to bring; none is read."""
    PackShelf(folders, load_config(folders.base), ()).known()
