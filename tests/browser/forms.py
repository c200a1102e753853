"""A form that tests open."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.editor import Editor

DOCUMENT: dict[str, Any] = {
    "format": "sfumato",
    "version": 1,
    "title": "Formed",
    "description": "For a test.",
    "nodes": {
        "1": {
            "type": "CheckpointLoaderSimple",
            "place": [40, 40, 260, 0],
            "values": {"ckpt_name": "emoji-mini"},
        },
        "2": {
            "type": "CLIPTextEncode",
            "title": "Prompt",
            "place": [340, 40, 260, 0],
            "values": {"text": "a cat"},
            "links": {"clip": ["1", 1, "CLIP"]},
        },
        "5": {
            "type": "KSampler",
            "place": [640, 40, 260, 0],
            "values": {
                "seed": "18446744073709551615",
                "steps": 3,
                "cfg": 2.5,
                "sampler_name": "euler",
                "scheduler": "karras",
                "denoise": 1.0,
            },
            "links": {"model": ["1", 0, "MODEL"], "positive": ["2", 0, "CONDITIONING"]},
        },
    },
    "inputs": [
        {"name": "prompt", "label": "Prompt", "targets": [["2", "text"]], "group": "What"},
        {"name": "seed", "label": "Seed", "targets": [["5", "seed"]], "group": "How"},
        {
            "name": "steps",
            "label": "Steps",
            "targets": [["5", "steps"]],
            "group": "How",
            "description": "How often.",
        },
        {"name": "sampler", "label": "Sampler", "targets": [["5", "sampler_name"]], "group": "How"},
    ],
}


def open_form(editor: Editor, document: dict[str, Any] = DOCUMENT) -> None:
    editor.open(document)
    editor.page.locator('[data-face="form"]').click()
    expect(editor.page.get_by_role("heading", level=1)).to_be_visible()
