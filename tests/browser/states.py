"""What the editor is photographed in: each state is a function that brings a fresh page there."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

from engine.workflow import HOME
from tests.browser.editor import Editor
from tests.browser.pictures import LOADER, Mask, api, picture, upload

State = Callable[[Editor], None]

WORKFLOW: dict[str, Any] = json.loads((HOME / "workflows/text_to_image.json").read_text())
PROMPTS = ("a red apple", "a rocket", "a blue heart", "grinning face", "dog face", "a pizza")
#: The first run loads the model.
PATIENT_MS = 60_000
#: Below it the editor is a phone's.
PHONE_WIDTH = 700


def workflow(*, steps: int = 20, prompt: str = "a rocket", **node_5: Any) -> dict[str, Any]:
    """Return the bundled workflow with a seed that stays; `node_5` goes into the sampler."""
    made = copy.deepcopy(WORKFLOW)
    made["nodes"]["2"]["values"]["text"] = prompt
    made["nodes"]["5"]["values"] |= {"steps": steps, "seed": "1"}
    made["nodes"]["5"]["controls"] = {"seed": "fixed"}
    made["nodes"]["5"] |= node_5
    return made


def many(tiles: int, columns: int) -> dict[str, Any]:
    """Return so many copies of the bundled workflow, the sampler of each fed by the one before."""
    nodes: dict[str, Any] = {}
    for tile in range(tiles):
        row, column = divmod(tile, columns)
        for key, node in WORKFLOW["nodes"].items():
            made = copy.deepcopy(node)
            x, y, *size = made["place"]
            made["place"] = [x + column * 1900, y + row * 800, *size]
            for source in made.get("links", {}).values():
                source[0] = f"{tile}.{source[0]}"
            if key == "5" and column:
                made["links"]["latent_image"] = [f"{tile - 1}.5", 0, "LATENT"]
            nodes[f"{tile}.{key}"] = made
    return {"format": "sfumato", "version": 1, "title": "A thousand nodes", "nodes": nodes}


def zoo() -> dict[str, Any]:
    """Return a graph with every look that a node can have."""
    made = workflow()
    nodes = made["nodes"]
    nodes["3"] |= {"collapsed": True, "color": "red"}
    nodes["2"]["color"] = "green"
    nodes["4"]["pinned"] = True
    x = 820
    nodes["8"] = {
        "type": "ImageInvert",
        "title": "Muted",
        "place": [x, 480, 220, 0],
        "mode": "mute",
    }
    nodes["9"] = {
        "type": "ImageScaleBy",
        "title": "Bypassed",
        "place": [x + 260, 480, 220, 0],
        "mode": "bypass",
    }
    nodes["10"] = {"type": "SuperUpscaler", "place": [x + 520, 480, 240, 0], "values": {"scale": 4}}
    nodes["8"]["links"] = {"image": ["6", 0, "IMAGE"]}
    nodes["9"]["links"] = {"image": ["8", 0, "IMAGE"]}
    nodes["10"]["links"] = {"image": ["9", 0, "IMAGE"]}
    made["frames"] = [
        {"title": "Afterwards", "place": [x - 30, 430, 830, 230], "color": "teal"},
        {"title": "What to draw", "place": [380, 10, 400, 640]},
    ]
    text = (
        "# How to use this\n* Write a **prompt**\n* Press `Ctrl+Enter`\n\nThe seed stays as it is."
    )
    note = {
        "id": "n",
        "title": "Read me",
        "text": text,
        "place": [40, 400, 280, 190],
        "color": "yellow",
    }
    made["view"] = {"notes": [note]}
    return made


# --- steps


def graph(editor: Editor, document: dict[str, Any] | None = None) -> None:
    editor.open(document or workflow())
    if editor.page.locator(".shell").get_attribute("data-face") == "form":
        editor.page.locator('.segments [data-face="graph"]').click()
    editor.page.locator("canvas").first.wait_for()


def rest(server: str) -> None:
    """Wait until nothing runs."""
    while api(server, "queue")["total"]:
        time.sleep(0.2)


def run(editor: Editor) -> None:
    """Run the graph to its end."""
    with editor.page.expect_response("**/jobs"):
        editor.page.locator(".run-main").click()
    rest(editor.server)


def panel(name: str, document: Callable[[], dict[str, Any]] = workflow) -> State:
    def show(editor: Editor) -> None:
        graph(editor, document())
        editor.page.locator(f'.rail-button[data-panel="{name}"]').click()
        editor.page.locator(".dock, .sheet").first.wait_for()

    return show


def keys(*presses: str, document: Callable[[], dict[str, Any]] = workflow) -> State:
    def show(editor: Editor) -> None:
        graph(editor, document())
        editor.page.locator(".surface").focus()
        for each in presses:
            editor.press(each)

    return show


def fill_gallery(server: str) -> None:
    """Make a few pictures, to the end."""
    for seed, prompt in enumerate(PROMPTS):
        document = workflow(prompt=prompt)
        document["nodes"]["5"]["values"]["seed"] = str(seed)
        api(server, "jobs", {"document": document})
    rest(server)


def end_jobs(server: str) -> None:
    """Cancel what runs and waits."""
    for state in ("queued", "running"):
        api(server, "jobs/cancel", {"state": state})


# --- states


def form_first(editor: Editor) -> None:
    editor.open()
    editor.page.locator(".form-run").wait_for()


def form(editor: Editor, document: dict[str, Any] | None = None) -> None:
    editor.open(document or workflow())
    if editor.page.locator(".shell").get_attribute("data-face") != "form":
        editor.page.locator('.segments [data-face="form"]').click()
    editor.page.locator(".form-run").wait_for()


def form_running(editor: Editor) -> None:
    form(editor, workflow(steps=900))
    editor.page.locator(".form-run .is-main").click()
    editor.page.locator(".form-bar[data-known='true']").wait_for(timeout=PATIENT_MS)
    editor.page.locator(".form-stage.is-preview img").wait_for(timeout=PATIENT_MS)


def form_result(editor: Editor) -> None:
    form(editor)
    editor.page.locator(".form-run .is-main").click()
    editor.page.locator(".form-result[aria-busy='false']").wait_for(timeout=PATIENT_MS)
    editor.page.locator(".form-stage .form-image").wait_for()


def form_failed(editor: Editor) -> None:
    """A run that the server refuses or that fails."""
    form(editor, workflow(links={}))
    editor.page.locator(".form-run .is-main").click()


def graph_empty(editor: Editor) -> None:
    graph(editor)
    editor.page.locator(".tab-bar > .icon-button").first.click()
    editor.page.locator(".templates .card").first.wait_for()


def graph_running(editor: Editor) -> None:
    graph(editor, workflow(steps=900))
    editor.page.locator(".run-main").click()
    steps = "document.querySelector('.run-word')?.textContent.includes('/')"
    editor.page.wait_for_function(steps, timeout=PATIENT_MS)
    if not is_phone(editor):
        editor.page.locator(".is-running .node-figure img").wait_for(timeout=PATIENT_MS)


def graph_result(editor: Editor) -> None:
    graph(editor)
    run(editor)


def graph_error(editor: Editor) -> None:
    broken = workflow(prompt="A prompt")
    broken["nodes"]["4"]["values"]["width"] = 100_001
    del broken["nodes"]["6"]["links"]["vae"]
    graph(editor, broken)
    editor.page.locator(".run-main").click()
    editor.page.locator(".toast, .dock").first.wait_for()


def thousand(editor: Editor) -> None:
    graph(editor, many(143, 13))
    editor.page.wait_for_timeout(600)


def thousand_near(editor: Editor) -> None:
    thousand(editor)
    for _ in range(2 if is_phone(editor) else 8):
        editor.press("Alt++")


def menu(editor: Editor) -> None:
    graph(editor)
    if is_phone(editor):
        editor.page.locator(".surface").click(button="right")
    else:
        editor.mouse.click(*editor.title("5"), button="right")
    editor.page.get_by_role("menu").first.wait_for()


def search(editor: Editor) -> None:
    keys("Shift+A")(editor)
    editor.page.get_by_role("combobox").first.wait_for()
    editor.keyboard.type("ksam")


def mask(editor: Editor) -> None:
    upload(editor.server, "picture.png", picture())
    document = {"format": "sfumato", "version": 1, "title": "Mask", "nodes": {"1": LOADER}}
    graph(editor, document)
    editor.page.locator(".node .figure-tile img").first.wait_for(state="attached")
    editor.page.locator(".surface").focus()
    editor.press("Control+0")
    drawn = Mask(editor)
    drawn.stroke((90, 90), (150, 140), (220, 100))


def lightbox(editor: Editor) -> None:
    made_gallery(editor)
    editor.page.locator(".gallery-tile, [role=option]").first.click()
    editor.page.locator(".lightbox, dialog[open]").first.wait_for()


def made_gallery(editor: Editor) -> None:
    panel("gallery")(editor)
    editor.page.locator(".gallery-grid [role=option] img").first.wait_for(timeout=PATIENT_MS)


def queue_full(editor: Editor) -> None:
    graph(editor, workflow(steps=900))
    editor.page.locator('.rail-button[data-panel="queue"]').click()
    for _ in range(12):
        editor.press("Control+Enter")
    editor.page.locator(".job").nth(8).wait_for()


def is_phone(editor: Editor) -> bool:
    return (editor.page.viewport_size or {"width": 0})["width"] < PHONE_WIDTH


STATES: dict[str, State] = {
    "form-first": form_first,
    "form-running": form_running,
    "form-result": form_result,
    "form-failed": form_failed,
    "graph-empty": graph_empty,
    "graph-default": graph,
    "graph-running": graph_running,
    "graph-result": graph_result,
    "graph-error": graph_error,
    "zoo": lambda editor: graph(editor, zoo()),
    "thousand": thousand,
    "thousand-near": thousand_near,
    "selection": keys("Control+a"),
    "menu": menu,
    "search": search,
    "palette": keys("Control+k"),
    "find": keys("Control+f"),
    "keys": keys("?"),
    "settings": keys("Control+,"),
    "opening": keys("Control+o"),
    "mask": mask,
    "library": panel("library"),
    "gallery": made_gallery,
    "lightbox": lightbox,
    "outline": panel("outline", zoo),
    "inspector": panel("inspector"),
    "queue": panel("queue"),
    "queue-full": queue_full,
    "problems": panel("problems", zoo),
    "log": panel("log"),
}
