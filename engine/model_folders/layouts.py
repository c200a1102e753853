"""Recognise a folder of models by the folders in it: ComfyUI's, A1111's and Forge's, or bare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.model_folders.kinds import MODEL_KINDS

Roots = Mapping[str, tuple[Path, ...]]

#: What each layout is recognised by.
COMFYUI_MARK = Path("models", "checkpoints")
A1111_MARK = Path("models", "Stable-diffusion")
#: kind -> folders of stable-diffusion-webui and of Forge
A1111: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("models/Stable-diffusion",),
    "configs": ("models/Stable-diffusion",),
    "vae": ("models/VAE",),
    "loras": ("models/Lora", "models/LyCORIS"),
    "upscale_models": ("models/ESRGAN", "models/RealESRGAN", "models/SwinIR"),
    "embeddings": ("embeddings",),
    "hypernetworks": ("models/hypernetworks",),
    "controlnet": ("models/ControlNet",),
}


def comfyui_roots(models: Path) -> dict[str, tuple[Path, ...]]:
    """Return the roots of all kinds in a folder that ComfyUI would call models/."""
    return {kind: tuple(models / name for name in names) for kind, names in MODEL_KINDS.items()}


def a1111_roots(folder: Path) -> Roots:
    """Return the roots in an installation of A1111 or Forge; none where it is no such."""
    if not (folder / A1111_MARK).is_dir():
        return {}
    return {kind: tuple(folder / name for name in names) for kind, names in A1111.items()}


def roots_in(folder: Path) -> Roots:
    """Return the roots that are there, in every layout that fits; none where none does."""
    found: dict[str, tuple[Path, ...]] = dict(a1111_roots(folder))
    models = folder / "models" if (folder / COMFYUI_MARK).is_dir() else folder
    for kind, roots in comfyui_roots(models).items():
        if there := tuple(root for root in roots if root.is_dir()):
            found[kind] = (*there, *found.get(kind, ()))
    return found
