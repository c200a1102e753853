"""Where node types are found. A registry is handed around, never global."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from engine.declare import specs_in
from engine.errors import DeclarationError, UnknownNode

if TYPE_CHECKING:
    from engine.spec import NodeSpec

#: The package whose modules declare the built-in nodes.
BUILT_INS = "nodes"
#: Begins the name of every module of a pack.
PACK_PREFIX = "custom_nodes_"


class PackSource(Protocol):
    """Where node types come from that are read when they are needed."""

    def find(self, type_id: str) -> NodeSpec | None:
        """Return the node type with this id, or None where nothing declares it."""
        ...

    def all(self) -> Iterable[NodeSpec]:
        """Return all node types; everything is read."""
        ...

    def known(self) -> Collection[str]:
        """Return the ids that are known without reading anything."""
        ...


class Registry:
    """Node specs by id: those that were added, then those of packs.

    Asking for a type that was not added may read packs; going through all of them reads every one.
    """

    def __init__(self, specs: Iterable[NodeSpec] = (), packs: PackSource | None = None) -> None:
        self._specs: dict[str, NodeSpec] = {}
        self._packs = packs
        self.add(*specs)

    @classmethod
    def of_packages(cls, *packages: str) -> Registry:
        """Return a registry of all nodes that the modules of these packages declare."""
        registry = cls()
        for package in packages:
            home = importlib.import_module(package)
            for found in pkgutil.iter_modules(home.__path__):
                registry.add(*specs_in(importlib.import_module(f"{package}.{found.name}")))
        return registry

    def add(self, *specs: NodeSpec) -> None:
        """Add node types.

        Raises:
            DeclarationError: an id is taken.
        """
        for spec in specs:
            taken = self._specs.get(spec.id)
            if taken is not None and taken.function is not spec.function:
                raise DeclarationError(
                    f'Node id "{spec.id}" of {spec.function.__module__} is taken by '
                    f"{taken.function.__module__}. Give it another id."
                )
            self._specs[spec.id] = spec

    @property
    def specs(self) -> Mapping[str, NodeSpec]:
        """Return all specs by id; one of a pack is read when it is looked up."""
        return self._specs if self._packs is None else _Specs(self)

    @property
    def added(self) -> Collection[NodeSpec]:
        """Return the specs that are there without reading a pack."""
        return self._specs.values()

    def get(self, type_id: str) -> NodeSpec | None:
        """Return the spec with this id, or None."""
        spec = self._specs.get(type_id)
        return spec if spec is not None or self._packs is None else self._packs.find(type_id)

    def __getitem__(self, type_id: str) -> NodeSpec:
        if (spec := self.get(type_id)) is None:
            raise UnknownNode(f'There is no node type "{type_id}".{self.near(type_id)}')
        return spec

    def near(self, type_id: str) -> str:
        """Return a sentence that names similar types, or nothing."""
        known = self._packs.known() if self._packs is not None else ()
        names = difflib.get_close_matches(type_id, [*self._specs, *known], n=3)
        return f" Similar: {', '.join(names)}." if names else ""

    def __contains__(self, type_id: object) -> bool:
        return isinstance(type_id, str) and self.get(type_id) is not None

    def __iter__(self) -> Iterator[NodeSpec]:
        yield from self._specs.values()
        if self._packs is not None:
            yield from self._packs.all()

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Specs(Mapping[str, "NodeSpec"]):
    """A registry's specs by id."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __getitem__(self, type_id: str) -> NodeSpec:
        if (spec := self._registry.get(type_id)) is None:
            raise KeyError(type_id)
        return spec

    def __iter__(self) -> Iterator[str]:
        return (spec.id for spec in self._registry)

    def __len__(self) -> int:
        return len(self._registry)
