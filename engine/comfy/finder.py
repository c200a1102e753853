"""Gives packs the modules of ComfyUI that they import.

The finder is the last in line, so that an installed module of the same name wins.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_API = "engine.comfy.api"
_EXECUTION = "engine.comfy.execution"

#: What a pack imports -> the module of ours whose public names it finds there; "" has none.
MODULES = {
    "comfy_api": "",
    "comfy_api.latest": _API,
    "comfy_api.latest._io": f"{_API}.io",
    "comfy_api.v0_0_1": _API,
    "comfy_api.v0_0_2": _API,
    "comfy_execution": "",
    "comfy_execution.graph": _EXECUTION,
    "comfy_execution.graph_utils": _EXECUTION,
}


class _Alias(Loader):
    """Fills a module with the public names of one of ours.

    It is a module of its own, because one object under two names would be imported twice.
    """

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        if ours := MODULES[module.__name__]:
            source = importlib.import_module(ours)
            names = {name: value for name, value in vars(source).items() if name[0] != "_"}
            vars(module).update(names)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in MODULES:
            return None
        return ModuleSpec(fullname, _Alias(), is_package=True)


def install() -> None:
    """Let packs import ComfyUI's modules; a second call does nothing."""
    if not any(isinstance(each, _Finder) for each in sys.meta_path):
        sys.meta_path.append(_Finder())
