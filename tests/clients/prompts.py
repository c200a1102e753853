"""Prompts for clients of ComfyUI, with the built-in nodes and the built-in model."""

from __future__ import annotations

from typing import Any

CHECKPOINT = "emoji-mini"
SIDE = 64
#: Steps of a prompt that is to be stopped: minutes of them.
MANY = 10_000

Prompt = dict[str, dict[str, Any]]


def node(title: str, kind: str, **inputs: Any) -> dict[str, Any]:
    """Return one node as an editor exports it."""
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": title}}


def text_to_image(*, steps: int = 2, seed: int = 1, checkpoint: str = CHECKPOINT) -> Prompt:
    """Return a prompt that makes a small picture."""
    sampler = {"seed": seed, "steps": steps, "cfg": 2.0, "denoise": 1.0}
    chosen = {"sampler_name": "euler", "scheduler": "normal"}
    linked = {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0]}
    return {
        "1": node("Load Checkpoint", "CheckpointLoaderSimple", ckpt_name=checkpoint),
        "2": node("Positive", "CLIPTextEncode", text="a red apple", clip=["1", 1]),
        "3": node("Negative", "CLIPTextEncode", text="", clip=["1", 1]),
        "4": node("Size", "EmptyLatentImage", width=SIDE, height=SIDE, batch_size=1),
        "5": node("Sampler", "KSampler", **sampler, **chosen, **linked, latent_image=["4", 0]),
        "6": node("Decode", "VAEDecode", samples=["5", 0], vae=["1", 2]),
        "7": node("Save Image", "SaveImage", images=["6", 0], filename_prefix="client"),
    }


def inverted(image: str) -> Prompt:
    """Return a prompt that changes an uploaded picture."""
    return {
        "1": node("Load Image", "LoadImage", image=image),
        "2": node("Invert", "ImageInvert", image=["1", 0]),
        "3": node("Save Image", "SaveImage", images=["2", 0], filename_prefix="inverted"),
    }
