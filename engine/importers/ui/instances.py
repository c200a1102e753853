"""The values of a subgraph's instance, in either layout (COMPAT.md A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.importers.ui.plain import mapping, sequence, storable
from engine.importers.ui.widgets import Typed, read_forms

if TYPE_CHECKING:
    from engine.importers.ui.definition import Definition

#: The node id in `proxyWidgets` that means the instance itself.
ITSELF = "-1"


def read_instance(raw: dict[str, Any], definition: Definition) -> Typed:
    """Return the values that an instance gives to the definition's inputs.

    Old files keep them inside, so there are none; `proxyWidgets` may name some of the instance's
    own. New files have a list in the order of the inputs with a widget, or an object by name.
    """
    return read_forms(
        raw,
        lambda typed, held: _read_list(typed, held, _order(raw, definition, len(held))),
        lambda typed, held, form: _read_names(typed, held, definition, form),
    )


def _order(raw: dict[str, Any], definition: Definition, count: int) -> list[str]:
    """Return the names that the values of the list belong to."""
    own = definition.widget_names
    proxies = sequence(mapping(raw.get("properties")).get("proxyWidgets"))
    if not proxies or count == len(own):
        return own
    pairs = [sequence(each) for each in proxies]
    named = [str(pair[1]) for pair in pairs if len(pair) > 1 and str(pair[0]) == ITSELF]
    named = [definition.renamed(name) or name for name in named]
    return named if count == len(named) else own


def _read_list(typed: Typed, held: list[Any], names: list[str]) -> None:
    for name, value in zip(names, held, strict=False):
        if value is not None:
            typed.values[name] = storable(value)
    surplus = held[len(names) :]
    for index, value in enumerate(held):
        if index >= len(names) or value is None:
            typed.keep("list", str(index), value)
    if surplus:
        count = len(surplus)
        typed.notes.append(
            ("", f"The file holds {count} more values than its widgets take; they were kept apart.")
        )


def _read_names(typed: Typed, held: dict[str, Any], definition: Definition, form: str) -> None:
    for source_name, value in held.items():
        name = definition.renamed(source_name)
        if name is None or value is None:
            typed.keep(form, source_name, value)
        else:
            typed.take_named(name, value)
