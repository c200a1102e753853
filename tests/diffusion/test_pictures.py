import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from engine.diffusion.imaging import pictures
from engine.diffusion.imaging.pictures import encode_png, to_pillow
from engine.diffusion.imaging.png_chunks import encode_png16
from engine.errors import NodeError, StorageError


def saved(path: Path, picture: Image.Image, **options: object) -> Path:
    """Write a picture and return its path."""
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes) -> bytes:
    """Return an 8-bit RGB PNG with this header and these rows, which need not agree."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_picture_becomes_numbers_between_zero_and_one(tmp_path: Path):
    path = saved(tmp_path / "a.png", Image.new("RGB", (3, 2), (255, 51, 0)))

    image = pictures.load_picture(path).image

    assert image.shape == (1, 2, 3, 3)
    assert image[0, 1, 2].tolist() == pytest.approx([1.0, 0.2, 0.0])


def test_a_picture_without_alpha_has_an_empty_mask(tmp_path: Path):
    path = saved(tmp_path / "a.png", Image.new("RGB", (3, 2)))

    assert torch.equal(pictures.load_picture(path).mask, torch.zeros(1, 64, 64))


def test_the_mask_is_white_where_the_picture_is_transparent(tmp_path: Path):
    picture = Image.new("RGBA", (2, 1), (10, 20, 30, 255))
    picture.putpixel((1, 0), (10, 20, 30, 51))

    loaded = pictures.load_picture(saved(tmp_path / "a.png", picture))

    assert loaded.mask[0, 0].tolist() == pytest.approx([0.0, 0.8])
    assert loaded.image.shape == (1, 1, 2, 3)


def test_a_palette_may_hold_a_transparent_colour(tmp_path: Path):
    picture = Image.new("P", (2, 1), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.putpixel((0, 0), 0)

    loaded = pictures.load_picture(saved(tmp_path / "a.png", picture, transparency=0))

    assert loaded.mask[0, 0].tolist() == [1.0, 0.0]
    assert loaded.image[0, 0, 1].tolist() == [1.0, 0.0, 0.0]


def test_sixteen_bit_grey_keeps_its_precision(tmp_path: Path):
    values = np.array([[0, 1, 32768, 65535]], dtype=np.uint16)

    image = pictures.load_picture(saved(tmp_path / "a.png", Image.fromarray(values))).image

    assert image[0, 0, :, 0].tolist() == pytest.approx([0.0, 1 / 65535, 32768 / 65535, 1.0])


def test_a_turned_photograph_is_set_upright(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter to the right

    path = saved(tmp_path / "a.jpg", Image.new("RGB", (8, 4)), exif=exif)

    assert pictures.load_picture(path).image.shape == (1, 8, 4, 3)


def test_the_frames_of_an_animation_are_a_batch(tmp_path: Path):
    frames = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in (0, 102, 255)]
    path = saved(tmp_path / "a.png", frames[0], save_all=True, append_images=frames[1:])

    image = pictures.load_picture(path).image

    assert image[:, 0, 0, 0].tolist() == pytest.approx([0.0, 0.4, 1.0])


def test_pages_of_another_size_are_left_out(tmp_path: Path):
    pages = [Image.new("RGB", size) for size in ((4, 4), (2, 2), (4, 4))]
    path = saved(tmp_path / "a.tiff", pages[0], save_all=True, append_images=pages[1:])

    assert pictures.load_picture(path).image.shape == (2, 4, 4, 3)


@pytest.mark.parametrize(
    ("channel", "expected"), [("red", 0.2), ("green", 0.4), ("blue", 0.6), ("alpha", 0.8)]
)
def test_one_channel_is_read_as_a_mask(tmp_path: Path, channel: str, expected: float):
    path = saved(tmp_path / "a.png", Image.new("RGBA", (2, 1), (51, 102, 153, 51)))

    assert pictures.load_channel(path, channel).tolist() == [[pytest.approx([expected] * 2)]]


def test_the_alpha_mask_of_an_opaque_picture_is_black_at_its_size(tmp_path: Path):
    path = saved(tmp_path / "a.png", Image.new("RGB", (3, 2), "white"))

    assert torch.equal(pictures.load_channel(path, "alpha"), torch.zeros(1, 2, 3))


def test_a_file_that_is_no_picture_is_refused_with_what_can_be_read(tmp_path: Path):
    path = tmp_path / "notes.png"
    path.write_text("no picture")

    with pytest.raises(StorageError, match=r'"notes.png" is no picture .* Use PNG, JPEG'):
        pictures.load_picture(path)


def test_a_picture_that_needs_another_program_is_refused(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n")

    with pytest.raises(StorageError, match="is no picture"):
        pictures.load_picture(path)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(StorageError, match=r'"gone.png" can not be read: No such file'):
        pictures.load_picture(tmp_path / "gone.png")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif", ".bmp", ".tiff"])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = saved(tmp_path / f"a{suffix}", Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(StorageError, match=f'"a{suffix}"'):
        pictures.load_picture(path)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(8, 16), (16, 8), (9, 8), (8, 4), (4, 8), (12_000, 12_000)])
def test_a_png_that_lies_about_its_size_is_refused(tmp_path: Path, size: tuple[int, int]):
    path = tmp_path / "liar.png"
    path.write_bytes(png(*size, rows=8 * (b"\0" + b"\x80" * 24)))

    with pytest.raises(StorageError, match=r'"liar.png" says that it is \d+ x \d+ pixels, but'):
        pictures.load_picture(path)


def test_a_png_that_claims_too_many_pixels_is_refused_before_it_is_read(tmp_path: Path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png(100_000, 100_000, rows=b""))

    with pytest.raises(StorageError, match="too many pixels: at most 178,956,970"):
        pictures.load_picture(path)


def test_a_png_that_unfolds_to_far_more_than_its_size_is_refused(tmp_path: Path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png(8, 8, rows=bytes(50_000_000)))

    with pytest.raises(StorageError, match="holds more than that"):
        pictures.load_picture(path)


def test_frames_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    frames = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in (0, 102, 255)]
    path = saved(tmp_path / "a.png", frames[0], save_all=True, append_images=frames[1:])
    monkeypatch.setattr(pictures, "MAX_PIXELS", 40)

    with pytest.raises(StorageError, match="all frames together"):
        pictures.load_picture(path)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("interlaced", [False, True])
def test_every_honest_kind_of_png_is_read(tmp_path: Path, mode: str, interlaced: bool):
    path = tmp_path / "a.png"
    saved(path, Image.new(mode, (13, 7)))
    if interlaced:
        path.write_bytes(adam7(13, 7))

    assert pictures.load_picture(path).image.shape == (1, 7, 13, 3)


def adam7(width: int, height: int) -> bytes:
    """Return an interlaced black 8-bit grey PNG, by the table of the specification."""
    rows = b""
    for left, top, across, down in [
        *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
        *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
    ]:
        columns = len(range(left, width, across))
        rows += len(range(top, height, down)) * bytes(1 + columns) if columns else b""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from(["png", "jpeg", "webp", "gif", "bmp", "tiff"]),
    place=st.floats(0, 1, exclude_max=True),
    damage=st.binary(min_size=1, max_size=8),
)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::Warning:PIL")
def test_damage_gives_a_picture_or_our_error(
    tmp_path: Path, suffix: str, place: float, damage: bytes
):
    file = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(noise).save(file, suffix)
    data = bytearray(file.getvalue())
    start = int(place * len(data))
    data[start : start + len(damage)] = damage
    path = tmp_path / "a"
    path.write_bytes(data)

    try:
        found = pictures.load_picture(path).image.shape[-1]
    except StorageError:
        found = 3

    assert found == 3


def read_back(data: bytes) -> PngImageFile:
    """Open an encoded PNG."""
    picture = Image.open(io.BytesIO(data))
    assert isinstance(picture, PngImageFile)
    return picture


def test_every_eight_bit_value_survives_saving():
    values = torch.arange(256).reshape(16, 16, 1).expand(16, 16, 3)

    data = pictures.encode_png(values / 255, {})

    assert np.asarray(read_back(data)).tolist() == values.tolist()


def test_values_between_are_cut_and_values_outside_clipped():
    image = torch.tensor([-1.0, 0.5, 0.9999, 2.0]).reshape(1, 4, 1).expand(1, 4, 3)

    data = pictures.encode_png(image, {})

    assert np.asarray(read_back(data))[0, :, 0].tolist() == [0, 127, 254, 255]


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_the_channels_decide_the_kind_of_png(channels: int, mode: str):
    assert read_back(pictures.encode_png(torch.zeros(2, 2, channels), {})).mode == mode


def test_a_batch_becomes_pillow_pictures():
    batch = torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1).expand(2, 1, 2, 3)

    shades = [picture.getpixel((1, 0)) for picture in pictures.to_pillow(batch)]

    assert shades == [(0, 0, 0), (255, 255, 255)]


def test_texts_can_be_read_back_by_keyword():
    text = json.dumps({"1": {"inputs": {"text": "ein Bär, 🐻"}}})

    assert read_back(pictures.encode_png(torch.zeros(1, 1, 3), {"prompt": text})).text == {
        "prompt": text
    }


def test_a_picture_with_a_huge_text_is_refused(tmp_path: Path):
    info = PngInfo()
    info.add_text("prompt", "a" * 2_000_000, zip=True)
    path = saved(tmp_path / "a.png", Image.new("RGB", (1, 1)), pnginfo=info)

    with pytest.raises(StorageError, match=r'"a.png"'):
        pictures.load_picture(path)


@pytest.mark.parametrize("encode", [encode_png, encode_png16])
def test_a_picture_of_no_numbers_is_not_written_black(encode: Callable[..., bytes]):
    with pytest.raises(NodeError, match="would be black: its values are not numbers"):
        encode(torch.full((8, 8, 3), torch.nan), {})


def test_single_values_that_are_no_numbers_are_black():
    image = torch.ones(1, 2, 3)
    image[0, 0, 0] = torch.nan

    (picture,) = to_pillow(image[None])

    assert picture.getpixel((0, 0)) == (0, 255, 255)
