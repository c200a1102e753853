"""Run Open WebUI's module for ComfyUI: `with_open_webui.py GIVEN` prints what came of it.

The module is theirs as it is in the wheel. Of the rest of the package, which brings a database,
it takes three names; they are made here.
"""

import asyncio
import importlib.util
import json
import sys
import types
from pathlib import Path

import aiohttp

GIVEN = json.loads(Path(sys.argv[1]).read_text())
FOLDER = Path(GIVEN["folder"])
SESSIONS = []


async def get_session():
    SESSIONS.append(aiohttp.ClientSession())
    return SESSIONS[-1]


def stand_in(name, **names):
    module = types.ModuleType(name)
    module.__dict__.update(names)
    sys.modules[name] = module


stand_in("open_webui", __path__=[])
stand_in("open_webui.env", AIOHTTP_CLIENT_SESSION_SSL=True)
stand_in("open_webui.utils", __path__=[])
stand_in("open_webui.utils.json_codec", JSONCodec=json)
stand_in("open_webui.utils.session_pool", get_session=get_session)
spec = importlib.util.spec_from_file_location("comfyui", GIVEN["open_webui"])
comfyui = importlib.util.module_from_spec(spec)
spec.loader.exec_module(comfyui)

NODES = [
    {"type": "model", "key": "ckpt_name", "node_ids": ["1"]},
    {"type": "prompt", "key": "text", "node_ids": ["2"]},
    {"type": "negative_prompt", "key": "text", "node_ids": ["3"]},
    {"type": "width", "key": "width", "node_ids": ["4"]},
    {"type": "height", "key": "height", "node_ids": ["4"]},
    {"type": "n", "key": "batch_size", "node_ids": ["4"]},
    {"type": "steps", "key": "steps", "node_ids": ["5"]},
    {"type": "seed", "key": "seed", "node_ids": ["5"]},
]


async def fetched(url, key):
    session = await get_session()
    async with session.get(url, headers={"Authorization": f"Bearer {key}"}) as answer:
        return await answer.read()


async def models(base, key):
    """Return the names as the settings page lists them."""
    info = json.loads(await fetched(f"{base}/object_info", key))
    return info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0]


async def made(model, base, key, seed):
    workflow = comfyui.ComfyUIWorkflow(workflow=json.dumps(GIVEN["prompt"]), nodes=NODES)
    form = comfyui.ComfyUICreateImageForm(
        workflow=workflow, prompt="a blue heart", width=128, height=64, n=2, steps=2, seed=seed
    )
    return await comfyui.comfyui_create_image(model, form, "an id", base, key)


async def edited(base, key):
    item = ("image", ("red.png", Path(GIVEN["picture"]).read_bytes(), "image/png"))
    uploaded = await comfyui.comfyui_upload_image(item, base, key)
    node = {"type": "image", "key": "image", "node_ids": ["1"]}
    workflow = comfyui.ComfyUIWorkflow(workflow=json.dumps(GIVEN["inverted"]), nodes=[node])
    form = comfyui.ComfyUIEditImageForm(workflow=workflow, image=uploaded["name"], prompt="")
    return await comfyui.comfyui_edit_image("", form, "an id", base, key)


async def saved(answer, name, key):
    for number, each in enumerate(answer["data"]):
        (FOLDER / f"{name}{number}.png").write_bytes(await fetched(each["url"], key))
    return len(answer["data"])


async def main():
    base, key = GIVEN["address"], GIVEN["token"]
    in_address = f"{base}/t/{GIVEN['url_token']}"
    try:
        return {
            "models": await models(base, key),
            "made": await saved(await made("emoji-mini", base, key, 31), "made", key),
            "edited": await saved(await edited(base, key), "edited", key),
            "in address": await saved(await made("emoji-mini", in_address, None, 32), "url", ""),
            "refused": await made("nothing", base, key, 33),
            "stranger": await made("emoji-mini", base, "wrong", 34),
        }
    finally:
        for session in SESSIONS:
            await session.close()


print(json.dumps(asyncio.run(main())))
