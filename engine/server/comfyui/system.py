"""What a ComfyUI client asks about the server itself."""

from __future__ import annotations

import asyncio
import platform
import sys
from typing import TYPE_CHECKING, Any

from engine.code_identity import library_version
from engine.hardware import machine
from engine.release import release
from engine.server.comfyui.bodies import answered
from engine.server.routing import Call, Routes
from engine.worker.usage import available_bytes

if TYPE_CHECKING:
    from aiohttp import web

    from engine.server.services import Services

routes = Routes("comfyui", api="comfyui")

#: The version of ComfyUI whose behaviour clients may expect.
COMFYUI_VERSION = "0.3.64"


@routes("GET", "/system_stats")
async def show_stats(call: Call[None, None]) -> web.Response:
    """Return versions, memory and the device."""
    return answered(await asyncio.to_thread(_stats, call.services))


@routes("GET", "/features")
async def show_features(call: Call[None, None]) -> web.Response:
    """Return which optional parts of the API there are."""
    return answered(feature_flags(call.services))


def feature_flags(services: Services) -> dict[str, Any]:
    """Return what the server tells clients that it can do."""
    limit = services.settings.max_upload_bytes
    return {"supports_preview_metadata": True, "max_upload_size": limit}


def _stats(services: Services) -> dict[str, Any]:
    return {
        "system": {
            "os": sys.platform,
            "ram_total": machine.memory_bytes(),
            "ram_free": available_bytes(),
            "comfyui_version": COMFYUI_VERSION,
            "sfumato_version": release(),
            "required_frontend_version": "",
            "installed_templates_version": "",
            "required_templates_version": "",
            "python_version": sys.version,
            "pytorch_version": library_version("torch"),
            "embedded_python": False,
            "argv": [],
        },
        "devices": [_device(services)],
    }


def _device(services: Services) -> dict[str, Any]:
    """Return where networks run; before it is known, the processor."""
    known = services.worker.usage.device
    total = known.get("total_bytes") or machine.memory_bytes()
    free = known.get("free_bytes") or available_bytes()
    held = known.get("weights_bytes", 0)
    kind, _, index = str(known.get("device", "cpu")).partition(":")
    return {
        "name": known.get("name") or platform.processor() or kind,
        "type": kind,
        "index": int(index) if index.isdecimal() else None,
        "vram_total": total,
        "vram_free": free,
        "torch_vram_total": held,
        "torch_vram_free": 0,
    }
