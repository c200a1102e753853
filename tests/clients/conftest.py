"""Runs a client's script, in the environment where the client is installed, against a server.

    make clients

A script takes one JSON file that says where the server is, and prints one JSON line.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.clients import prompts
from tests.clients.install import FOLDER, ITS_MODULE, PYTHON
from tests.clients.server import Server, started

SCRIPTS = Path(__file__).parent / "scripts"
INTERPRETERS = {".py": str(PYTHON / "python"), ".mjs": "node"}
#: Seconds that one script may take.
PATIENCE_S = 120.0
RED = (255, 0, 0)
CYAN = (0, 255, 255)


@dataclass(frozen=True)
class Ran:
    """What a script printed, and the pictures that it left."""

    found: dict[str, Any]
    folder: Path

    def picture(self, name: str) -> Image.Image:
        """Return a picture that the client fetched."""
        with Image.open(self.folder / name) as picture:
            return picture.convert("RGB")


Runs = Callable[[str], Ran]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all of this folder: it needs what `make clients` installs."""
    absent = pytest.mark.skipif(
        not (FOLDER / "installed.json").is_file(), reason="`make clients` installs the clients"
    )
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(absent)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that asks for tokens."""
    with started(tmp_path_factory.mktemp("server") / "base") as server:
        yield server


@pytest.fixture(scope="session")
def run_client(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Return what runs a script against the server."""

    def run(script: str) -> Ran:
        folder = tmp_path_factory.mktemp("client")
        path = SCRIPTS / script
        given = write_given(server, folder)
        command = [INTERPRETERS[path.suffix], str(path), str(given)]
        told = output_of(command, folder)
        return Ran(json.loads(told.splitlines()[-1]), folder)

    return run


def output_of(command: list[str], folder: Path, **variables: str) -> str:
    """Return what a client's program prints; its settings are in a folder of their own."""
    there = {**os.environ, "HOME": str(folder), "DO_NOT_TRACK": "1", **variables}
    ran = subprocess.run(
        command, capture_output=True, text=True, env=there, cwd=folder, timeout=PATIENCE_S
    )
    assert ran.stdout, ran.stderr[-2000:]
    return ran.stdout


def write_given(server: Server, folder: Path) -> Path:
    """Write what a script is told."""
    picture = folder / "red.png"
    Image.new("RGB", (48, 40), RED).save(picture)
    facts: dict[str, Any] = {
        **asdict(server),
        "folder": str(folder),
        "picture": str(picture),
        "npm": str(FOLDER / "npm"),
        "open_webui": str(FOLDER / ITS_MODULE),
        "prompt": prompts.text_to_image(),
        "inverted": prompts.inverted("red.png"),
        "long": prompts.text_to_image(steps=prompts.MANY, seed=2),
        "many": prompts.MANY,
        "bad": prompts.text_to_image(checkpoint="nothing"),
    }
    given = folder / "given.json"
    given.write_text(json.dumps(facts))
    return given
