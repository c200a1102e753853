"""The page about ComfyUI's API names every route, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from engine.server.table import all_routes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "comfyui-api.md"


def test_every_route_is_named():
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"(GET|POST|PUT|PATCH|DELETE) `([^`]+)`", text))

    declared = {
        (route.method, re.sub(r":[^}]*", "", route.path))
        for route in all_routes()
        if route.handler.__module__.startswith("engine.server.comfyui.")
    }
    assert named == declared
