"""Questions about node types, those of packs among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.declaring.declarations import object_info
from engine.declaring.described import described_all
from engine.worker.questions.registry import question

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.engine import Engine
    from engine.spec import NodeSpec


@question("declarations")
def declarations(
    engine: Engine, types: Sequence[str] | None = None, owner: str = ""
) -> dict[str, Any]:
    """Return entries of `/object_info`: of these types, or of all types of packs."""
    return object_info(_specs(engine, types), engine.folders.of(owner))


@question("specs")
def specs(
    engine: Engine, types: Sequence[str] | None = None, owner: str = ""
) -> list[dict[str, Any]]:
    """Return node types in their native form: these, or all of packs."""
    return described_all(_specs(engine, types), engine.folders.of(owner))


def _specs(engine: Engine, types: Sequence[str] | None) -> Iterable[NodeSpec]:
    """Return the specs of types; those that nothing defines are left out."""
    if types is None:
        return engine.packs.all() if engine.packs is not None else ()
    found = (engine.registry.get(each) for each in types)
    return [each for each in found if each is not None]
