"""What the server process loads when it is asked about nodes, models and the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Serves in a folder with a model, asks, and prints which heavy packages are loaded then. Its
#: worker is never started, so that whatever is loaded was loaded by the server.
PROBE = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {root!r})

from aiohttp import ClientSession, web
from engine.model_folders.sources import installation
from engine.registry import BUILT_INS, Registry
from engine.server.app import create_app
from engine.server.settings import ServerSettings
from engine.server.starting import started
from engine.worker.host import WorkerHost

class Silent(WorkerHost):
    async def start(self):
        pass

async def main():
    folders = installation(Path({base!r}))
    settings = ServerSettings(port=0, auth="none")
    built_ins = Registry.of_packages(BUILT_INS)
    async with started(settings, folders, built_ins, Silent(())) as services:
        runner = web.AppRunner(create_app(services))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with ClientSession(f"http://{{host}}:{{port}}") as session:
            for path in {paths!r}:
                async with session.get(path) as answer:
                    print(path, answer.status)
            async with session.post("/api/v1/models/rescan") as answer:
                print("rescan", answer.status)
        await runner.cleanup()

asyncio.run(main())
heavy = ("torch", "numpy", "diffusers", "transformers", "safetensors", "scipy")
print("loaded", [name for name in heavy if name in sys.modules])
"""
PATHS = (
    "/api/v1/nodes",
    "/api/v1/nodes/KSampler",
    "/api/v1/nodes/CheckpointLoaderSimple/choices/ckpt_name",
    "/api/v1/models",
    "/api/v1/models/loras",
    "/api/v1/models/loras/a.safetensors",
    "/api/v1/settings",
    "/api/v1/system",
    "/api/v1/system/settings",
    "/api/v1/me",
    "/healthz",
    "/metrics",
)


def test_server_answers_without_torch(tmp_path: Path):
    model = tmp_path / "models" / "loras" / "a.safetensors"
    model.parent.mkdir(parents=True)
    header = b'{"a.lora_down.weight":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}'
    model.write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    code = PROBE.format(root=str(ROOT), base=str(tmp_path), paths=PATHS)

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert done.stdout.splitlines() == [
        *(f"{path} 200" for path in PATHS),
        "rescan 200",
        "loaded []",
    ], done.stderr
