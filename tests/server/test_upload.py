"""ComfyUI's uploads (COMPAT.md B2)."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests.server.conftest import Answer, Client, Serving
from tests.server.pictures import bomb_png, huge_png, opened, png


def send(
    client: Client, content: bytes = b"", route: str = "image", name: str = "a.png", **texts: str
) -> Answer:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("image", content or png(), filename=name, content_type="image/png")
    for key, text in texts.items():
        form.add_field(key, text)
    return client.post(f"/upload/{route}", data=form)


def ref(filename: str, **more: str) -> str:
    return json.dumps({"filename": filename, **more})


def names(client: Client, kind: str = "input") -> list[str]:
    folder = client.services.folders.base / kind
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*.*"))


def test_upload_tells_where_it_lies(client: Client):
    answer = send(client)

    assert answer.status == 200
    assert answer.json() == {"name": "a.png", "subfolder": "", "type": "input"}
    assert (client.services.folders.input / "a.png").read_bytes() == png()


@pytest.mark.parametrize("kind", ["input", "temp", "output"])
def test_upload_goes_where_it_is_told(client: Client, kind: str):
    answer = send(client, type=kind, subfolder="sub/deep")

    assert answer.json() == {"name": "a.png", "subfolder": "sub/deep", "type": kind}
    assert names(client, kind) == ["sub/deep/a.png"]


def test_fields_may_come_before_the_picture(client: Client):
    form = aiohttp.FormData()
    form.add_field("overwrite", "1")
    form.add_field("image", png(), filename="a.png")

    assert client.post("/api/upload/image", data=form).json()["name"] == "a.png"


def test_other_content_gets_a_number_and_the_same_is_used_again(client: Client):
    found = [
        send(client, png(colour=colour)).json()["name"]
        for colour in [(1, 1, 1), (2, 2, 2), (1, 1, 1), (2, 2, 2), (3, 3, 3)]
    ]

    assert found == ["a.png", "a (1).png", "a.png", "a (1).png", "a (2).png"]


@pytest.mark.parametrize("word", ["true", "1"])
def test_overwriting_replaces(client: Client, word: str):
    send(client)

    answer = send(client, png(colour=(1, 1, 1)), overwrite=word)

    assert answer.json()["name"] == "a.png"
    assert names(client) == ["a.png"]
    assert (client.services.folders.input / "a.png").read_bytes() == png(colour=(1, 1, 1))


@pytest.mark.parametrize(
    "given",
    [
        {"type": "models"},
        {"type": "../x"},
        {"subfolder": ".."},
        {"subfolder": "/etc"},
        {"subfolder": "a/../../b"},
        {"subfolder": "..\\.."},
        {"name": "../a.png"},
        {"name": "..\\a.png"},
        {"name": ".a.png"},
    ],
)
def test_upload_that_leads_out_is_refused(client: Client, given: dict[str, Any]):
    assert send(client, **given).status == 400
    assert names(client) == []
    assert not (client.services.folders.base / "a.png").exists()


def test_form_without_a_picture_is_refused(client: Client):
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("overwrite", "true")

    assert client.post("/upload/image", data=form).status == 400
    assert client.post("/upload/image", data=b"x").status == 400


def test_form_of_too_many_fields_is_refused(client: Client):
    form = aiohttp.FormData(default_to_multipart=True)
    for place in range(100):
        form.add_field(f"f{place}", "x")

    assert client.post("/upload/image", data=form).status == 400


def test_field_that_is_too_long_is_refused(client: Client):
    assert send(client, subfolder="a" * 100_000).status == 400


@pytest.mark.parametrize("content", [huge_png(), bomb_png()], ids=["pixels", "text"])
@pytest.mark.parametrize("route", ["image", "mask"])
def test_bomb_is_refused(client: Client, content: bytes, route: str):
    send(client, name="original.png")

    answer = send(client, content, route, original_ref=ref("original.png", type="input"))

    assert answer.status == 413
    assert names(client) == ["original.png"]


def test_upload_above_the_limit_leaves_nothing(serving: Serving):
    client = serving(max_upload_bytes=5000)

    assert send(client, bytes(6000)).status == 413
    assert names(client) == []


def test_mask_becomes_the_transparency_of_the_original(client: Client):
    original = png((8, 6), (200, 10, 10), {"prompt": '{"1": {}}'})
    send(client, original, name="original.png", type="output")

    answer = send(
        client,
        png((8, 6), (0, 0, 0, 77)),
        "mask",
        name="mask.png",
        subfolder="clipspace",
        original_ref=ref("original.png", subfolder="", type="output"),
    )
    result = opened((client.services.folders.input / "clipspace/mask.png").read_bytes())

    assert answer.json() == {"name": "mask.png", "subfolder": "clipspace", "type": "input"}
    assert result.getpixel((0, 0)) == (200, 10, 10, 77)
    assert result.text == {"prompt": '{"1": {}}'}  # pyright: ignore


def test_mask_of_another_size_is_fitted(client: Client):
    send(client, png((8, 6)), name="original.png")

    send(client, png((4, 3), (0, 0, 0, 0)), "mask", original_ref=ref("original.png", type="input"))
    result = opened((client.services.folders.input / "a.png").read_bytes())

    assert (result.size, result.getpixel((7, 5))) == ((8, 6), (200, 10, 10, 0))


def saved(picture: Image.Image, kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def masked(client: Client, original: bytes, name: str) -> Image.Image:
    """Return what becomes of a picture whose left half is masked."""
    send(client, original, name=name)
    mask = Image.new("RGBA", (8, 6))
    mask.paste((0, 0, 0, 255), (4, 0, 8, 6))
    reference = ref(name, type="input")
    send(client, saved(mask, "PNG"), "mask", name="mask.png", original_ref=reference)
    return opened((client.services.folders.input / "mask.png").read_bytes())


def test_masked_picture_keeps_the_colours_below_what_was_transparent(client: Client):
    original = Image.new("RGBA", (8, 6), (200, 10, 10, 0))

    result = masked(client, saved(original, "WEBP", lossless=True, exact=True), "original.webp")

    assert result.getpixel((0, 0)) == (200, 10, 10, 0)
    assert result.getpixel((7, 0)) == (200, 10, 10, 255)


def test_masked_picture_of_16_bits_keeps_its_greys(client: Client):
    original = Image.new("I;16", (8, 6), 100 * 257)

    result = masked(client, saved(original, "PNG"), "original.png")

    assert result.getpixel((7, 0)) == (100, 100, 100, 255)


def test_mask_fits_a_picture_that_is_turned_before_it_is_seen(client: Client):
    exif = Image.Exif()
    exif[0x0112] = 6
    original = Image.new("RGB", (6, 8), (200, 10, 10))

    result = masked(client, saved(original, "PNG", exif=exif), "original.png")

    assert (result.size, result.getpixel((0, 5))) == ((8, 6), (200, 10, 10, 0))


@pytest.mark.parametrize(
    ("original", "status"),
    [
        ("", 400),
        ("no json", 400),
        ("[]", 400),
        ("{}", 400),
        (ref("none.png"), 404),
        (ref("../secret.png"), 400),
        (ref("secret.png", subfolder="..", type="input"), 403),
        (ref("/etc/passwd"), 400),
    ],
)
def test_mask_of_nothing_is_refused(client: Client, original: str, status: int):
    assert send(client, png(), "mask", original_ref=original).status == status
    assert names(client) == []
