"""ComfyUI's own prebuilt editor starts against this server and runs a prompt.

    pip download comfyui-frontend-package==1.27.10 --no-deps -d wheels
    COMFYUI_FRONTEND_WHEELS=wheels pytest -m slow tests/compat/test_official_editor.py

Every wheel of the folder is tried. Pictures of the editor are left beside the wheels.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from engine.registry import BUILT_INS, Registry
from tests.compat.browser import CHROMIUM, Page, opened
from tests.server.conftest import Serving

FOLDER = os.environ.get("COMFYUI_FRONTEND_WHEELS", "")
WHEELS = sorted(Path(FOLDER).glob("comfyui_frontend_package-*.whl")) if FOLDER else []
PROMPT = {
    "1": {
        "class_type": "EmptyImage",
        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255},
    },
    "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
}
RUN = f"""(async () => {{
    const seen = [];
    for (const type of ["execution_start", "executed", "execution_success", "execution_error"])
        app.api.addEventListener(type, (event) => seen.push([type, event.detail]));
    const workflow = {{nodes: [], links: [], version: 0.4, last_node_id: 0, last_link_id: 0}};
    const answer = await app.api.queuePrompt(0, {{output: {json.dumps(PROMPT)}, workflow}});
    while (!seen.some(([type]) => type.startsWith("execution_") && type !== "execution_start"))
        await new Promise((done) => setTimeout(done, 50));
    return {{answer, seen: seen.map(([type]) => type), system: await app.api.getSystemStats()}};
}})()"""
#: What a fresh installation does not have, and what browsers fetch without a cookie.
MISSING = ("/userdata", "/favicon.ico", "/docs/", "/templates/", "/assets/manifest-")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not WHEELS, reason="COMFYUI_FRONTEND_WHEELS names no folder with wheels"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]


async def looked_at(url: str, profile: Path, picture: Path) -> tuple[Page, Any]:
    async with opened(url, profile) as page:
        await page.wait_for("window.app?.graph && window.app.api?.clientId")
        await page.wait_for("Object.keys(LiteGraph.registered_node_types).length > 30")
        ran = await page.evaluate(RUN)
        await page.picture(picture)
        return page, ran


@pytest.mark.parametrize("wheel", WHEELS, ids=lambda wheel: wheel.name.split("-")[1])
def test_the_editor_starts_and_runs_a_prompt(serving: Serving, tmp_path: Path, wheel: Path):
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "editor")
    files = tmp_path / "editor" / "comfyui_frontend_package" / "static"
    client = serving(Registry.of_packages(BUILT_INS), frontend_dir=files)
    url = f"{client.address}/?token={client.auth.one_time}"

    page, ran = asyncio.run(looked_at(url, tmp_path / "profile", wheel.with_suffix(".png")))

    assert ran["answer"]["node_errors"] == {}
    assert ran["seen"] == ["execution_start", "executed", "execution_success"]
    assert ran["system"]["system"]["comfyui_version"]
    failed = [each for each in page.failed if not any(part in each[1] for part in MISSING)]
    assert failed == []
