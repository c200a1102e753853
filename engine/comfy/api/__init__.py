"""ComfyUI's third way to declare nodes: what `comfy_api.latest` offers to packs.

Written from its public documentation and from how packs use it.
"""

from engine.comfy.api import io, ui
from engine.comfy.api.aliases import Input, InputImpl, Types
from engine.comfy.api.extension import ComfyAPI, ComfyAPISync, ComfyExtension

IO, UI = io, ui

__all__ = [
    "IO",
    "UI",
    "ComfyAPI",
    "ComfyAPISync",
    "ComfyExtension",
    "Input",
    "InputImpl",
    "Types",
    "io",
    "ui",
]
