"""A server as its users start it: a process, with tokens made on the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """Where it is, a token for headers and one for addresses."""

    address: str
    token: str
    url_token: str


def command(base: Path, *words: str) -> list[str]:
    """Return a command line of the program over a base directory."""
    return [sys.executable, str(HOME / "main.py"), *words, "--base-directory", str(base)]


def token(base: Path, *flags: str) -> str:
    """Make a token of the default user."""
    asked = command(base, "users", "token", "default", *flags)
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return re.findall(r"sfm_[\w-]+", told)[0]


@contextmanager
def started(base: Path, *flags: str) -> Generator[Server]:
    """Start a server with the built-in model, and end it."""
    base.mkdir()
    serve = command(base, "serve", "--port", "0", "--models", str(HOME / "models"), *flags)
    with (base / "log.txt").open("w") as log:
        process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=log, text=True)
    with process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.search(r"http://[^/]+", said)
            assert found, f"the server did not start: {(base / 'log.txt').read_text()}"
            yield Server(found[0], token(base), token(base, "--url"))
        finally:
            process.terminate()
