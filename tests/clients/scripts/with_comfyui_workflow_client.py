"""Run comfyui-workflow-client: `with_comfyui_workflow_client.py GIVEN` prints what came of it."""

import asyncio
import json
import sys
from pathlib import Path

from comfyuiclient import ComfyUIClient, ComfyUIClientAsync
from PIL import Image

GIVEN = json.loads(Path(sys.argv[1]).read_text())
FOLDER = Path(GIVEN["folder"])
SERVER = GIVEN["address"].removeprefix("http://")


def file_of(prompt):
    path = FOLDER / "workflow.json"
    path.write_text(json.dumps(prompt))
    return str(path)


def plain(server, prompt, **values):
    client = ComfyUIClient(server, file_of(prompt))
    client.connect()
    try:
        for title, value in values.items():
            client.set_data(key=title.replace("_", " "), **value)
        return client.generate(["Save Image"])["Save Image"]
    finally:
        client.close()


async def over_websocket(server, prompt):
    client = ComfyUIClientAsync(server, file_of(prompt))
    await client.connect()
    try:
        await client.set_data(key="Sampler", seed=12)
        return (await client.generate(["Save Image"]))["Save Image"]
    finally:
        await client.close()


def error_of(call, *given):
    try:
        return {"answer": call(*given)}
    except Exception as problem:  # noqa: BLE001 whatever the client raises is looked at
        return {"type": type(problem).__name__, "text": str(problem)}


def main():
    server = f"{SERVER}/t/{GIVEN['url_token']}"
    plain(server, GIVEN["prompt"], Sampler={"seed": 11}).save(FOLDER / "picture.png")
    asyncio.run(over_websocket(server, GIVEN["prompt"])).save(FOLDER / "websocket.png")
    red = Image.open(GIVEN["picture"])
    plain(server, GIVEN["inverted"], Load_Image={"image": red}).save(FOLDER / "inverted.png")
    return {
        "refused": error_of(plain, server, GIVEN["bad"]),
        "stranger": error_of(plain, SERVER, GIVEN["prompt"]),
        "socket of a stranger": error_of(asyncio.run, over_websocket(SERVER, GIVEN["prompt"])),
    }


print(json.dumps(main()))
