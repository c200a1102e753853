"""Packs over HTTP; the worker, which has them, is a thread of this process here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from engine.packs.shelf import registry_with_packs
from engine.registry import PACK_PREFIX, Registry
from tests.server.conftest import Client

PACK = """
from engine import node

WEB_DIRECTORY = "./web"

@node(category="toy", title="Twice", id="{name}Twice")
def twice(value: int) -> int:
    return 2 * value
"""


@pytest.fixture
def add_pack(client: Client) -> Iterator[Callable[..., None]]:
    """Return what puts a pack with files for browsers into the installation."""
    folders = client.services.folders

    def add(name: str, code: str = PACK, **web: str) -> None:
        home = folders.custom_nodes[0] / name
        (home / "web").mkdir(parents=True, exist_ok=True)
        (home / "__init__.py").write_text(code.replace("{name}", name))
        for file, content in web.items():
            (home / "web" / file.replace("_", ".")).write_text(content)

    engine = client.services.worker._engine  # pyright: ignore
    engine.registry, engine.packs = registry_with_packs(folders, Registry())
    streams = sys.stdin, sys.stdout
    yield add
    sys.stdin, sys.stdout = streams  # packs are imported with others
    for name in [name for name in sys.modules if name.startswith(PACK_PREFIX)]:
        del sys.modules[name]


def test_packs_are_listed_with_what_they_offer(client: Client, add_pack: Callable[..., None]):
    add_pack("good")

    assert client.get("/api/v1/packs").json() == {
        "packs": [
            {
                "name": "good",
                "state": "ok",
                "nodes": ["goodTwice"],
                "problems": [],
                "has_web_files": True,
            }
        ]
    }


def test_problem_of_a_pack_names_the_place_inside_it(client: Client, add_pack: Callable[..., None]):
    add_pack("bad", "import nothing_like_it\n")

    told = client.get("/api/v1/packs/bad").json()

    assert told["state"] == "failed"
    assert (told["problems"][0]["file"], told["problems"][0]["line"]) == ("__init__.py", 1)


def test_unknown_pack_is_not_found(client: Client, add_pack: Callable[..., None]):
    add_pack("good")

    answer = client.get("/api/v1/packs/god")

    assert answer.status == 404
    assert answer.json()["error"]["message"] == 'There is no pack "god". Similar: good.'


def test_nodes_of_packs_are_listed(client: Client, add_pack: Callable[..., None]):
    add_pack("good")

    (told,) = client.get("/api/v1/nodes").json()["nodes"]

    assert (told["id"], told["pack"]) == ("goodTwice", "good")


def test_disabled_pack_is_left_out_until_it_is_enabled(
    client: Client, add_pack: Callable[..., None]
):
    add_pack("good")

    disabled = client.post("/api/v1/packs/good/disable").json()
    nodes_then = client.get("/api/v1/nodes").json()["nodes"]
    enabled = client.post("/api/v1/packs/good/enable").json()

    assert (disabled["state"], nodes_then) == ("disabled", [])
    assert (enabled["state"], enabled["nodes"]) == ("ok", ["goodTwice"])


def test_whoever_listens_hears_that_packs_have_changed(
    client: Client, add_pack: Callable[..., None]
):
    add_pack("good")
    with client.of("ada").websocket("/api/v1/events") as socket:
        socket.receive_until(lambda said: said["type"] == "caught_up")
        client.post("/api/v1/packs/good/disable")
        told = socket.receive_json()

    assert (told["type"], told["job"]) == ("packs_changed", "")


def test_reloaded_pack_has_its_new_nodes(client: Client, add_pack: Callable[..., None]):
    add_pack("good")
    client.get("/api/v1/packs")
    add_pack("good", PACK.replace("{name}Twice", "Thrice"))

    told = client.post("/api/v1/packs/good/reload").json()

    assert told["nodes"] == ["Thrice"]


@pytest.mark.parametrize("what", ["enable", "disable", "reload"])
def test_only_admins_change_packs(client: Client, add_pack: Callable[..., None], what: str):
    add_pack("good")

    assert client.of("ada").post(f"/api/v1/packs/good/{what}").status == 403


def test_modules_of_all_packs_are_listed_and_can_be_read(
    client: Client, add_pack: Callable[..., None]
):
    add_pack("one", main_js="export const a = 1;", style_css="")
    add_pack("two", extra_js="export const b = 2;")

    modules = client.get("/api/v1/packs/modules").json()["modules"]

    assert modules == [
        {"pack": "one", "url": "/api/v1/packs/one/web/main.js"},
        {"pack": "two", "url": "/api/v1/packs/two/web/extra.js"},
    ]
    assert client.get(modules[1]["url"]).text == "export const b = 2;"


@pytest.mark.parametrize(
    ("file", "kind"),
    [("a.js", "text/javascript"), ("a.mjs", "text/javascript"), ("a.css", "text/css")],
)
def test_files_for_browsers_have_the_type_that_browsers_insist_on(
    client: Client, add_pack: Callable[..., None], file: str, kind: str
):
    add_pack("one", **{file.replace(".", "_"): ""})

    answer = client.get(f"/api/v1/packs/one/web/{file}")

    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["../__init__.py", "..%2f__init__.py", "%2e%2e/__init__.py", "..%5c__init__.py", ".secret",
     "/etc/passwd", "nothing.js", "sub"],
)  # fmt: skip
def test_nothing_else_than_files_for_browsers_is_shown(
    client: Client, add_pack: Callable[..., None], name: str
):
    add_pack("one", main_js="")
    web = client.services.folders.custom_nodes[0] / "one" / "web"
    (web / ".secret").write_text("")
    (web / "sub").mkdir()

    assert client.get(f"/api/v1/packs/one/web/{name}").status == 404


def test_link_out_of_the_files_for_browsers_is_not_followed(
    client: Client, add_pack: Callable[..., None]
):
    add_pack("one", main_js="")
    home = client.services.folders.custom_nodes[0] / "one"
    (home / "web" / "code.js").symlink_to(home / "__init__.py")

    assert client.get("/api/v1/packs/one/web/code.js").status == 404


def test_files_of_a_disabled_pack_are_not_shown(client: Client, add_pack: Callable[..., None]):
    add_pack("one", main_js="")
    client.get("/api/v1/packs/one/web/main.js")

    client.post("/api/v1/packs/one/disable")

    assert client.get("/api/v1/packs/one/web/main.js").status == 404
    assert client.get("/api/v1/packs/modules").json() == {"modules": []}


def test_pack_without_files_for_browsers_has_none(client: Client, add_pack: Callable[..., None]):
    add_pack("plain", PACK.replace('WEB_DIRECTORY = "./web"', ""), main_js="")

    assert client.get("/api/v1/packs/plain").json()["has_web_files"] is False
    assert client.get("/api/v1/packs/plain/web/main.js").status == 404
