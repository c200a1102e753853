"""Run comfy-api-simplified: `with_comfy_api_simplified.py GIVEN` prints what came of it."""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path

from comfy_api_simplified import ComfyApiWrapper, ComfyWorkflowWrapper

GIVEN = json.loads(Path(sys.argv[1]).read_text())
FOLDER = Path(GIVEN["folder"])


def workflow(prompt):
    path = FOLDER / "workflow.json"
    path.write_text(json.dumps(prompt))
    return ComfyWorkflowWrapper(str(path))


def error_of(call, *given):
    try:
        return {"answer": call(*given)}
    except Exception as problem:  # noqa: BLE001 whatever the client raises is looked at
        return {"type": type(problem).__name__, "text": str(problem)}


def picture(api):
    wrapper = workflow(GIVEN["prompt"])
    wrapper.set_node_param("Sampler", "seed", 11)
    pictures = api.queue_and_wait_images(wrapper, "Save Image")
    ((name, data),) = pictures.items()
    (FOLDER / "picture.png").write_bytes(data)
    return name


def from_upload(api):
    uploaded = api.upload_image(GIVEN["picture"])
    wrapper = workflow(GIVEN["inverted"])
    wrapper.set_node_param("Load Image", "image", f"{uploaded['subfolder']}/{uploaded['name']}")
    pictures = api.queue_and_wait_images(wrapper, "Save Image")
    (FOLDER / "inverted.png").write_bytes(next(iter(pictures.values())))
    return uploaded


def interrupted(api):
    """Have a long prompt stopped while it is waited for, with another one behind it."""
    ended = []
    waiting = threading.Thread(
        target=lambda: ended.append(asyncio.run(api.queue_prompt_and_wait(workflow(GIVEN["long"]))))
    )
    waiting.start()
    while not (running := api.get_queue()["queue_running"]):
        time.sleep(0.05)
    second = api.queue_prompt(workflow(GIVEN["prompt"]))["prompt_id"]
    before = api.get_queue_size_before(second)
    api.interrupt()
    waiting.join(60)
    first = running[0][1]
    return {"before": before, "status": api.get_history(first)[first]["status"]["status_str"]}


def main():
    api = ComfyApiWrapper(GIVEN["address"], user="me", password=GIVEN["token"])
    stranger = ComfyApiWrapper(GIVEN["address"])
    return {
        "models": api.get_object_info("CheckpointLoaderSimple")["CheckpointLoaderSimple"]["input"][
            "required"
        ]["ckpt_name"][0],
        "nodes": len(api.get_object_info()),
        "system": api.get_system_stats()["devices"][0]["name"],
        "embeddings": api.get_embeddings(),
        "name": picture(api),
        "uploaded": from_upload(api),
        "interrupted": interrupted(api),
        "refused": error_of(api.queue_prompt, GIVEN["bad"]),
        "stranger": error_of(stranger.get_queue),
    }


print(json.dumps(main()))
