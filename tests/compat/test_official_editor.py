"""ComfyUI's own prebuilt editor starts against this server, runs a prompt and places every type.

    pip download comfyui-frontend-package==1.27.10 --no-deps -d wheels
    COMFYUI_FRONTEND_WHEELS=wheels pytest -m slow tests/compat/test_official_editor.py

Every wheel of the folder is tried. Pictures of the editor are left beside the wheels.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import pytest

from engine.registry import BUILT_INS, Registry
from tests.compat.browser import CHROMIUM, opened
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
#: Puts every type of the server into the graph, as a person would, and says what went wrong.
PLACE = """(async () => {
    const failed = [];
    const types = Object.keys(await app.api.getNodeDefs());
    for (const type of types) {
        try {
            const node = LiteGraph.createNode(type);
            app.graph.add(node);
            if (!app.graph.getNodeById(node.id)) failed.push([type, "is not there"]);
        } catch (problem) {
            failed.push([type, String(problem)]);
        }
    }
    app.canvas.draw(true, true);
    await new Promise((done) => setTimeout(done, 1000));
    return {count: types.length, failed};
})()"""
#: It takes for granted that there are ImageOnlyCheckpointLoader, GLIGENLoader and StyleModelLoader.
UNPLACED = {"1.27.10": {"CheckpointLoaderSimple", "VAELoader", "LoraLoader", "LoraLoaderModelOnly"}}
#: There are more.
MOST_TYPES = 200
#: What a fresh installation does not have, and what browsers fetch without a cookie.
MISSING = ("/userdata", "/favicon.ico", "/docs/", "/templates/", "/assets/manifest-")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not WHEELS, reason="COMFYUI_FRONTEND_WHEELS names no folder with wheels"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]


class Seen(NamedTuple):
    ran: Any
    placed: Any
    failed: list[tuple[int, str]]
    errors: list[str]


async def looked_at(url: str, profile: Path, picture: Path) -> Seen:
    async with opened(url, profile) as page:
        await page.wait_for("window.app?.graph && window.app.api?.clientId")
        await page.wait_for("Object.keys(LiteGraph.registered_node_types).length > 30")
        ran = await page.evaluate(RUN)
        # where no picture is there, loaders of pictures ask for one that is called "undefined"
        failed = [each for each in page.failed if not any(part in each[1] for part in MISSING)]
        placed = await page.evaluate(PLACE)
        await page.picture(picture)
        return Seen(ran, placed, failed, page.errors)


@pytest.mark.parametrize("wheel", WHEELS, ids=lambda wheel: wheel.name.split("-")[1])
def test_the_editor_starts_runs_a_prompt_and_places_every_type(
    serving: Serving, tmp_path: Path, wheel: Path
):
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "editor")
    files = tmp_path / "editor" / "comfyui_frontend_package" / "static"
    client = serving(Registry.of_packages(BUILT_INS), frontend_dir=files)
    url = f"{client.address}/?token={client.auth.one_time}"

    seen = asyncio.run(looked_at(url, tmp_path / "profile", wheel.with_suffix(".png")))

    assert seen.ran["answer"]["node_errors"] == {}
    assert seen.ran["seen"] == ["execution_start", "executed", "execution_success"]
    assert seen.ran["system"]["system"]["comfyui_version"]
    assert seen.failed == []
    assert seen.placed["count"] > MOST_TYPES
    late = UNPLACED.get(wheel.name.split("-")[1], frozenset())
    assert {each[0] for each in seen.placed["failed"]} == late
    assert late or seen.errors == []
