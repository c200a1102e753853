from __future__ import annotations

from pathlib import Path

import pytest

from engine.diffusion.model_files.describe import describe_file
from engine.errors import ModelError
from tests.model_files import write_shapes

Shapes = dict[str, tuple[int, ...]]
UNET = "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"
KOHYA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight"

FILES: dict[str, tuple[Shapes, tuple[str, str]]] = {
    "sdxl": (
        {UNET: (640, 2048), "first_stage_model.decoder.conv_in.weight": (512, 4, 3, 3)},
        ("checkpoint", "sdxl"),
    ),
    "sd2 alone": ({UNET: (320, 1024)}, ("diffusion model", "sd2")),
    "sdxl bare": (
        {"down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight": (640, 2048)},
        ("diffusion model", "sdxl"),
    ),
    "flux": ({"double_blocks.0.img_attn.qkv.weight": (4, 4)}, ("diffusion model", "flux")),
    "flux wrapped": (
        {"model.diffusion_model.double_blocks.0.img_attn.qkv.weight": (4, 4)},
        ("diffusion model", "flux"),
    ),
    "flux2": (
        {
            "double_blocks.0.img_attn.qkv.weight": (4, 4),
            "double_stream_modulation_img.lin.weight": (4, 4),
        },
        ("diffusion model", "flux2"),
    ),
    "sd3": ({"joint_blocks.0.x_block.attn.qkv.weight": (4, 4)}, ("diffusion model", "sd3")),
    "qwen image": (
        {"transformer_blocks.0.img_mod.1.weight": (4, 4)},
        ("diffusion model", "qwen_image"),
    ),
    "z image": ({"cap_embedder.1.weight": (3840, 4)}, ("diffusion model", "z_image")),
    "wan": ({"head.modulation": (1, 2, 4)}, ("diffusion model", "wan")),
    "vae": ({"decoder.conv_in.weight": (512, 4, 3, 3)}, ("VAE", "sd")),
    "flux vae": ({"decoder.conv_in.weight": (512, 16, 3, 3)}, ("VAE", "flux or sd3")),
    "small vae": (
        {"1.weight": (64, 4, 3, 3), "3.conv.0.weight": (64, 64, 3, 3)},
        ("small VAE", "taesd"),
    ),
    "clip l": (
        {"text_model.embeddings.token_embedding.weight": (49408, 768)},
        ("text encoder", "clip_l"),
    ),
    "t5": ({"shared.weight": (32128, 4096)}, ("text encoder", "t5_xxl")),
    "qwen": ({"model.embed_tokens.weight": (151936, 2560)}, ("text encoder", "qwen_3_4b")),
    "kohya sd1": ({KOHYA: (4, 768)}, ("LoRA", "sd1")),
    "kohya sdxl": ({KOHYA: (4, 2048), "lora_te2_a.lora_up.weight": (4, 4)}, ("LoRA", "sdxl")),
    "kohya flux": ({"lora_unet_double_blocks_0_img.lora_down.weight": (4, 4)}, ("LoRA", "flux")),
    "diffusers sdxl": (
        {"unet.down_blocks.1.attentions.0.attn2.to_k.lora_A.weight": (4, 2048)},
        ("LoRA", "sdxl"),
    ),
    "diffusers flux": (
        {"transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight": (4, 4)},
        ("LoRA", "flux"),
    ),
    "lora of something": ({"foo.lora_A.weight": (4, 4)}, ("LoRA", "unknown")),
    "lycoris": ({"lora_unet_double_blocks_0.lokr_w1": (4, 4)}, ("LyCORIS", "flux")),
    "embedding": ({"emb_params": (3, 768)}, ("embedding", "sd1")),
    "embedding sdxl": ({"clip_l": (3, 768), "clip_g": (3, 1280)}, ("embedding", "sdxl")),
    "controlnet": (
        {f"control_model.{UNET.removeprefix('model.diffusion_model.')}": (320, 768)},
        ("ControlNet", "sd1"),
    ),
    "clip vision": (
        {"vision_model.embeddings.patch_embedding.weight": (1280, 3, 14, 14)},
        ("vision encoder", "clip_vit_h"),
    ),
    "upscaler": ({"body.0.rdb1.conv1.weight": (32, 64, 3, 3)}, ("upscaler", "esrgan")),
    "style": ({"redux_up.weight": (4, 4)}, ("style model", "flux")),
    "something": ({"weight": (4, 4)}, ("unknown", "unknown")),
    "nothing": ({}, ("unknown", "unknown")),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_told_from_its_names_and_shapes(name: str, tmp_path: Path):
    shapes, expected = FILES[name]
    info = describe_file(write_shapes(tmp_path / "a.safetensors", shapes))

    assert (info.what, info.family) == expected


def test_a_file_that_is_no_tensors_is_unknown(tmp_path: Path):
    path = tmp_path / "a.onnx"
    path.write_bytes(b"12345")

    assert (describe_file(path).family, describe_file(path).size_bytes) == ("unknown", 5)


def test_texts_of_the_header_come_along(tmp_path: Path):
    path = write_shapes(tmp_path / "a.safetensors", {"a": (1,)}, {"ss_output_name": "x"})

    assert describe_file(path).metadata == {"ss_output_name": "x"}


def test_a_damaged_file_is_an_error(tmp_path: Path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"no model")

    with pytest.raises(ModelError, match=r'"a.safetensors"'):
        describe_file(path)


def test_a_diffusers_folder_of_another_layout_is_unknown(tmp_path: Path):
    (tmp_path / "transformer").mkdir()

    assert describe_file(tmp_path).family == "unknown"


@pytest.mark.parametrize("name", ["attn2.to_k." * 90_000, "attn2.to_k.\nlora_down.weight"])
def test_strange_names_of_tensors_are_looked_over(name: str, tmp_path: Path):
    path = write_shapes(tmp_path / "a.safetensors", {name: (1,), "lora_up.weight": (1,)})

    assert describe_file(path).what == "LoRA"


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"x" * 64, b"\x80\x02}q\x00X", b"x", b""])
@pytest.mark.parametrize("suffix", [".pt", ".ckpt", ".bin", ".safetensors"])
def test_what_is_no_model_is_an_error(content: bytes, suffix: str, tmp_path: Path):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)

    with pytest.raises(ModelError):
        describe_file(path)
