"""Run comfy-api-proxy: `with_comfy_api_proxy.py GIVEN` prints what its own API answers."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, FormData, web
from comfy_api_proxy.app import make_app

GIVEN = json.loads(Path(sys.argv[1]).read_text())
FOLDER = Path(GIVEN["folder"])
ENDED = ("succeeded", "failed", "canceled", "cancelled")


@asynccontextmanager
async def proxy(server):
    """Start a proxy in front of a server, and yield a client of its API."""
    runner = web.AppRunner(make_app(server))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    await runner.cleanup()


async def submitted(api, prompt):
    async with api.post("/api/v2/jobs", json={"workflow": prompt}) as answer:
        return answer.status, await answer.json()


async def job(api, job_id):
    async with api.get(f"/api/v2/jobs/{job_id}") as answer:
        return await answer.json()


async def events(api, job_id):
    """Return the kinds of events until the stream ends."""
    kinds = []
    async with api.get(f"/api/v2/jobs/{job_id}/events") as answer:
        async for line in answer.content:
            if line.startswith(b"event:"):
                kinds.append(line.split(b":", 1)[1].strip().decode())
    return kinds


async def picture(api):
    prompt = {**GIVEN["prompt"]}
    prompt["5"] = {**prompt["5"], "inputs": {**prompt["5"]["inputs"], "seed": 41, "steps": 5}}
    status, taken = await submitted(api, prompt)
    kinds = await events(api, taken["id"])
    ended = await job(api, taken["id"])
    (output,) = ended["outputs"]
    async with api.get(output["urls"]["content"] if "urls" in output else output["url"]) as answer:
        (FOLDER / "picture.png").write_bytes(await answer.read())
    return {"status": status, "events": kinds, "ended": ended["status"]}


async def uploaded(api):
    form = FormData()
    form.add_field("file_path", "input/proxied.png")
    form.add_field("file", Path(GIVEN["picture"]).read_bytes(), filename="red.png")
    async with api.post("/api/v2/assets", data=form) as answer:
        return answer.status, await answer.json()


async def cancelled(api):
    _, taken = await submitted(api, GIVEN["long"])
    while (await job(api, taken["id"]))["status"] != "running":
        await asyncio.sleep(0.05)
    async with api.post(f"/api/v2/jobs/{taken['id']}/cancel") as answer:
        told = answer.status
    while (ended := await job(api, taken["id"]))["status"] not in ENDED:
        await asyncio.sleep(0.05)
    return {"told": told, "ended": ended["status"]}


async def main():
    async with proxy(f"{GIVEN['address']}/t/{GIVEN['url_token']}") as api:
        found = {
            "picture": await picture(api),
            "uploaded": await uploaded(api),
            "cancelled": await cancelled(api),
            "refused": await submitted(api, GIVEN["bad"]),
        }
    async with proxy(GIVEN["address"]) as api:
        return {**found, "stranger": await submitted(api, GIVEN["prompt"])}


print(json.dumps(asyncio.run(main())))
