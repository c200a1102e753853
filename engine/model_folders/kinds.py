"""The kinds of model folders, in ComfyUI's names.

A kind is a family of folders whose files may stand in one list, such as "checkpoints".
"""

from __future__ import annotations

from collections.abc import Mapping

MODEL_SUFFIXES = frozenset({".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft"})
PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
)
#: Every file is of the kind.
ANY_FILE: frozenset[str] = frozenset()
#: No file is of the kind, folders in the diffusers layout are. (No file's suffix lacks the dot.)
DIFFUSERS_FOLDERS = frozenset({"folder"})
#: A folder with this file is one model in the diffusers layout.
DIFFUSERS_INDEX = "model_index.json"

#: kind -> folder names under models/, searched in this order
MODEL_KINDS: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("checkpoints",),
    "configs": ("configs",),
    "diffusion_models": ("unet", "diffusion_models"),
    "text_encoders": ("text_encoders", "clip"),
    "vae": ("vae",),
    "vae_approx": ("vae_approx",),
    "loras": ("loras",),
    "controlnet": ("controlnet", "t2i_adapter"),
    "clip_vision": ("clip_vision",),
    "style_models": ("style_models",),
    "embeddings": ("embeddings",),
    "diffusers": ("diffusers",),
    "gligen": ("gligen",),
    "upscale_models": ("upscale_models",),
    "latent_upscale_models": ("latent_upscale_models",),
    "hypernetworks": ("hypernetworks",),
    "photomaker": ("photomaker",),
    "classifiers": ("classifiers",),
    "model_patches": ("model_patches",),
    "audio_encoders": ("audio_encoders",),
}
#: kind -> the folder below output/ that nodes save such models to, which loaders list too
SAVED_TO: Mapping[str, str] = {
    "checkpoints": "checkpoints",
    "diffusion_models": "diffusion_models",
    "text_encoders": "clip",
    "vae": "vae",
    "loras": "loras",
}
#: What other kinds than those of `MODEL_SUFFIXES` hold.
SUFFIXES: Mapping[str, frozenset[str]] = {
    "configs": frozenset({".yaml"}),
    "diffusers": DIFFUSERS_FOLDERS,
    "classifiers": ANY_FILE,
}
#: Names that kinds had before.
LEGACY_KINDS: Mapping[str, str] = {"unet": "diffusion_models", "clip": "text_encoders"}
#: Kinds that hold no models: people's pictures.
PLACES = ("input", "output", "temp")


def current_kind(kind: str) -> str:
    """Return the present name of a kind."""
    return LEGACY_KINDS.get(kind, kind)


def suffixes_of(kind: str) -> frozenset[str]:
    """Return the suffixes, in lower case, that files of a kind end in; empty means any."""
    if kind in PLACES:
        return PICTURE_SUFFIXES
    return SUFFIXES.get(kind, MODEL_SUFFIXES if kind in MODEL_KINDS else ANY_FILE)
