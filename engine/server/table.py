"""Every route of the server, by the module that declares it."""

from __future__ import annotations

import importlib

from engine.server.routing import Route

#: Modules of `engine.server` with a `routes` of their own; the first that has a path answers it.
MODULES = (
    "sessions",
    "openapi",
    "health",
    "metrics",
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
    found: list[Route] = []
    for name in MODULES:
        try:  # while modules are being written
            module = importlib.import_module(f"engine.server.{name}")
        except ImportError:
            continue
        found += module.routes.declared
    return found
