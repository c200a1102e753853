"""What ComfyUI's clients and its editor ask when they start (COMPAT.md B2, B4)."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from engine.errors import WorkerError
from engine.registry import BUILT_INS, Registry
from tests.compat.conftest import Comfy, chain
from tests.server.conftest import Client, Serving

ENTRY = {
    "input",
    "input_order",
    "output",
    "output_is_list",
    "output_name",
    "name",
    "display_name",
    "description",
    "python_module",
    "category",
    "output_node",
}


@pytest.fixture
def editor(serving: Serving, tmp_path: Path) -> Client:
    """Return a client of a server with the files of an editor."""
    files = tmp_path / "editor"
    for name in ("assets/app-1a2b.js", "extensions/core/one.js", "extensions/core/sub/two.js"):
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).write_text("export {};")
    (files / "index.html").write_text("<title>An editor</title>")
    (tmp_path / "secret.txt").write_text("secret")
    return serving(frontend_dir=files)


def test_object_info_has_every_built_in_type(serving: Serving):
    registry = Registry.of_packages(BUILT_INS)

    told = serving(registry).get("/object_info").json()

    assert set(told) == {spec.id for spec in registry.added}
    assert all(entry.keys() >= ENTRY for entry in told.values())


def test_loaders_have_their_lists_in_the_old_form(serving: Serving):
    folder = serving.base / "models" / "checkpoints"
    folder.mkdir(parents=True)
    client = serving(Registry.of_packages(BUILT_INS))
    (folder / "a.safetensors").touch()

    path = "/api/object_info/CheckpointLoaderSimple"
    names = client.get(path).json()["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0]

    assert names == ["a.safetensors"]


def test_a_new_file_is_seen_at_once(serving: Serving):
    folder = serving.base / "models" / "checkpoints"
    folder.mkdir(parents=True)
    client = serving(Registry.of_packages(BUILT_INS))
    client.get("/object_info")
    (folder / "b.safetensors").touch()

    told = client.get("/object_info").json()

    assert told["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] == ["b.safetensors"]


def test_a_client_that_has_object_info_is_told_so(comfy: Comfy):
    tag = comfy.client.get("/object_info").headers["ETag"]

    assert comfy.client.get("/object_info", headers={"If-None-Match": tag}).status == 304


def test_an_unknown_type_has_no_entry(comfy: Comfy):
    answer = comfy.client.get("/object_info/Nowhere")

    assert (answer.status, answer.json()) == (200, {})


def test_types_of_packs_stand_beside_the_built_in_ones(
    comfy: Comfy, monkeypatch: pytest.MonkeyPatch
):
    async def ask(what: str, given: Any, limit_s: float) -> Any:
        return {"Packed": {"name": "Packed"}}

    monkeypatch.setattr(comfy.client.services.worker, "ask", ask)

    told = comfy.client.get("/object_info").json()

    assert told["Packed"] == {"name": "Packed"}
    assert "Number" in told


def test_types_of_packs_are_left_out_while_the_worker_does_not_answer(
    comfy: Comfy, monkeypatch: pytest.MonkeyPatch
):
    async def ask(what: str, given: Any, limit_s: float) -> Any:
        raise WorkerError("It takes too long.")

    monkeypatch.setattr(comfy.client.services.worker, "ask", ask)

    assert "Number" in comfy.client.get("/object_info").json()


def test_system_stats_have_every_key(client: Client):
    told = client.get("/system_stats").json()

    assert set(told["system"]) >= {
        "os",
        "ram_total",
        "ram_free",
        "comfyui_version",
        "required_frontend_version",
        "installed_templates_version",
        "required_templates_version",
        "python_version",
        "pytorch_version",
        "embedded_python",
        "argv",
    }
    (device,) = told["devices"]
    assert set(device) == {
        "name",
        "type",
        "index",
        "vram_total",
        "vram_free",
        "torch_vram_total",
        "torch_vram_free",
    }
    assert device["vram_total"] > 0
    assert told["system"]["argv"] == []


def test_features_are_told(client: Client):
    told = client.get("/features").json()

    assert told["supports_preview_metadata"] is True
    assert told["max_upload_size"] == client.services.settings.max_upload_bytes


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/extensions", []),
        ("/i18n", {}),
        ("/workflow_templates", {}),
        ("/global_subgraphs", {}),
        ("/global_subgraphs/x", None),
        ("/node_replacements", {}),
    ],
)
def test_what_packs_could_bring_is_empty_without_packs(client: Client, path: str, expected: Any):
    assert client.get(path).json() == expected
    assert client.get(f"/api{path}").json() == expected


def test_extensions_of_the_editor_are_listed_and_served(editor: Client):
    listed = editor.get("/api/extensions").json()

    assert listed == ["/extensions/core/one.js", "/extensions/core/sub/two.js"]
    assert [editor.get(path).text for path in listed] == ["export {};"] * 2
    assert editor.get(f"/api{listed[0]}").headers["Content-Type"].startswith("text/javascript")


def test_the_editor_is_the_first_page_and_not_kept(editor: Client):
    page = editor.get("/")

    assert page.text == "<title>An editor</title>"
    assert page.headers["Content-Type"].startswith("text/html")
    assert "no-cache" in page.headers["Cache-Control"]
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


def test_files_with_a_digest_in_their_name_are_kept(editor: Client):
    assert "immutable" in editor.get("/assets/app-1a2b.js").headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"]
)
def test_what_is_not_the_editors_is_not_found(editor: Client, path: str):
    answer = editor.get(path)

    assert answer.status == 404
    assert "secret" not in answer.text.replace("secret.txt", "")


def test_templates_and_styles_that_are_not_there_are_empty(editor: Client):
    assert editor.get("/templates/index.json").json() == []
    assert editor.get("/user.css").body == b""


def test_a_users_style_is_served(client: Client):
    home = client.services.folders.user / "default"
    home.mkdir(parents=True, exist_ok=True)
    (home / "user.css").write_text("body {}")

    answer = client.get("/user.css")

    assert answer.text == "body {}"
    assert answer.headers["Content-Type"].startswith("text/css")


def test_the_log_is_told_to_admins(client: Client):
    logging.getLogger("engine").warning("Something happened")

    text = client.get("/internal/logs").json()
    raw = client.get("/internal/logs/raw").json()

    assert "Something happened" in text
    assert set(raw) == {"entries", "size"}
    assert set(raw["entries"][0]) == {"t", "m"}
    assert set(raw["size"]) == {"cols", "rows"}


def test_the_log_is_not_told_to_others(client: Client):
    other = client.of("eve")
    body = {"clientId": "x", "enabled": True}

    statuses = [other.get("/internal/logs").status, other.get("/internal/logs/raw").status]
    statuses.append(other.patch("/internal/logs/subscribe", json=body).status)

    assert statuses == [403, 403, 403]


def test_new_lines_of_the_log_are_sent_to_who_follows_it(client: Client):
    with client.websocket("/ws?clientId=x") as socket:
        client.patch("/internal/logs/subscribe", json={"clientId": "x", "enabled": True})
        logging.getLogger("engine").warning("Something happened")

        told = socket.receive_until(lambda each: "Something happened" in json.dumps(each))[-1]

    assert told["type"] == "logs"
    assert set(told["data"]["entries"][0]) == {"t", "m"}


def test_clients_without_headers_have_the_token_in_the_address(comfy: Comfy):
    client = comfy.client.by_address()

    assert comfy.client.anonymous().get("/queue").status == 401
    prompt_id, messages = Comfy(client).run(chain(1))
    assert "execution_success" in [each["type"] for each in messages]
    assert client.get(f"/api/history/{prompt_id}").json()[prompt_id]["status"]["completed"]
