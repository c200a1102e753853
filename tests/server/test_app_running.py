"""The server as a process: `main.py serve`, and `main.py users` beside it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

MAIN = Path(__file__).parents[2] / "main.py"
PATIENCE = 30.0


def command(base: Path, *words: str) -> list[str]:
    return [sys.executable, str(MAIN), *words, "--base-directory", str(base)]


def done(base: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(base, *words), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


class Server:
    """A server in a process of its own."""

    def __init__(self, base: Path) -> None:
        self.base = base
        words = command(base, "--port", "0", "--log-format", "json")
        self.log = (base / "server.log").open("w+")
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, text=True)
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        self.port = int(re.findall(r":(\d+)/", self.said)[0])

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, json.loads(body) if body else answer.headers

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("base"))
    yield started
    started.process.kill()
    started.process.communicate()
    started.log.close()


def test_server_says_where_it_is_and_answers(server: Server):
    assert re.fullmatch(r"Sfumato is at http://127\.0\.0\.1:\d+/\?token=sfm_\S+\n", server.said)
    assert server.get("/healthz") == (200, {"ok": True, "reasons": []})


def test_container_finds_it_well(server: Server):
    script = [sys.executable, str(MAIN.parent / "deploy" / "healthy.py")]
    well = subprocess.run(script, env={"SFUMATO_PORT": str(server.port)}, check=False)
    ill = subprocess.run(script, env={"SFUMATO_PORT": "1"}, check=False, stderr=subprocess.DEVNULL)

    assert (well.returncode, ill.returncode) == (0, 1)


def test_second_server_in_the_same_folder_is_refused(server: Server):
    second = done(server.base, "serve", "--port", "0")

    assert second.returncode == 3
    assert "Another server already uses" in second.stderr


def test_port_that_is_taken_is_told(server: Server, tmp_path: Path):
    second = done(tmp_path, "serve", "--port", str(server.port))

    assert second.returncode == 2
    assert f"Port {server.port} of 127.0.0.1 can not be had" in second.stderr


def test_users_come_and_go_beside_a_running_server(server: Server):
    added = done(server.base, "users", "add", "ada", "--role", "viewer", "--max-disk", "1G")
    token = re.findall(r"sfm_\S+", added.stdout)[0]
    before = server.get("/api/v1/me", Authorization=f"Bearer {token}")
    listed = json.loads(done(server.base, "users", "list", "--json").stdout)
    revoked = done(server.base, "users", "revoke", "ada")
    after = server.get("/api/v1/me", Authorization=f"Bearer {token}")

    assert (before[0], before[1]["name"], before[1]["max_disk_bytes"]) == (200, "ada", 2**30)
    assert [user["name"] for user in listed] == ["ada", "default"]
    assert revoked.stdout == 'Revoked 1 token of "ada".\n'
    assert after[0] == 401


def test_server_ends_cleanly_when_it_is_asked_to(server: Server):
    server.get("/?token=sfm_wrong")
    status = server.end()

    log = Path(server.log.name).read_text()
    assert status == 0
    assert "The server ends" in log
    assert "Traceback" not in log
    assert "sfm_wrong" not in log
    assert not list(server.base.glob("user/sfumato.sqlite-wal"))


def test_address_of_everybody_without_tokens_is_refused(tmp_path: Path):
    refused = done(tmp_path, "serve", "--listen", "0.0.0.0", "--auth", "none")

    assert refused.returncode == 2
    assert "without tokens whoever reaches the server rules it" in refused.stderr


def test_database_of_a_newer_program_is_left_alone(tmp_path: Path):
    (tmp_path / "user").mkdir()
    path = tmp_path / "user" / "sfumato.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 9999")
    refused = done(tmp_path, "serve", "--port", "0")

    assert refused.returncode == 3
    assert "Update Sfumato" in refused.stderr


def test_base_directory_that_can_not_be_written_is_told(tmp_path: Path):
    (tmp_path / "base").symlink_to(tmp_path / "nowhere" / "at all")
    (tmp_path / "nowhere").touch()
    refused = done(tmp_path / "base", "serve", "--port", "0")

    assert refused.returncode == 2
    assert re.fullmatch(rf'"{tmp_path}/nowhere.* can not be .*\n', refused.stderr)


@pytest.mark.parametrize("statement", ["CREATE TABLE jobs (x)", "PRAGMA user_version = 1"])
def test_database_of_another_program_is_left_alone(statement: str, tmp_path: Path):
    (tmp_path / "user").mkdir()
    path = tmp_path / "user" / "sfumato.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    before = path.read_bytes()
    refused = done(tmp_path, "serve", "--port", "0")

    assert refused.returncode == 3
    assert refused.stderr.startswith(f'The database "{path}" is another program\'s. ')
    assert path.read_bytes() == before


def test_file_that_is_no_database_is_left_alone(tmp_path: Path):
    (tmp_path / "user").mkdir()
    path = tmp_path / "user" / "sfumato.sqlite"
    path.write_text("a text that somebody has put here, longer than a header")
    refused = done(tmp_path, "serve", "--port", "0")

    assert refused.returncode == 3
    assert refused.stderr.startswith(f'The database "{path}" is no database. ')


def test_settings_are_read_from_the_file_in_the_base_directory(tmp_path: Path):
    (tmp_path / "sfumato.toml").write_text("max-jobs = 0\n")
    refused = done(tmp_path, "serve", "--port", "0")

    assert refused.returncode == 2
    assert refused.stderr == (
        f'"max-jobs" in "{tmp_path}/sfumato.toml" can not be 0. '
        "Give a whole number of at least 1.\n"
    )


def test_address_of_another_machine_can_not_be_listened_on(tmp_path: Path):
    refused = done(tmp_path, "serve", "--listen", "192.0.2.1", "--port", "0")

    assert refused.returncode == 2
    assert "192.0.2.1" in refused.stderr


def test_certificate_that_is_not_there_is_told(tmp_path: Path):
    refused = done(tmp_path, "serve", "--tls-cert", "no.pem", "--tls-key", "no.key")

    assert refused.returncode == 2
    assert '"no.pem"' in refused.stderr


def test_port_is_free_again_after_the_server(server: Server):
    with closing(socket.socket()) as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", server.port))


def test_starting_loads_nothing_heavy():
    code = (
        "import sys; sys.path.insert(0, '.');"
        "import engine.commands.serve, engine.server.running;"
        "from engine.registry import Registry; Registry.of_packages('nodes');"
        "from engine.server.table import all_routes; all_routes();"
        "heavy = 'torch numpy PIL networkx diffusers transformers scipy jsonschema'.split();"
        "print([each for each in heavy if each in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=MAIN.parent, capture_output=True, text=True, check=True
    )

    assert found.stdout == "[]\n"
