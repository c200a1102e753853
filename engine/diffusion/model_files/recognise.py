"""What a model file of any kind is, by the names and shapes of its tensors. Knows no torch.

A first guess for lists: it names families that this version can not run, too. What loads a model
asks `engine.diffusion.families` instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.diffusion.model_files.tensor_info import TensorInfo

UNKNOWN = "unknown"
#: Longer names are no model's; looking through them could take for ever.
LONGEST_NAME = 300
#: Where a U-Net or transformer lies inside a larger file.
WRAPPINGS = ("model.diffusion_model.", "diffusion_model.", "model.", "net.", "")
#: numbers a token has for the cross-attention of U-Nets
BY_CONTEXT: Mapping[int, str] = {768: "sd1", 1024: "sd2", 2048: "sdxl", 1280: "sdxl_refiner"}
#: (words, numbers) of a table of tokens
BY_TOKENS: Mapping[tuple[int, int], str] = {
    (49408, 768): "clip_l",
    (49408, 1024): "clip_h",
    (49408, 1280): "clip_g",
    (32128, 4096): "t5_xxl",
    (32128, 2048): "t5_xl",
    (32128, 768): "t5_base",
    (256384, 4096): "umt5_xxl",
    (128256, 4096): "llama_3",
    (131072, 5120): "mistral_3",
    (152064, 3584): "qwen_2.5_vl",
    (151936, 1024): "qwen_3_0.6b",
    (151936, 2560): "qwen_3_4b",
    (151936, 4096): "qwen_3_8b",
    (256000, 2304): "gemma_2",
}
#: transformers, by tensors that only they have; the more telling ones first
TRANSFORMERS: Mapping[str, str] = {
    "double_stream_modulation_img.lin.weight": "flux2",
    "distilled_guidance_layer.": "chroma",
    "txt_in.individual_token_refiner.": "hunyuan_video",
    "double_blocks.0.img_attn.": "flux",
    "joint_blocks.0.": "sd3",
    "double_layers.0.": "aura_flow",
    "mlp_t5.0.weight": "hunyuan_dit",
    "double_stream_blocks.0.": "hidream",
    "transformer_blocks.0.img_mod.": "qwen_image",
    "llm_adapter.": "anima",
    "blocks.0.adaln_modulation_cross_attn.": "cosmos",
    "head.modulation": "wan",
    "patchify_proj.weight": "ltx_video",
    "t5_yproj.weight": "mochi",
    "clip_txt_mapper.weight": "stable_cascade",
    "t_block.1.weight": "pixart",
    "transformer.layers.0.pre_norm.": "stable_audio",
}
#: what LoRA files call the parts they change, to the family of the model
LORA_PARTS: Mapping[str, str] = {
    "lora_te2_": "sdxl",
    "lora_unet_double_blocks_": "flux",
    "lora_unet_joint_blocks_": "sd3",
    "double_blocks.": "flux",
    "joint_blocks.": "sd3",
    "img_mod": "qwen_image",
    "single_transformer_blocks": "flux",
    "adaln_modulation_cross_attn": "cosmos",
    "context_refiner": "lumina2",
    "cross_attn": "wan",
}
LORA_MARKS = ("lora_down.", "lora_up.", "lora_A.", "lora_B.", "lora.down.", "lora.up.")
LYCORIS_MARKS = ("hada_w1_a", "lokr_w1", "oft_blocks", "oft_diag", ".dora_scale", ".a1.weight")
CONTROLNET_MARKS = (
    "control_model.",
    "controlnet_",
    "lllite_",
    "zero_convs.0.0.",
    "control_blocks.",
)


@dataclass(frozen=True)
class Recognised:
    """What a file is ("LoRA", "VAE", …), and the family of models that it belongs to."""

    what: str
    family: str = UNKNOWN


class Tensors:
    """The names and shapes of a file, to be asked quickly again and again."""

    def __init__(self, tensors: Mapping[str, TensorInfo]) -> None:
        self._tensors = tensors
        names = (name for name in tensors if len(name) <= LONGEST_NAME and "\n" not in name)
        self._text = "\n" + "\n".join(names)

    def has(self, part: str) -> bool:
        """Say whether a name holds this text."""
        return part in self._text

    def starts(self, part: str) -> bool:
        """Say whether a name begins so."""
        return f"\n{part}" in self._text

    def shape(self, pattern: str) -> tuple[int, ...]:
        """Return the shape of the first tensor whose name ends like a pattern; () without one."""
        found = re.search(rf"^.*{pattern}$", self._text, flags=re.MULTILINE)
        return self._tensors[found[0]].shape if found else ()


def recognise(tensors: Mapping[str, TensorInfo]) -> Recognised:
    """Say what a file is; `UNKNOWN` where its names tell nothing."""
    asked = Tensors(tensors)
    answers = (each(asked) for each in RECOGNISERS)
    return next((answer for answer in answers if answer), Recognised(UNKNOWN))


def _lora(tensors: Tensors) -> Recognised | None:
    is_lycoris = any(map(tensors.has, LYCORIS_MARKS))
    if not is_lycoris and not any(map(tensors.has, LORA_MARKS)):
        return None
    parts = (family for mark, family in LORA_PARTS.items() if tensors.has(mark))
    down = tensors.shape(r"attn2[._]to_k[._].*(?:down|A)\.(?:default\.)?weight")
    family = BY_CONTEXT.get(down[1] if len(down) > 1 else 0) or next(parts, UNKNOWN)
    return Recognised("LyCORIS" if is_lycoris else "LoRA", family)


def _controlnet(tensors: Tensors) -> Recognised | None:
    if not any(map(tensors.has, CONTROLNET_MARKS)):
        return None
    return Recognised("ControlNet", _unet(tensors) or _transformer(tensors) or UNKNOWN)


def _embedding(tensors: Tensors) -> Recognised | None:
    if tensors.starts("clip_g\n") or tensors.has("clip_l\nclip_g"):
        return Recognised("embedding", "sdxl")
    vectors = tensors.shape("emb_params")
    return Recognised("embedding", BY_CONTEXT.get(vectors[-1], UNKNOWN)) if vectors else None


def _checkpoint(tensors: Tensors) -> Recognised | None:
    family = _unet(tensors) or _transformer(tensors)
    if family is None:
        return None
    has_more = any(map(tensors.starts, ("first_stage_model.", "vae.", "cond_stage_model.")))
    return Recognised("checkpoint" if has_more else "diffusion model", family)


def _unet(tensors: Tensors) -> str | None:
    key = tensors.shape(r"attn2\.to_k\.weight")
    if len(key) < 2 or not (tensors.has("input_blocks.") or tensors.has("down_blocks.")):
        return None
    if key[1] == 1280 and tensors.has("encoder_hid_proj."):
        return "kolors"
    return BY_CONTEXT.get(key[1], UNKNOWN)


def _transformer(tensors: Tensors) -> str | None:
    for mark, family in TRANSFORMERS.items():
        if any(tensors.starts(wrapping + mark) for wrapping in WRAPPINGS):
            return family
    caption = tensors.shape(r"cap_embedder\.1\.weight")
    if caption:
        return "z_image" if caption[0] == 3840 else "lumina2"
    return None


def _vae(tensors: Tensors) -> Recognised | None:
    latent = tensors.shape(r"decoder\.conv_in\.weight")
    if len(latent) > 1:
        return Recognised(
            "VAE", {4: "sd", 16: "flux or sd3", 128: "ltx_video"}.get(latent[1], UNKNOWN)
        )
    if tensors.has("decoder.middle.0.residual.0.gamma"):
        return Recognised("VAE", "wan")
    if tensors.starts("taesd_decoder.") or tensors.shape(r"^3\.conv\.0\.weight"):
        return Recognised("small VAE", "taesd")
    return None


def _text_encoder(tensors: Tensors) -> Recognised | None:
    names = r"(?:token_embedding|embed_tokens|shared)\.weight"
    table = tensors.shape(names)
    if not table or (tensors.has("vision_model.embeddings.") and not tensors.has("text_model.")):
        return None
    return Recognised("text encoder", BY_TOKENS.get((table[0], table[-1]), UNKNOWN))


def _vision(tensors: Tensors) -> Recognised | None:
    patches = tensors.shape(r"embeddings\.patch_embedding\.weight")
    if not patches:
        return None
    families = {
        768: "clip_vit_b",
        1024: "clip_vit_l",
        1152: "siglip",
        1280: "clip_vit_h",
        1664: "clip_vit_g",
    }
    return Recognised("vision encoder", families.get(patches[0], UNKNOWN))


def _upscaler(tensors: Tensors) -> Recognised | None:
    marks = {
        "RRDB_trunk.": "esrgan",
        "body.0.rdb1.": "esrgan",
        "model.1.sub.0.RDB1.": "esrgan",
        "relative_position_index_SA": "hat",
        "residual_group.blocks.0.attn.": "swinir",
        "layers.0.blocks.0.attn.attns.": "dat",
    }
    family = next((family for mark, family in marks.items() if tensors.has(mark)), None)
    return Recognised("upscaler", family) if family else None


def _others(tensors: Tensors) -> Recognised | None:
    marks = {
        "redux_up.": Recognised("style model", "flux"),
        "position_net.": Recognised("GLIGEN", "sd1"),
        "motion_modules.": Recognised("motion module", "sd1"),
        "ip_adapter.": Recognised("IP-Adapter"),
        "image_proj.": Recognised("IP-Adapter"),
    }
    return next((found for mark, found in marks.items() if tensors.has(mark)), None)


#: Asked in this order.
RECOGNISERS: tuple[Callable[[Tensors], Recognised | None], ...] = (
    _lora,
    _controlnet,
    _embedding,
    _others,
    _checkpoint,
    _vae,
    _vision,
    _text_encoder,
    _upscaler,
)
