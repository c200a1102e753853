"""`/view` and the lists of files and models, as ComfyUI's clients use them (COMPAT.md B2)."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import pytest

from tests.server.conftest import Client
from tests.server.pictures import huge_png, opened, png


def put(client: Client, name: str, content: bytes) -> Path:
    path = client.services.folders.base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def safetensors(metadata: dict[str, str] | None = None) -> bytes:
    header = json.dumps({"__metadata__": metadata} if metadata else {}).encode()
    return struct.pack("<Q", len(header)) + header


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_output_is_shown_without_a_type(client: Client, prefix: str):
    put(client, "output/a.png", png())

    answer = client.get(f"{prefix}/view?filename=a.png")

    assert (answer.status, answer.body) == (200, png())
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == 'filename="a.png"'


@pytest.mark.parametrize(
    "query",
    [
        "filename=a.png&type=input&subfolder=sub",
        "filename=a.png+[input]&subfolder=sub",
        "filename=a.png+[input]&subfolder=sub&type=output",
        "filename=a.png[input]&subfolder=sub",
        "filename=sub/a.png+[input]",
        "filename=a.png&type=input&subfolder=sub&rand=0.123&t=1",
        "filename=a.png&type=input&subfolder=sub%5C",
    ],
)
def test_file_is_named_in_many_ways(client: Client, query: str):
    put(client, "input/sub/a.png", png())

    assert client.get(f"/view?{query}").body == png()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("filename=", 400),
        ("filename=/etc/passwd", 400),
        ("filename=%5Cetc", 400),
        ("filename=../secret", 400),
        ("filename=sub/../../secret", 400),
        ("filename=secret&type=base", 400),
        ("filename=secret&subfolder=..", 403),
        ("filename=secret&subfolder=sub/../..", 403),
        ("filename=secret&subfolder=%2e%2e", 403),
        ("filename=secret&subfolder=..%5C", 403),
        ("filename=passwd&subfolder=/etc", 403),
        ("filename=secret&subfolder=C:", 403),
        ("filename=se%00cret", 403),
        ("filename=.hidden", 403),
        ("filename=none.png", 404),
        ("filename=sub", 404),
        ("filename=secret&subfolder=%252e%252e", 404),
    ],
)
def test_name_that_can_not_be_shown_is_refused(client: Client, query: str, status: int):
    put(client, "secret", b"secret")
    put(client, "output/sub/a.png", png())
    put(client, "output/.hidden", b"hidden")

    assert client.get(f"/view?{query}").status == status


def test_link_out_of_the_folder_is_denied(client: Client):
    put(client, "output/a.png", png())
    Path(client.services.folders.output / "link.png").symlink_to(put(client, "secret", b"x"))

    assert client.get("/view?filename=link.png").status == 403


@pytest.mark.parametrize("name", ["a.html", "a.js", "a.css", "a.svg", "a.xml"])
def test_what_a_browser_could_run_comes_as_bytes(client: Client, name: str):
    put(client, f"output/{name}", b"<b>")

    answer = client.get(f"/view?filename={name}")

    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert f'filename="{name}"' in answer.headers["Content-Disposition"]


def test_part_of_a_file_is_sent(client: Client):
    put(client, "output/a.mp4", bytes(range(100)))

    answer = client.get("/view?filename=a.mp4", headers={"Range": "bytes=-5"})

    assert (answer.status, answer.body) == (206, bytes(range(95, 100)))


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("webp;90", "WEBP"),
        ("jpeg;70", "JPEG"),
        ("jpeg", "JPEG"),
        ("png;90", "WEBP"),
        ("webp;5000", "WEBP"),
        ("jpeg;-1", "JPEG"),
        ("", "WEBP"),
    ],
)
def test_preview_is_another_format(client: Client, asked: str, kind: str):
    put(client, "output/a.png", png(colour=(1, 2, 3, 100)))

    answer = client.get(f"/view?filename=a.png&preview={asked}")

    assert opened(answer.body).format == kind
    assert answer.headers["Content-Type"] == f"image/{kind.lower()}"


def test_colours_come_without_transparency(client: Client):
    put(client, "output/a.png", png(colour=(10, 20, 30, 0)))

    shown = opened(client.get("/view?filename=a.png&channel=rgb").body)

    assert (shown.mode, shown.getpixel((0, 0))) == ("RGB", (10, 20, 30))


@pytest.mark.parametrize(("colour", "alpha"), [((1, 2, 3, 77), 77), ((1, 2, 3), 255)])
def test_transparency_comes_without_colours(client: Client, colour: tuple[int, ...], alpha: int):
    put(client, "output/a.png", png(colour=colour))

    shown = opened(client.get("/view?filename=a.png&channel=a").body)

    assert shown.getpixel((0, 0)) == (0, 0, 0, alpha)


def test_whole_picture_comes_as_it_is(client: Client):
    put(client, "output/a.png", png(texts={"prompt": "{}"}))

    answer = client.get("/view?filename=a.png&channel=rgba")

    assert answer.body == png(texts={"prompt": "{}"})


def test_picture_that_can_not_be_converted_is_refused(client: Client):
    put(client, "output/a.txt", b"text")
    put(client, "output/b.png", huge_png())

    assert client.get("/view?filename=a.txt&preview=webp;90").status == 400
    assert client.get("/view?filename=b.png&channel=rgb").status == 413


def test_header_of_a_model_is_shown(client: Client):
    put(client, "models/loras/a.safetensors", safetensors({"ss_tag": "x"}))

    answer = client.get("/view_metadata/loras?filename=a.safetensors")

    assert answer.json() == {"ss_tag": "x"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("loras", 400),
        ("loras?filename=none.safetensors", 404),
        ("loras?filename=bare.safetensors", 404),
        ("loras?filename=a.ckpt", 404),
        ("loras?filename=broken.safetensors", 404),
        ("loras?filename=../../secret.safetensors", 404),
        ("input?filename=bare.safetensors", 404),
        ("none?filename=bare.safetensors", 404),
    ],
)
def test_header_that_is_not_there_is_not_found(client: Client, path: str, status: int):
    put(client, "models/loras/bare.safetensors", safetensors())
    put(client, "models/loras/a.ckpt", b"PK")
    put(client, "models/loras/broken.safetensors", b"x")
    put(client, "secret.safetensors", safetensors({"a": "b"}))

    assert client.get(f"/view_metadata/{path}").status == status


def test_models_are_listed(client: Client):
    path = put(client, "models/loras/sub/a.safetensors", safetensors())
    put(client, "models/embeddings/hand.pt", b"x")

    files = client.get("/experiment/models/loras").json()

    assert "loras" in client.get("/models").json()
    assert client.get("/models/loras").json() == ["sub/a.safetensors"]
    assert client.get("/embeddings").json() == ["hand"]
    assert (files[0]["name"], files[0]["pathIndex"]) == ("sub/a.safetensors", 0)
    assert files[0]["modified"] == int(path.stat().st_mtime * 1000)


@pytest.mark.parametrize("path", ["/models/none", "/experiment/models/none", "/models/output"])
def test_unknown_kind_is_not_found(client: Client, path: str):
    assert client.get(path).status == 404


def test_only_an_admin_sees_where_models_lie(client: Client):
    base = str(client.services.folders.base)

    seen = client.of("ada").get("/internal/folder_paths").json()

    all_of_them = client.get("/internal/folder_paths").json()["loras"]
    assert all_of_them == [f"{base}/models/loras", f"{base}/output/loras"]
    assert seen["loras"] == ["loras", "loras"]
    kinds = {each["name"] for each in client.get("/experiment/models").json()}
    assert "loras" in kinds
    assert "configs" not in kinds


def test_picture_of_a_model_is_shown(client: Client):
    put(client, "models/loras/a.safetensors", safetensors())
    put(client, "models/loras/a.preview.png", png((50, 50)))

    answer = client.get("/experiment/models/preview/loras/0/a.safetensors")

    assert answer.headers["Content-Type"] == "image/webp"
    assert opened(answer.body).size == (50, 50)


@pytest.mark.parametrize(
    "path",
    [
        "loras/0/none.safetensors",
        "loras/1/a.safetensors",
        "loras/x/a.safetensors",
        "loras/-1/a.safetensors",
        "loras/0/..%2F..%2Fsecret.safetensors",
        "none/0/a.safetensors",
        "loras/0/a.safetensors",
    ],
)
def test_picture_that_is_not_there_is_not_found(client: Client, path: str):
    put(client, "models/loras/a.safetensors", safetensors())
    put(client, "secret.safetensors", safetensors())
    put(client, "secret.png", png())

    assert client.get(f"/experiment/models/preview/{path}").status == 404


def test_files_of_a_folder_are_named_newest_first(client: Client):
    for place, name in enumerate(["old.png", "new.txt", "sub/deep.png"]):
        os.utime(put(client, f"input/{name}", b"x"), (1000 + place, 1000 + place))

    assert client.get("/internal/files/input").json() == ["new.txt", "old.png"]
    assert client.get("/internal/files/models").status == 400
