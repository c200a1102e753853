"""Stable Diffusion 1.x: a U-Net with cross-attention, CLIP's text encoder, a KL autoencoder.

Rombach et al. 2022, "High-Resolution Image Synthesis with Latent Diffusion Models". Sizes come
from tensor shapes, so models of other widths and depths load as well. What shapes cannot tell
comes from a config beside or inside the file, or else is what the family's models have in common.
Knows no torch.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from engine.diffusion.families.family import PART_TITLES, Network, Training, register
from engine.diffusion.families.sd1_shapes import text_encoder_config, unet_config, vae_config
from engine.diffusion.families.shapes import Shapes
from engine.diffusion.levels.betas import BETA_SCHEDULES
from engine.diffusion.model_files.checkpoint import Config, Contents
from engine.diffusion.model_files.convert import Names, text_encoder_names, unet_names, vae_names
from engine.diffusion.model_files.original_names import (
    original_text_encoder_names,
    original_unet_names,
    original_vae_names,
)
from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from engine.diffusion.model_files.tensor_info import TensorInfo

#: part -> where its tensors are in the original layout and in a diffusers folder
PREFIXES: Mapping[str, tuple[str, ...]] = {
    "model": ("model.diffusion_model.", "unet."),
    "text_encoder": ("cond_stage_model.transformer.", "text_encoder."),
    "vae": ("first_stage_model.", "vae."),
}
#: part -> its name in configs
SECTIONS: Mapping[str, str] = {"model": "unet", "text_encoder": "text_encoder", "vae": "vae"}
NAMES: Mapping[str, Callable[[Any], Names]] = {
    "model": unet_names,
    "text_encoder": text_encoder_names,
    "vae": vae_names,
}
ORIGINAL_NAMES: Mapping[str, Callable[[Collection[str]], Names]] = {
    "model": original_unet_names,
    "text_encoder": original_text_encoder_names,
    "vae": original_vae_names,
}
#: Tensors inside a part that only training needs or that are made again when it is built.
LEFT_OUT = ("position_ids", "logit_scale", "text_projection", "text_projection.weight")
LEFT_OUT_STARTS = ("loss.", "model_ema.")

#: What shapes cannot tell, with the values that Stable Diffusion 1.x has.
CONSTANTS: Mapping[str, Mapping[str, Any]] = {
    "unet": {
        "attention_head_dim": 8,  # diffusers' name for the number of heads
        "num_attention_heads": None,
        "act_fn": "silu",
        "norm_num_groups": 32,
        "norm_eps": 1e-5,
        "upcast_attention": False,
    },
    "vae": {"act_fn": "silu", "norm_num_groups": 32, "scaling_factor": 0.18215},
    "text_encoder": {
        "num_attention_heads": None,
        "hidden_act": "quick_gelu",
        "layer_norm_eps": 1e-5,
        "bos_token_id": 49406,
        "eos_token_id": 49407,
        "pad_token_id": 49407,
    },
    "scheduler": {
        "prediction_type": "epsilon",
        "beta_schedule": "scaled_linear",
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "num_train_timesteps": 1000,
        "trained_betas": None,
        "rescale_betas_zero_snr": False,
    },
}
CONFIGS: Mapping[str, Callable[[Shapes], dict[str, Any]]] = {
    "unet": unet_config,
    "vae": vae_config,
    "text_encoder": text_encoder_config,
}
CLIP_HEAD_WIDTH = 64
#: marks of files that hold one part and nothing else, whose names have no prefix
ALONE: Mapping[str, tuple[str, ...]] = {
    "model": ("output_blocks.0.0.in_layers.0.weight", "up_blocks.0.resnets.0.norm1.weight"),
    "text_encoder": (
        "text_model.embeddings.token_embedding.weight",
        "embeddings.token_embedding.weight",
    ),
    "vae": ("decoder.conv_in.weight",),
}
PREDICTIONS: Mapping[str, Literal["eps", "v", "x0"]] = {
    "epsilon": "eps",
    "eps": "eps",
    "v_prediction": "v",
    "v": "v",
    "sample": "x0",
    "x0": "x0",
}
MAX_TIMESTEPS = 100_000
#: names that only U-Nets with labels have, such as Stable Diffusion XL's
LABELS = ("label_emb.", "add_embedding.", "class_embedding.")


class StableDiffusion1:
    """The family of Stable Diffusion 1.x."""

    name = "sd1"
    latent_channels = 4

    def recognises(self, contents: Contents) -> bool:
        """Look for a U-Net with cross-attention, convolutions around it and no class labels."""
        tensors = _tensors(contents, "model")
        shapes = Shapes(contents.path.name, tensors)
        proj_in = shapes.first(r"down_blocks\.\d+\.attentions\.0\.proj_in\.weight")
        return (
            proj_in is not None
            and len(tensors[proj_in].shape) == 4  # a matrix from Stable Diffusion 2 on
            and shapes.has("conv_in.")
            and shapes.first(r".*\.attn2\.to_k\.weight") is not None
            and not any(shapes.has(start) for start in LABELS)
        )

    def parts(self, contents: Contents) -> tuple[str, ...]:
        """Return the parts that have any tensors."""
        return tuple(part for part in PREFIXES if _stored(contents, part))

    def network(self, contents: Contents, part: str) -> Network:
        """Derive the config of a part from its shapes and what is said beside them."""
        tensors = _tensors(contents, part)
        if not tensors:
            held = ", ".join(PART_TITLES[p] for p in self.parts(contents))
            raise ModelError(
                f'"{contents.path.name}" holds no {PART_TITLES[part]}; it holds: {held}. '
                f"Load the {PART_TITLES[part]} from another file."
            )
        section = SECTIONS[part]
        settings, told_by = _settings(contents, section)
        shapes = Shapes(contents.path.name, tensors)
        config = settings | CONFIGS[section](shapes)
        if config.get("num_attention_heads", 0) is None and section == "text_encoder":
            config["num_attention_heads"] = max(config["hidden_size"] // CLIP_HEAD_WIDTH, 1)
        return Network(part, config, tensors, told_by)

    def training(self, contents: Contents) -> Training:
        """Read prediction type, betas and latent scale."""
        settings, told_by = _settings(contents, "scheduler")
        vae, vae_told_by = _settings(contents, "vae")
        scale = vae["scaling_factor"]
        _check_training(contents, settings | {"scaling_factor": scale})
        if "v_pred" in contents.tensors:  # an empty tensor by which some trainers mark the file
            settings["prediction_type"] = "v"
            told_by["scheduler.prediction_type"] = f'the mark "v_pred" in "{contents.path.name}"'
        betas = (
            settings["beta_schedule"],
            float(settings["beta_start"]),
            float(settings["beta_end"]),
            settings["num_train_timesteps"],
        )
        return Training(
            PREDICTIONS[settings["prediction_type"]],
            betas,
            float(scale),
            told_by | {"vae.scaling_factor": vae_told_by["vae.scaling_factor"]},
            zero_snr=settings["rescale_betas_zero_snr"],
        )

    def told(self, contents: Contents, part: str) -> dict[str, dict[str, Any]]:
        """Return the settings of a part, and with the diffusion model those of its training."""
        found = {SECTIONS[part]: _settings(contents, SECTIONS[part])[0]}
        if part == "model":
            found["scheduler"] = _settings(contents, "scheduler")[0]
            found["scheduler"]["prediction_type"] = self.training(contents).prediction
        return found

    def original_names(self, part: str, names: Collection[str], *, whole: bool) -> dict[str, str]:
        """Name tensors as a checkpoint of Stable Diffusion 1 does."""
        prefix = PREFIXES[part][0] if whole else ""
        return {name: prefix + old for name, old in ORIGINAL_NAMES[part](names).items()}

    def original_shape(self, part: str, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Make the matrices of an autoencoder's attention the 1x1 convolutions they once were."""
        is_matrix = part == "vae" and ".attn_1." in name and len(shape) == 2
        return (*shape, 1, 1) if is_matrix else shape


def _stored(contents: Contents, part: str) -> dict[str, TensorInfo]:
    """Return a part's tensors by their stored names without the prefix."""
    prefix = next((p for p in PREFIXES[part] if any(n.startswith(p) for n in contents.tensors)), "")
    if not prefix and not any(mark in contents.tensors for mark in ALONE[part]):
        return {}
    stored = (
        (name.removeprefix(prefix), info)
        for name, info in contents.tensors.items()
        if name.startswith(prefix)
    )
    return {name: info for name, info in stored if not _is_left_out(name)}


def _is_left_out(name: str) -> bool:
    return name.endswith(LEFT_OUT) or name.startswith(LEFT_OUT_STARTS)


def _tensors(contents: Contents, part: str) -> dict[str, TensorInfo]:
    """Return a part's tensors by their names inside the module."""
    stored = _stored(contents, part)
    names = NAMES[part](stored)
    return {names[name]: info for name, info in stored.items()}


def _settings(contents: Contents, section: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what shapes cannot tell, and who told it."""
    given = contents.configs.get(section, Config({}, ""))
    constants = CONSTANTS[section]
    settings = {key: given.values.get(key, value) for key, value in constants.items()}
    told_by = {
        f"{section}.{key}": given.source if key in given.values else "the family sd1"
        for key in constants
    }
    return settings, told_by


def _check_training(contents: Contents, settings: Mapping[str, Any]) -> None:
    known = (
        str(settings["prediction_type"]) in PREDICTIONS
        and str(settings["beta_schedule"]) in BETA_SCHEDULES
        and settings["trained_betas"] is None
        and type(settings["rescale_betas_zero_snr"]) is bool
        and type(settings["num_train_timesteps"]) is int
        and 1 < settings["num_train_timesteps"] <= MAX_TIMESTEPS
        and all(_is_positive(settings[key]) for key in ("beta_start", "beta_end"))
        and max(settings["beta_start"], settings["beta_end"]) < 1
        and _is_positive(settings["scaling_factor"])
    )
    if not known:
        said = ", ".join(f"{key} {value}" for key, value in settings.items())
        raise ModelError(
            f'"{contents.path.name}" was trained in a way that is not supported: {said}. '
            "Known are prediction types epsilon, v_prediction and sample with "
            f"{', '.join(BETA_SCHEDULES)} betas."
        )


def _is_positive(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < math.inf


SD1 = StableDiffusion1()
register(SD1)
