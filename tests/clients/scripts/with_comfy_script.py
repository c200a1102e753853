"""Run ComfyScript: `with_comfy_script.py GIVEN` prints what came of it."""

import json
import sys
import threading
from pathlib import Path

from comfy_script import client
from comfy_script.runtime import Workflow, load, queue, util

GIVEN = json.loads(Path(sys.argv[1]).read_text())
FOLDER = Path(GIVEN["folder"])


def picture(nodes, *, seed, steps=2):
    model, clip, vae = nodes.CheckpointLoaderSimple("emoji-mini")
    positive, negative = nodes.CLIPTextEncode("a red apple", clip), nodes.CLIPTextEncode("", clip)
    latent = nodes.EmptyLatentImage(64, 64, 1)
    given = (model, seed, steps, 2.0, "euler", "normal", positive, negative, latent, 1)
    return nodes.VAEDecode(nodes.KSampler(*given), vae)


def made(nodes):
    steps = []
    with Workflow() as workflow:
        output = nodes.SaveImage(picture(nodes, seed=21), "script")
        workflow += output
    workflow.task.add_progress_callback(lambda progress: steps.append(progress.value))
    (batch,) = workflow.task.wait()
    batch[0].save(FOLDER / "picture.png")
    return steps


def stopped(nodes):
    """Cancel a prompt that runs; what its output nodes gave comes back."""
    with Workflow() as workflow:
        nodes.SaveImage(picture(nodes, seed=22, steps=GIVEN["many"]), "script")
    began = threading.Event()
    workflow.task.add_progress_callback(lambda progress: began.set())
    began.wait(60)
    queue.cancel_all()
    return [result for result in workflow.task.wait() if result is not None]


def refused(nodes):
    with Workflow() as workflow:
        nodes.SaveImage(nodes.EmptyImage(64, 64, 10_000_000), "script")
    return workflow.task


def main():
    try:
        load(GIVEN["address"])
        stranger = "taken"
    except Exception as problem:  # noqa: BLE001 it raises no other
        stranger = str(problem)
    load(f"{GIVEN['address']}/t/{GIVEN['url_token']}")
    from comfy_script.runtime import nodes

    found = {"stranger": stranger, "models": [each.value for each in nodes.Checkpoints]}
    found |= {"steps": made(nodes), "embeddings": client.get_embeddings()}
    with Workflow():
        image = util.get_images(nodes.EmptyImage(64, 64, 1, 255), save=True)
    found["blue"] = image[0].getpixel((0, 0))
    found |= {"stopped": stopped(nodes), "refused": str(refused(nodes))}
    return found


print(json.dumps(main()))
