"""Where node types are found. A registry is handed around, never global."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from engine.declare import specs_in
from engine.errors import DeclarationError, UnknownNode

if TYPE_CHECKING:
    from engine.spec import NodeSpec

#: The package whose modules declare the built-in nodes.
BUILT_INS = "nodes"


class Registry:
    """Node specs by id."""

    def __init__(self, specs: Iterable[NodeSpec] = ()) -> None:
        self._specs: dict[str, NodeSpec] = {}
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
        """Return all specs by id."""
        return self._specs

    def get(self, type_id: str) -> NodeSpec | None:
        """Return the spec with this id, or None."""
        return self._specs.get(type_id)

    def __getitem__(self, type_id: str) -> NodeSpec:
        if (spec := self._specs.get(type_id)) is None:
            raise UnknownNode(f'There is no node type "{type_id}".{self.near(type_id)}')
        return spec

    def near(self, type_id: str) -> str:
        """Return a sentence that names similar types, or nothing."""
        names = difflib.get_close_matches(type_id, self._specs, n=3)
        return f" Similar: {', '.join(names)}." if names else ""

    def __contains__(self, type_id: object) -> bool:
        return type_id in self._specs

    def __iter__(self) -> Iterator[NodeSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)
