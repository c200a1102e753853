"""Every route of the server, by the module that declares it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.server.routing import Route

#: Modules of `engine.server` with a `routes` of their own; the first that has a path answers it.
MODULES = (
    "sessions",
    "openapi",
    "health",
    "metrics",
    "pages",
    "native.documents",
    "native.endpoints",
    "native.events",
    "native.files",
    "native.gallery",
    "native.jobs",
    "native.models",
    "native.modules",
    "native.nodes",
    "native.packs",
    "native.queue",
    "native.settings",
    "native.system",
    "native.workflows",
    "comfyui.editor",
    "comfyui.history",
    "comfyui.jobs",
    "comfyui.logs",
    "comfyui.object_info",
    "comfyui.queue",
    "comfyui.system",
    "comfyui.internal",
    "comfyui.model_lists",
    "comfyui.prompt",
    "comfyui.upload",
    "comfyui.userdata",
    "comfyui.users",
    "comfyui.view",
    "comfyui.view_metadata",
    "comfyui.websocket",
    "comfyui.static",
)


def all_routes() -> list[Route]:
    """Return the routes of all modules."""
    modules = (importlib.import_module(f"engine.server.{name}") for name in MODULES)
    return [route for module in modules for route in module.routes.declared]
