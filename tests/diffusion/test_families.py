from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

from engine.diffusion.families import FAMILIES, SD1, family_of
from engine.diffusion.model_files.checkpoint import Config, Contents, read_contents
from engine.diffusion.model_files.convert import unet_names
from engine.diffusion.model_files.describe import describe_file
from engine.diffusion.model_files.tensor_info import TensorInfo
from engine.errors import ModelError
from tests.tiny_models import (
    TinyModel,
    config_text,
    original_state,
    write_ckpt,
    write_folder,
    write_single_file,
)

REFERENCE = Path(__file__).parents[1] / "reference"
FILE = Path("sd15.safetensors")


def sd15_tensors() -> dict[str, TensorInfo]:
    lines = (REFERENCE / "sd15_tensors.tsv").read_text().splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {
        name: TensorInfo(FILE, name, tuple(int(n) for n in shape.split("x")), "float16", 0)
        for name, shape in rows
    }


def contents_of(
    tensors: Mapping[str, TensorInfo], configs: Mapping[str, Config] | None = None
) -> Contents:
    return Contents(FILE, tensors, configs or {})


def shapes(module: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def squeezed(tensors: Mapping[str, TensorInfo]) -> dict[str, tuple[int, ...]]:
    """Return shapes with the autoencoder's attention convolutions as matrices."""
    return {
        name: info.shape[:2] if "mid_block.attentions" in name else info.shape
        for name, info in tensors.items()
    }


def test_stable_diffusion_1_5_is_recognised_with_all_its_parts():
    contents = contents_of(sd15_tensors())

    assert family_of(contents) is SD1
    assert SD1.parts(contents) == ("model", "text_encoder", "vae")


def test_every_unet_tensor_of_sd15_has_its_place():
    network = SD1.network(contents_of(sd15_tensors()), "model")

    with torch.device("meta"):
        unet = UNet2DConditionModel(**network.config)

    assert {name: info.shape for name, info in network.tensors.items()} == shapes(unet)
    assert network.config["attention_head_dim"] == 8


def test_every_vae_tensor_of_sd15_has_its_place():
    network = SD1.network(contents_of(sd15_tensors()), "vae")

    with torch.device("meta"):
        vae = AutoencoderKL(**network.config)

    assert squeezed(network.tensors) == shapes(vae)


def test_every_text_encoder_tensor_of_sd15_has_its_place():
    network = SD1.network(contents_of(sd15_tensors()), "text_encoder")

    with torch.device("meta"):
        encoder = CLIPTextModel(CLIPTextConfig(**network.config))

    assert {name: info.shape for name, info in network.tensors.items()} == shapes(encoder)
    assert network.config["num_attention_heads"] == 12


def test_a_model_of_other_widths_and_depths_is_described_by_its_shapes(
    tmp_path: Path, model: TinyModel
):
    contents = read_contents(write_single_file(model, tmp_path / "tiny.safetensors"))

    config = SD1.network(contents, "model").config

    assert config["block_out_channels"] == [32, 64]
    assert config["layers_per_block"] == 1
    assert config["cross_attention_dim"] == 64
    assert config["down_block_types"] == ["CrossAttnDownBlock2D", "DownBlock2D"]
    assert config["up_block_types"] == ["UpBlock2D", "CrossAttnUpBlock2D"]


def test_a_model_with_one_level_counts_its_layers_without_a_downsampler():
    names = [f"input_blocks.{k}.0.in_layers.0.weight" for k in (1, 2)]
    names += [f"output_blocks.{k}.0.in_layers.0.weight" for k in (0, 1, 2)]

    found = unet_names(names).values()

    assert "down_blocks.0.resnets.1.norm1.weight" in found
    assert "up_blocks.0.resnets.2.norm1.weight" in found


def test_the_inpainting_model_differs_in_its_input_channels():
    tensors = sd15_tensors()
    name = "model.diffusion_model.input_blocks.0.0.weight"
    tensors[name] = TensorInfo(FILE, name, (320, 9, 3, 3), "float16", 0)

    config = SD1.network(contents_of(tensors), "model").config

    assert (config["in_channels"], config["out_channels"]) == (9, 4)


def test_a_config_says_what_shapes_cannot_tell(tmp_path: Path, model: TinyModel):
    text = config_text(unet={"attention_head_dim": 4}, vae={"scaling_factor": 0.5})
    path = write_single_file(model, tmp_path / "x.safetensors", {"config": text})

    told_by = describe_file(path).told_by

    assert SD1.network(read_contents(path), "model").config["attention_head_dim"] == 4
    assert SD1.training(read_contents(path)).latent_scale == 0.5
    assert told_by["unet.attention_head_dim"] == 'the metadata inside "x.safetensors"'
    assert told_by["unet.norm_num_groups"] == "the family sd1"


@pytest.mark.parametrize(
    ("metadata", "prediction"),
    [
        ({}, "eps"),
        ({"modelspec.prediction_type": "v"}, "v"),
        ({"config": config_text(scheduler={"prediction_type": "v_prediction"})}, "v"),
    ],
)
def test_the_prediction_type_is_read_from_the_metadata(
    tmp_path: Path, model: TinyModel, metadata: dict[str, str], prediction: str
):
    path = write_single_file(model, tmp_path / "x.safetensors", metadata)

    assert SD1.training(read_contents(path)).prediction == prediction


def test_a_tensor_named_v_pred_marks_a_v_model(tmp_path: Path, model: TinyModel):
    save_file(original_state(model) | {"v_pred": torch.zeros(0)}, tmp_path / "x.safetensors")

    training = SD1.training(read_contents(tmp_path / "x.safetensors"))

    assert training.prediction == "v"
    assert training.told_by["scheduler.prediction_type"] == 'the mark "v_pred" in "x.safetensors"'


@pytest.mark.parametrize(
    "scheduler",
    [
        {"prediction_type": "flow"},
        {"beta_schedule": "sigmoid"},
        {"rescale_betas_zero_snr": "yes"},
        {"trained_betas": [0.1, 0.2]},
        {"prediction_type": ["epsilon"]},
        {"beta_start": "small"},
        {"beta_end": float("nan")},
        {"num_train_timesteps": 10**12},
    ],
)
def test_training_that_is_not_supported_is_refused(scheduler: dict[str, object]):
    contents = contents_of(sd15_tensors(), {"scheduler": Config(scheduler, "a test")})

    with pytest.raises(ModelError, match="trained in a way that is not supported"):
        SD1.training(contents)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["lora_unet_down_blocks_0.lora_down.weight"], "looks like a LoRA"),
        (["conditioner.embedders.0.x", "model.diffusion_model.x"], "Stable Diffusion XL"),
        (["cond_stage_model.model.ln_final.weight"], "Stable Diffusion 2"),
        (["double_blocks.0.img_mod.lin.weight"], "a Flux model"),
        (["encoder.conv_in.weight", "decoder.conv_in.weight"], "autoencoder alone"),
        (["bert.pooler.weight", "bert.pooler.bias"], '2 tensors such as "bert.pooler.weight"'),
        ([], "holds no tensors"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_looks_like(names: list[str], found: str):
    tensors = {name: TensorInfo(FILE, name, (1,), "float32", 0) for name in names}

    with pytest.raises(ModelError, match=found):
        family_of(contents_of(tensors))


def test_a_part_that_a_file_lacks_is_named_with_those_it_holds():
    tensors = {n: info for n, info in sd15_tensors().items() if not n.startswith("first_stage")}

    with pytest.raises(
        ModelError, match="holds no autoencoder; it holds: diffusion model, text encoder"
    ):
        SD1.network(contents_of(tensors), "vae")


def test_a_tensor_that_tells_the_network_is_named_when_it_is_missing():
    tensors = sd15_tensors()
    del tensors["model.diffusion_model.out.2.weight"]

    with pytest.raises(ModelError, match=r'lacks the tensor "conv_out.weight"'):
        SD1.network(contents_of(tensors), "model")


@pytest.mark.parametrize(
    ("write", "name"),
    [(write_folder, "x"), (write_single_file, "x.safetensors"), (write_ckpt, "x.ckpt")],
)
def test_a_model_is_described_from_its_headers(
    tmp_path: Path, model: TinyModel, write: Callable[[TinyModel, Path], Path], name: str
):
    path = write(model, tmp_path / name)

    info = describe_file(path)

    assert info.family == "sd1"
    assert info.parts == ("model", "text_encoder", "vae")
    assert info.dtype == "float32"
    assert 1_000_000 < info.size_bytes < 20_000_000


def test_describing_a_folder_needs_no_torch(tmp_path: Path, model: TinyModel):
    folder = write_folder(model, tmp_path / "x")
    code = (
        "import sys, pathlib; from engine.diffusion.model_files.describe import describe_file;"
        "describe_file(pathlib.Path(sys.argv[1])); sys.exit('torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code, folder], check=False)

    assert done.returncode == 0


def test_family_names_are_those_they_are_registered_under():
    assert all(name == family.name for name, family in FAMILIES.items())
