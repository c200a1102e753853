import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.diffusion.imaging.animations import png_animation, webp_animation
from engine.diffusion.imaging.picture_texts import NOTHING, describe_picture
from engine.errors import StorageError

PARAMETERS = "a café <lora:x:1>\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, Seed: 7"
PROMPT = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["1", 0]}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat"}, "_meta": {"title": "Good"}},
}


def png(path: Path, **texts: str) -> Path:
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_itxt(keyword, text)
    Image.new("RGB", (3, 2)).save(path, pnginfo=info)
    return path


def test_parameters_are_shown_as_they_are(tmp_path: Path):
    told = describe_picture(png(tmp_path / "a.png", parameters=PARAMETERS))

    assert told == f"a.png: PNG, 3 x 2 pixels\n\nparameters:\n{PARAMETERS}"


def test_a_graph_is_shown_by_the_values_of_its_nodes(tmp_path: Path):
    texts = {"prompt": json.dumps(PROMPT), "workflow": "{}"}

    told = describe_picture(png(tmp_path / "a.png", **texts)).split("\n\n")

    assert told[1:] == [
        'prompt: 2 nodes\n3 KSampler: seed 7\n4 Good: text "a cat"',
        "workflow: a graph of 2 characters, which opens in the editor",
    ]


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}', "[" * 9999])
def test_a_prompt_that_is_none_is_shown_as_text(tmp_path: Path, text: str):
    told = describe_picture(png(tmp_path / "a.png", prompt=text))

    assert f"prompt:\n{text[:2000]}" in told


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-16"])
@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_a_user_comment_is_the_parameters(tmp_path: Path, suffix: str, encoding: str):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + PARAMETERS.encode(encoding)
    path = tmp_path / f"a{suffix}"
    Image.new("RGB", (8, 8)).save(path, exif=exif)

    assert describe_picture(path).endswith(f"parameters:\n{PARAMETERS}")


def test_animations_say_how_they_were_made(tmp_path: Path):
    frames, texts = torch.rand(2, 4, 4, 3), {"prompt": json.dumps(PROMPT), "workflow": "{}"}
    (tmp_path / "a.png").write_bytes(b"".join(png_animation(frames, 100, texts, 1)))
    film = webp_animation(
        frames, 100, texts, lossless=True, quality=0, method="fastest", on_frame=lambda: None
    )
    (tmp_path / "a.webp").write_bytes(film)

    for name in ("a.png", "a.webp"):
        told = describe_picture(tmp_path / name)
        assert '4 Good: text "a cat"' in told
        assert "workflow: a graph of 2 characters" in told


def test_a_long_text_is_cut(tmp_path: Path):
    assert len(describe_picture(png(tmp_path / "a.png", Comment="x" * 99_999))) < 2100


def test_a_picture_without_texts_says_nothing(tmp_path: Path):
    assert describe_picture(png(tmp_path / "a.png")).endswith(NOTHING)


def test_what_is_no_picture_is_refused(tmp_path: Path):
    (tmp_path / "a.png").write_text("no picture")

    with pytest.raises(StorageError, match="no picture that can be read"):
        describe_picture(tmp_path / "a.png")
