"""Model files over HTTP."""

from __future__ import annotations

import base64
import hashlib
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from engine.model_folders.sources import index_of
from engine.store.model_index import State
from tests.model_files import put, write_shapes
from tests.server.conftest import Client

LORA = {
    "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight": (4, 8),
    "lora_unet_mid_block_attentions_0_proj_in.lora_up.weight": (8, 4),
}


@pytest.fixture
def loras(client: Client) -> Path:
    """Return the folder of LoRAs, which holds `style/ink.safetensors`."""
    folder = client.services.folders.base / "models" / "loras"
    texts = {"modelspec.title": "Ink", "ss_notes": "x" * 5_000}
    write_shapes(folder / "style" / "ink.safetensors", LORA, texts)
    return folder


def png(size: tuple[int, int] = (900, 600), colour: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def picture(body: bytes) -> Image.Image:
    return Image.open(BytesIO(body), formats=["WEBP"])


def test_kinds_are_listed_with_counts(client: Client, loras: Path):
    kinds = {each["name"]: each for each in client.get("/api/v1/models").json()["kinds"]}

    assert (kinds["loras"]["count"], kinds["vae"]["count"]) == (1, 0)
    assert ".safetensors" in kinds["loras"]["suffixes"]


def test_links_that_lead_nowhere_are_told_to_admins_alone(client: Client, loras: Path):
    (loras / "gone.safetensors").symlink_to(loras / "nowhere")

    (problem,) = client.get("/api/v1/models").json()["problems"]

    assert problem.endswith('gone.safetensors" leads nowhere.')
    assert client.of("ada").get("/api/v1/models").json()["problems"] == []


def test_models_of_a_kind_are_described_by_their_headers(client: Client, loras: Path):
    answer = client.get("/api/v1/models/loras").json()

    (model,) = answer["models"]
    assert answer["total"] == 1
    assert (model["name"], model["what"], model["dtype"]) == (
        "style/ink.safetensors",
        "LoRA",
        "float16",
    )
    assert model["size_bytes"] == (loras / "style" / "ink.safetensors").stat().st_size
    assert model["modified"] == (loras / "style" / "ink.safetensors").stat().st_mtime
    assert model["about"] == {"title": "Ink"}


def test_old_name_of_a_kind_is_understood(client: Client):
    put(client.services.folders.base, "models/diffusion_models/a.safetensors")

    assert client.get("/api/v1/models/unet").json()["total"] == 1


def test_models_come_in_pages(client: Client, loras: Path):
    put(loras, *(f"{letter}.pt" for letter in "abcde"))

    page = client.get("/api/v1/models/loras?limit=2&offset=1").json()

    assert [each["name"] for each in page["models"]] == ["b.pt", "c.pt"]
    assert page["total"] == 6


def test_models_are_found_by_parts_of_their_names(client: Client, loras: Path):
    put(loras, "Ink Wash.pt", "wash.pt")

    page = client.get("/api/v1/models/loras?search=wash+INK").json()

    assert [each["name"] for each in page["models"]] == ["Ink Wash.pt"]


def test_file_that_can_not_be_read_is_listed_with_why(client: Client, loras: Path):
    (loras / "page.safetensors").write_text("<html>")

    page = client.get("/api/v1/models/loras?search=page").json()

    assert "it is a web page" in page["models"][0]["problem"]


def test_unknown_kind_is_not_found_and_the_kinds_are_told(client: Client):
    answer = client.get("/api/v1/models/lora")

    assert answer.status == 404
    assert "loras" in answer.json()["error"]["message"]


def test_folder_of_pictures_is_no_kind_of_models(client: Client):
    put(client.services.folders.input, "a.png")

    assert client.get("/api/v1/models/input").status == 404
    assert client.get("/api/v1/models/input/a.png").status == 404


def test_details_have_what_the_header_says(client: Client, loras: Path):
    told = client.get("/api/v1/models/loras/style/ink.safetensors").json()

    assert told["parameters"] == 64
    assert told["metadata"] == {"modelspec.title": "Ink", "ss_notes": "x" * 4_000}


def test_no_answer_holds_a_path_of_the_machine(client: Client, loras: Path):
    for path in ("", "/loras", "/loras/style/ink.safetensors", "/loras/nothing.pt"):
        assert str(client.services.folders.base) not in client.get(f"/api/v1/models{path}").text


@pytest.mark.parametrize("name", ["nothing.pt", "..%2f..%2fuser%2fx", "%2e%2e/x.pt", "/etc/passwd"])
def test_model_that_is_not_there_is_not_found(client: Client, name: str):
    answer = client.get(f"/api/v1/models/loras/{name}")

    assert answer.status == 404


def test_model_is_found_by_the_begin_of_its_hash(client: Client, loras: Path):
    path = loras / "style" / "ink.safetensors"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    folders = client.services.folders
    with closing(index_of(folders)) as index:
        index.put_hash(path, State.of(path), sha256)
        object.__setattr__(folders, "index", index)

        found = client.get(f"/api/v1/models/hashes/{sha256[:10].upper()}")

    assert found.json() == {"kind": "loras", "name": "style/ink.safetensors"}
    assert client.get("/api/v1/models/loras").json()["models"][0]["sha256"] == sha256


def test_unknown_hash_is_not_found(client: Client):
    assert client.get("/api/v1/models/hashes/0123456789").status == 404


def test_rescan_sees_what_the_file_system_did_not_tell(client: Client, loras: Path):
    client.get("/api/v1/models/loras")
    listing = client.services.folders.listing
    scan = listing._scans[f"{loras}/"]
    put(loras, "new.pt")
    scan.state, scan.is_settled = (*scan.state[:2], loras.stat().st_mtime_ns), True
    before = client.get("/api/v1/models/loras").json()["total"]

    kinds = client.post("/api/v1/models/rescan").json()["kinds"]

    assert before == 1
    assert next(each["count"] for each in kinds if each["name"] == "loras") == 2


ADDRESS = "/api/v1/models/loras/style/ink.safetensors/preview"


def test_model_without_a_picture_has_no_preview(client: Client, loras: Path):
    assert client.get(ADDRESS).status == 404


def test_picture_beside_a_model_is_shown_small(client: Client, loras: Path):
    (loras / "style" / "ink.preview.png").write_bytes(png())

    answer = client.get(ADDRESS)

    assert answer.headers["Content-Type"] == "image/webp"
    assert max(picture(answer.body).size) == 512
    assert client.get("/api/v1/models/loras").json()["models"][0]["preview"] is True


def test_picture_that_the_browser_has_is_not_sent_again(client: Client, loras: Path):
    (loras / "style" / "ink.png").write_bytes(png())
    tag = client.get(ADDRESS).headers["ETag"]

    again = client.get(ADDRESS, headers={"If-None-Match": tag})

    assert (again.status, again.body) == (304, b"")


def test_picture_in_a_header_is_shown(client: Client, loras: Path):
    inside = "data:image/png;base64," + base64.b64encode(png((40, 30))).decode()
    write_shapes(loras / "style" / "ink.safetensors", LORA, {"modelspec.thumbnail": inside})

    assert picture(client.get(ADDRESS).body).size == (40, 30)
    assert "modelspec.thumbnail" not in client.get(ADDRESS.removesuffix("/preview")).text


def test_broken_picture_beside_a_model_is_no_error_of_the_server(client: Client, loras: Path):
    (loras / "style" / "ink.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")

    assert client.get(ADDRESS).status == 404


def test_picture_that_was_put_to_a_model_comes_first(client: Client, loras: Path):
    (loras / "style" / "ink.png").write_bytes(png((40, 30)))

    status = client.put(ADDRESS, data=png((1000, 500), "blue")).status

    shown = picture(client.get(ADDRESS).body)
    assert status == 204
    assert shown.size == (512, 256)
    assert sorted(each.name for each in (loras / "style").iterdir()) == [
        "ink.png",
        "ink.safetensors",
    ]


def test_picture_that_was_put_to_a_model_can_be_taken_away(client: Client, loras: Path):
    client.put(ADDRESS, data=png())

    statuses = [client.delete(ADDRESS).status, client.delete(ADDRESS).status]

    assert statuses == [204, 404]
    assert client.get(ADDRESS).status == 404


@pytest.mark.parametrize("body", [b"", b"<svg onload=alert(1)>", b"GIF89a"])
def test_what_is_no_picture_is_refused(client: Client, loras: Path, body: bytes):
    assert client.put(ADDRESS, data=body).status == 400
    assert client.get(ADDRESS).status == 404


def test_viewer_changes_no_picture(client: Client, loras: Path):
    viewer = client.of("eve", role="viewer")

    assert viewer.put(ADDRESS, data=png()).status == 403
    assert viewer.delete(ADDRESS).status == 403
