"""ComfyUI's saved workflows, versions 0.4 and 1 (COMPAT.md A5-A7), to documents, without loss.

`read_ui` reads one; `resolve_foreign` gives nodes whose type was unknown their values later.
"""

from engine.importers.ui.read import read_ui
from engine.importers.ui.resolving import resolve_foreign

__all__ = ["read_ui", "resolve_foreign"]
