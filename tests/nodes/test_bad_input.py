"""Bad input, as the nodes meet it in a graph: refused before sampling, with both sides named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, ControlNetModel
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.diffusion.denoising.denoiser import Denoiser
from engine.document import document_from
from engine.engine import Engine, Settings
from engine.errors import EngineError
from engine.events import Warned
from engine.paths import Folders
from engine.running.report import Report
from tests.model_files import write_shapes
from tests.tiny_models import original_vae_name

MODELS = Path(__file__).parents[2] / "models" / "checkpoints"
ATTENTION = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_v"
#: nodes by id: type, values, links
Nodes = dict[str, tuple[str, dict[str, Any]]]
Refused = Callable[[Nodes], EngineError]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    base = tmp_path_factory.mktemp("base")
    (base / "models").mkdir()
    (base / "models" / "checkpoints").symlink_to(MODELS)
    engine = Engine.with_built_ins(Folders.at(base), Settings(precision="fp32", device="cpu"))
    yield engine
    engine.close()


@pytest.fixture
def put(engine: Engine) -> Callable[..., str]:
    """Write tensors or bytes to a folder of models; return the name."""

    def put(kind: str, content: Mapping[str, Tensor] | bytes, name: str = "x.safetensors") -> str:
        path = engine.folders.base / "models" / kind / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            save_file(dict(content), path)
        return name

    return put


@pytest.fixture
def run(engine: Engine) -> Callable[..., Report]:
    """Run a text-to-image graph with some nodes added or changed; warnings go to `told`."""

    def run(nodes: Nodes, told: list[str] | None = None) -> Report:
        written = {id_: _written(*node) for id_, node in (graph() | nodes).items()}
        document = document_from({"format": "sfumato", "version": 1, "nodes": written})

        def hear(event: Any) -> None:
            if told is not None and isinstance(event, Warned):
                told.append(event.message)

        return engine.run(document, on_event=hear)

    return run


@pytest.fixture
def failed(run: Callable[..., Report]) -> Refused:
    """Return the error of a run, which must have saved nothing."""

    def failed(nodes: Nodes) -> EngineError:
        try:
            report = run(nodes)
        except EngineError as error:
            return error
        assert report.error is not None, "nothing was wrong"
        assert "6" not in report.ran
        return report.error

    return failed


@pytest.fixture
def refused(failed: Refused, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Return the error of a run in which the model must not be asked anything."""

    asked: list[Any] = []
    monkeypatch.setattr(Denoiser, "__call__", lambda *given: asked.append(given))

    def refused(nodes: Nodes) -> EngineError:
        error = failed(nodes)
        assert not asked
        return error

    return refused


def _written(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    links = {name: value for name, value in inputs.items() if isinstance(value, list)}
    values = {name: value for name, value in inputs.items() if name not in links}
    return {"type": kind, "values": values, "links": links}


def graph() -> Nodes:
    sides = {"positive": ["2", 0], "negative": ["2", 0], "latent_image": ["3", 0]}
    how = {"seed": 1, "steps": 2, "sampler_name": "euler", "scheduler": "normal"}
    return {
        "1": ("CheckpointLoaderSimple", {"ckpt_name": "emoji-mini"}),
        "2": ("CLIPTextEncode", {"clip": ["1", 1], "text": "a red apple"}),
        "3": ("EmptyLatentImage", {"width": 64, "height": 64}),
        "4": ("KSampler", {"model": ["1", 0], **sides, **how}),
        "5": ("VAEDecode", {"samples": ["4", 0], "vae": ["1", 2]}),
        "6": ("SaveImage", {"images": ["5", 0]}),
    }


def changed(id_: str, **inputs: Any) -> Nodes:
    kind, given = graph()[id_]
    return {id_: (kind, {**given, **inputs})}


def with_lora(name: str) -> Nodes:
    lora = ("LoraLoader", {"model": ["1", 0], "clip": ["1", 1], "lora_name": name})
    return {"7": lora} | changed("4", model=["7", 0]) | changed("2", clip=["7", 1])


def with_control(name: str) -> Nodes:
    steered = {"positive": ["2", 0], "negative": ["2", 0], "control_net": ["7", 0]}
    return {
        "7": ("ControlNetLoader", {"control_net_name": name}),
        "8": ("EmptyImage", {"width": 64, "height": 64}),
        "9": ("ControlNetApplyAdvanced", {**steered, "image": ["8", 0]}),
        **changed("4", positive=["9", 0], negative=["9", 1]),
    }


def with_levels(levels: str, sampler: str = "euler") -> Nodes:
    _, given = graph()["4"]
    kept = {name: given[name] for name in ("model", "positive", "negative", "latent_image")}
    custom = {**kept, "sampler": ["7", 0], "sigmas": ["8", 0]}
    return {
        "4": ("SamplerCustom", custom),
        "7": ("KSamplerSelect", {"sampler_name": sampler}),
        "8": ("ManualSigmas", {"sigmas": levels}),
    }


def lora_on(module: str, inputs: int, outputs: int) -> dict[str, Tensor]:
    down, up = torch.ones(4, inputs), torch.ones(outputs, 4)
    return {f"{module}.lora_down.weight": down, f"{module}.lora_up.weight": up}


def test_a_lora_for_another_family_names_both(put: Callable[..., str], refused: Refused):
    wide = lora_on("lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", 2048, 640)

    error = refused(with_lora(put("loras", wide)))

    assert error.node_id == "7"
    assert "made for sdxl; the model is of the family sd1" in error.message
    assert "[640, 2048] for [128, 96]" in error.message


def test_half_a_lora_names_what_it_lacks(put: Callable[..., str], refused: Refused):
    whole = lora_on(ATTENTION, 96, 192)
    half = {name: tensor for name, tensor in whole.items() if "down" in name}

    error = refused(with_lora(put("loras", half)))

    assert f"with 1 of 2 tensors missing ({ATTENTION}.lora_up.weight)" in error.message


def test_a_lora_that_is_cut_short(put: Callable[..., str], refused: Refused, engine: Engine):
    name = put("loras", lora_on(ATTENTION, 96, 192))
    whole = (engine.folders.base / "models" / "loras" / name).read_bytes()

    error = refused(with_lora(put("loras", whole[:-100])))

    assert f"promises {len(whole):,} bytes, the file has {len(whole) - 100:,}" in error.message


class RunsCode:
    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("the code of the file ran",)


def test_a_pickle_that_wants_code(engine: Engine, refused: Refused, put: Callable[..., str]):
    put("loras", b"", "evil.pt")
    torch.save({"x": RunsCode()}, engine.folders.base / "models" / "loras" / "evil.pt")

    assert "could run code" in refused(with_lora("evil.pt")).message


def test_a_controlnet_for_another_family_names_both(
    engine: Engine, put: Callable[..., str], refused: Refused
):
    put("controlnet", b"")
    path = engine.folders.base / "models" / "controlnet" / "xl.safetensors"
    key = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    write_shapes(
        path, {"controlnet_cond_embedding.conv_in.weight": (16, 3, 3, 3), key: (640, 2048)}
    )

    error = refused(with_control("xl.safetensors"))

    assert error.node_id == "7"
    assert "for models of the family sdxl, but what is steered here is sd1" in error.message


def test_a_controlnet_of_other_widths_names_both(put: Callable[..., str], refused: Refused):
    small: Any = {"cross_attention_dim": 96, "conditioning_embedding_out_channels": (4, 4, 4, 4)}
    net = ControlNetModel(block_out_channels=(32, 32, 32, 32), layers_per_block=1, **small)

    error = refused(with_control(put("controlnet", net.state_dict())))

    assert error.node_id == "4"
    assert "block_out_channels [32, 32, 32, 32]" in error.message
    assert "this diffusion model has [64, 128, 192]" in error.message


def test_a_vae_of_other_latent_channels_names_both(put: Callable[..., str], refused: Refused):
    blocks: Any = {"block_out_channels": (32,), "latent_channels": 16}
    state = AutoencoderKL(**blocks).state_dict()
    name = put("vae", {original_vae_name(key): tensor for key, tensor in state.items()})

    error = refused({"7": ("VAELoader", {"vae_name": name})} | changed("5", vae=["7", 0]))

    assert error.node_id == "7"
    assert "latents of 16 channels, as flux or sd3 has them" in error.message
    assert "have 4 (sd1)" in error.message


def test_an_embedding_of_another_width_names_both(put: Callable[..., str], refused: Refused):
    put("embeddings", {"emb_params": torch.ones(1, 768)}, "wide.safetensors")

    error = refused(changed("2", text="embedding:wide"))

    assert "its vectors have 768 numbers, the encoder takes 96" in error.message


def test_an_embedding_of_nan_is_named(put: Callable[..., str], refused: Refused):
    put("embeddings", {"emb_params": torch.full((1, 96), torch.nan)}, "nan.safetensors")

    assert (
        'Embedding "nan.safetensors" is damaged'
        in refused(changed("2", text="embedding:nan")).message
    )


def test_an_embedding_that_is_not_there_is_told_of(run: Callable[..., Report]):
    told: list[str] = []

    report = run(changed("2", text="embedding:absent"), told)

    assert report.error is None
    assert told == [
        'There is no "embedding:absent" in models/embeddings; it is read as plain text.'
    ]


def test_a_tile_smaller_than_its_overlap_names_both(refused: Refused):
    tiled = {"samples": ["4", 0], "vae": ["1", 2], "tile_size": 64, "overlap": 128}

    error = refused({"5": ("VAEDecodeTiled", tiled)})

    assert "Tiles of 64 cannot overlap by 128" in error.message


@pytest.mark.parametrize(
    ("levels", "sampler", "said"),
    [
        ("14, 3, 7, 0", "euler", "level 2 is 3, the next 7"),
        ("14, nan, 0", "euler", "no noise level nan"),
        ("14, 3, -1", "euler", "no noise level -1"),
        ("0.1, 3, 14", "dpmpp_2m_sde", "rise from 0.1 to 14, and this sampler only removes noise"),
    ],
)
def test_levels_that_can_not_be_sampled(levels: str, sampler: str, said: str, refused: Refused):
    assert said in refused(with_levels(levels, sampler)).message


def test_rising_levels_are_for_samplers_that_can_invert(run: Callable[..., Report]):
    assert run(with_levels("0.1, 3, 14")).error is None


@pytest.mark.parametrize(("levels", "count"), [("", 0), ("14", 1)])
def test_a_schedule_without_a_step_leaves_the_latent_with_a_warning(
    levels: str, count: int, run: Callable[..., Report]
):
    told: list[str] = []

    report = run(with_levels(levels), told)

    assert report.error is None
    assert [f"the schedule has {count} of them" in text for text in told] == [True]


def test_nan_from_the_model_names_node_and_step(put: Callable[..., str], failed: Refused):
    nan = {name: tensor * torch.nan for name, tensor in lora_on(ATTENTION, 96, 192).items()}

    error = failed(with_lora(put("loras", nan)))

    assert error.node_id == "4"
    assert "values that are not numbers at step 1 of 2" in error.message


@pytest.fixture
def nan_vae(put: Callable[..., str]) -> str:
    """Return an autoencoder whose halves both give NaN."""
    (file,) = (MODELS / "emoji-mini" / "vae").glob("*.safetensors")
    state = load_file(file)
    for name in ("decoder.conv_out.bias", "encoder.conv_out.bias"):
        state[name] = state[name] * torch.nan
    return put("vae", state)


@pytest.mark.parametrize("tiled", [False, True])
def test_nan_from_the_autoencoder_saves_no_black_picture(
    tiled: bool, nan_vae: str, failed: Refused
):
    kind = "VAEDecodeTiled" if tiled else "VAEDecode"
    decoding = {"samples": ["4", 0], "vae": ["7", 0]}

    error = failed({"5": (kind, decoding), "7": ("VAELoader", {"vae_name": nan_vae})})

    assert error.node_id == "5"
    assert "The autoencoder gave values that are not numbers" in error.message


@pytest.mark.parametrize("kind", ["VAEEncode", "VAEEncodeTiled"])
def test_nan_from_encoding_is_not_sampled(kind: str, nan_vae: str, refused: Refused):
    error = refused(
        {
            "3": (kind, {"pixels": ["8", 0], "vae": ["7", 0]}),
            "7": ("VAELoader", {"vae_name": nan_vae}),
            "8": ("EmptyImage", {"width": 64, "height": 64}),
        }
    )

    assert error.node_id == "3"
